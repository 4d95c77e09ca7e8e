import type { Mac } from "../../knowledge/address.ts";
import type { KnownBinding } from "../../knowledge/known-binding.ts";
import { MOST_KNOWN_BINDINGS } from "../../limits.ts";
import { isGroupMac } from "../base/station.ts";

/** After so long without a look a network card may well have been replaced, or an address given to another host. */
const STALE_SECONDS = 7 * 86_400;

/** What was known of whose address is whose before the first frame, for the frames to confirm or to contradict. */
export class KnownBindings {
  private readonly byIp = new Map<number, KnownBinding[]>();
  /** By the lower half of the MAC. */
  private readonly byMac = new Map<number, KnownBinding[]>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** @returns false where it says nothing of an owner, or there is no room for it */
  add(known: KnownBinding): boolean {
    const { high, low } = known.mac;
    if (isGroupMac(high) || (high === 0 && low === 0) || this.count >= MOST_KNOWN_BINDINGS) return false;
    const list = this.byIp.get(known.ip);
    if (list === undefined) this.byIp.set(known.ip, [known]);
    else if (list.some((other) => isSame(other, known))) return true;
    else list.push(known);
    this.count++;
    const ofMac = this.byMac.get(low);
    if (ofMac === undefined) this.byMac.set(low, [known]);
    else ofMac.push(known);
    return true;
  }

  /** All that is said of the address in the broadcast domain: what has no date first, then the newest. */
  of(segment: number, ip: number): readonly KnownBinding[] {
    const applying = (this.byIp.get(ip) ?? []).filter(
      (known) => known.segment === null || known.segment === segment,
    );
    return applying.length < 2 ? applying : applying.toSorted((a, b) => dateOf(b) - dateOf(a));
  }

  /**
   * Of those, what still counts when the capture begins: not what is long past, nor what a newer look replaced.
   *
   * @param beginSeconds the first frame's time
   */
  current(segment: number, ip: number, beginSeconds: number): readonly KnownBinding[] {
    const all = this.of(segment, ip);
    const newest = all.find(({ seenSeconds }) => seenSeconds !== null);
    return all.filter(
      ({ seenSeconds, expiresSeconds }) =>
        (expiresSeconds ?? Number.POSITIVE_INFINITY) >= beginSeconds &&
        (seenSeconds === null ||
          (beginSeconds - seenSeconds <= STALE_SECONDS && seenSeconds === newest?.seenSeconds)),
    );
  }

  /** The addresses that a card is said to have in the broadcast domain. */
  addressesOf(segment: number, mac: Mac): number[] {
    return (this.byMac.get(mac.low) ?? [])
      .filter((known) => isSameMac(known.mac, mac) && (known.segment === null || known.segment === segment))
      .map(({ ip }) => ip);
  }

  *[Symbol.iterator](): IterableIterator<KnownBinding> {
    for (const list of this.byIp.values()) yield* list;
  }
}

function isSameMac(a: Mac, b: Mac): boolean {
  return a.low === b.low && a.high === b.high;
}

function isSame(a: KnownBinding, b: KnownBinding): boolean {
  return isSameMac(a.mac, b.mac) && a.segment === b.segment && a.seenSeconds === b.seenSeconds;
}

function dateOf({ seenSeconds }: KnownBinding): number {
  return seenSeconds ?? Number.POSITIVE_INFINITY;
}
