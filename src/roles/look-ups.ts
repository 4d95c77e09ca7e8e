import type { Station } from "../neighbours/base/station.ts";
import type { CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { impersonates } from "./likely-owner.ts";
import type { Relay } from "./relays.ts";

/** What was worked out about two hosts. */
type Pairs<Value> = Map<Station, Map<Station, { readonly value: Value }>>;

/**
 * By which address a host found the router to which it sends, as its cache tells: asked for each kind of frame, so that
 * each host's cache and claims are gone through once.
 */
export class LookUps {
  private readonly state: NetworkView;
  /** By host, and whose MAC they ever held: its cache entries. */
  private readonly entries = new Map<Station, Map<Station, CacheEntry[]>>();
  private readonly nextHops: Pairs<number | undefined> = new Map();
  private readonly found: Pairs<boolean> = new Map();
  private readonly ownAddresses = new Map<Station, number | undefined>();
  /** By man in the middle: the addresses that he claims by force, in the order in which they came. */
  private borrowed: Map<Station, Binding[]> | null = null;
  private readonly borrowedFor: Pairs<Binding | undefined> = new Map();

  constructor(state: NetworkView) {
    this.state = state;
  }

  /** The address that the sender had looked up when it wrote the receiver's MAC: one that the receiver only claims, if any. */
  nextHop(sender: Station, receiver: Station): number | undefined {
    return remembered(this.nextHops, sender, receiver, () => {
      const entries = this.entriesOf(sender, receiver);
      return (
        entries.find(({ ip }) => !receiver.ownAddresses.has(ip) && !this.answersFor(receiver, ip)) ??
        entries.find(({ ip }) => !this.isDisputed(receiver, ip)) ??
        entries[0]
      )?.ip;
    });
  }

  /** Whether the sender asked for an address that is the receiver's by right: so it would find a router of its own accord. */
  hasLookedUp(sender: Station, receiver: Station): boolean {
    return remembered(this.found, sender, receiver, () =>
      this.entriesOf(sender, receiver).some(({ ip, history }) => {
        const binding = this.state.bindings.get(sender.segment, ip);
        const claim = binding?.claimOf(receiver);
        if (binding === undefined || claim === undefined || impersonates(binding, claim)) return false;
        return history.some(({ owner, cause }) => owner === receiver && cause === "resolved");
      }),
    );
  }

  /** Of the addresses that a man in the middle claims by force the one of the router to which he sends packets on. */
  borrowedAddress({ from, by, to }: Relay): number | undefined {
    const borrowed = this.borrowedBy(by);
    const ofRouter = remembered(this.borrowedFor, by, to, () => borrowed.find(isOf(to)));
    return (ofRouter ?? borrowed.find((binding) => !isOf(from)(binding)))?.ip;
  }

  /** An address that the router holds and does not pass frames on for, as a director does. */
  ownAddressOf(station: Station): number | undefined {
    if (!this.ownAddresses.has(station)) this.ownAddresses.set(station, this.findOwnAddress(station));
    return this.ownAddresses.get(station);
  }

  private findOwnAddress(station: Station): number | undefined {
    let disputed: number | undefined;
    for (const ip of station.ownAddresses) {
      const binding = this.state.bindings.get(station.segment, ip);
      if (binding === undefined || binding.passings.length > 0) continue;
      if (!this.isDisputed(station, ip)) return ip;
      disputed ??= ip;
    }
    return disputed;
  }

  private answersFor(station: Station, ip: number): boolean {
    return (this.state.bindings.get(station.segment, ip)?.claimOf(station)?.ownFrames("reply") ?? 0) > 0;
  }

  /** Whether another host claims the address, too: a router that is a proxy answers for others' addresses. */
  private isDisputed(station: Station, ip: number): boolean {
    const claims = this.state.bindings.get(station.segment, ip)?.claims ?? [];
    return claims.some((claim) => claim.isOwn && claim.station !== station);
  }

  private entriesOf(host: Station, owner: Station): readonly CacheEntry[] {
    let byOwner = this.entries.get(host);
    if (byOwner === undefined) {
      byOwner = new Map();
      for (const entry of this.state.caches.entriesOf(host)) {
        for (const held of new Set(entry.history.map((change) => change.owner)))
          if (held !== null) addTo(byOwner, held, entry);
      }
      this.entries.set(host, byOwner);
    }
    return byOwner.get(owner) ?? [];
  }

  private borrowedBy(station: Station): readonly Binding[] {
    if (this.borrowed === null) {
      this.borrowed = new Map();
      for (const binding of this.state.bindings) {
        for (const claim of binding.claims) {
          if (impersonates(binding, claim)) addTo(this.borrowed, claim.station, binding);
        }
      }
    }
    return this.borrowed.get(station) ?? [];
  }
}

function isOf(station: Station): (binding: Binding) => boolean {
  return (binding) => binding.claimOf(station)?.isOwn === true || binding.ipSenders.has(station);
}

function addTo<Item>(lists: Map<Station, Item[]>, station: Station, item: Item): void {
  const list = lists.get(station);
  if (list === undefined) lists.set(station, [item]);
  else list.push(item);
}

function remembered<Value>(known: Pairs<Value>, a: Station, b: Station, find: () => Value): Value {
  const ofA = known.get(a) ?? new Map<Station, { readonly value: Value }>();
  known.set(a, ofA);
  const before = ofA.get(b);
  if (before !== undefined) return before.value;
  const value = find();
  ofA.set(b, { value });
  return value;
}
