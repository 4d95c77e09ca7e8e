import { MOST_FORWARDED_ADDRESSES, MOST_FORWARDINGS } from "../../limits.ts";
import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";

/** A packet for an address that nobody has spoken for by ARP came in to one station, which sent it on to another. */
export interface Forwarding {
  readonly sender: Station;
  readonly by: Station;
  readonly to: Station;
  /** The frame that was sent on. */
  readonly at: Position;
}

/** Who sends packets on for addresses that no ARP frame has named, as in a capture that begins on a running cluster. */
export class Forwardings {
  private readonly bySegment = new Map<number, Map<number, Forwarding[]>>();
  private addresses = 0;

  note(ip: number, forwarding: Forwarding): void {
    const { segment } = forwarding.by;
    const byIp = this.bySegment.get(segment) ?? new Map<number, Forwarding[]>();
    this.bySegment.set(segment, byIp);
    const known = byIp.get(ip);
    if (known === undefined) {
      if (this.addresses >= MOST_FORWARDED_ADDRESSES) return;
      this.addresses++;
      byIp.set(ip, [forwarding]);
      return;
    }
    const isKnown = known.some(({ by, to }) => by === forwarding.by && to === forwarding.to);
    if (!isKnown && known.length < MOST_FORWARDINGS) known.push(forwarding);
  }

  of(segment: number, ip: number): readonly Forwarding[] {
    return this.bySegment.get(segment)?.get(ip) ?? [];
  }

  /** Forgets those of the address, and returns them. */
  take(segment: number, ip: number): readonly Forwarding[] {
    const byIp = this.bySegment.get(segment);
    const taken = byIp?.get(ip);
    if (taken === undefined) return [];
    byIp?.delete(ip);
    this.addresses--;
    return taken;
  }

  /** The addresses, each with its segment. */
  *[Symbol.iterator](): IterableIterator<{ readonly segment: number; readonly ip: number }> {
    for (const [segment, byIp] of this.bySegment) for (const ip of byIp.keys()) yield { segment, ip };
  }

  /** The stations that must stay what they are. */
  *stations(): IterableIterator<Station> {
    for (const byIp of this.bySegment.values()) {
      for (const forwardings of byIp.values()) {
        for (const { sender, by, to } of forwardings) yield* [sender, by, to];
      }
    }
  }
}
