import { MOST_EVIDENCE_WAYS, MOST_EVIDENCE_WAYS_PER_ADDRESS } from "../limits.ts";
import { IN_FLIGHT_NS } from "../neighbours/base/delays.ts";
import type { FrameNumbers } from "./frame-numbers.ts";

const FIRST_KEPT = 2;

/** Which question the frames of a way answer. */
export const WayKind = { Traffic: 0, LastPackets: 1, Tunnel: 2, Hello: 3 } as const;
export type WayKind = (typeof WayKind)[keyof typeof WayKind];

interface Way {
  last: number;
  lastIsKept: boolean;
  /** Since the last ARP frame about the address. */
  frames: number;
  sinceNs: number;
  keptLate: boolean;
}

/**
 * Frames for one address, by who sent them to whom. What such a way tells, its first frames tell, and its last one until
 * when it was gone; after each ARP frame about the address it may be news again.
 */
export class Ways {
  private readonly byAddress = new Map<number, Map<number, Way>>();
  private count = 0;

  /** @param from and `to` small numbers that stand for hosts, below 2^16 */
  note(
    numbers: FrameNumbers,
    kind: WayKind,
    address: number,
    from: number,
    to: number,
    number: number,
    nowNs: number,
  ): void {
    const key = (kind * 2 ** 16 + from) * 2 ** 16 + to;
    let ways = this.byAddress.get(address);
    if (ways === undefined) {
      ways = new Map();
      this.byAddress.set(address, ways);
    }
    let way = ways.get(key);
    if (way === undefined) {
      if (this.count >= MOST_EVIDENCE_WAYS || ways.size >= MOST_EVIDENCE_WAYS_PER_ADDRESS) return;
      this.count++;
      way = { last: number, lastIsKept: false, frames: 0, sinceNs: Number.NEGATIVE_INFINITY, keptLate: true };
      ways.set(key, way);
    }
    const isLate = !way.keptLate && nowNs - way.sinceNs >= IN_FLIGHT_NS;
    if (isLate) way.keptLate = true;
    way.last = number;
    way.lastIsKept = way.frames < FIRST_KEPT || isLate;
    way.frames++;
    if (way.lastIsKept) numbers.add(number);
  }

  /** An ARP frame about the address. */
  interrupt(numbers: FrameNumbers, address: number, nowNs: number): void {
    for (const way of this.byAddress.get(address)?.values() ?? []) {
      this.close(numbers, way);
      way.frames = 0;
      way.sinceNs = nowNs;
      way.keptLate = false;
    }
  }

  finish(numbers: FrameNumbers): void {
    for (const ways of this.byAddress.values()) for (const way of ways.values()) this.close(numbers, way);
  }

  private close(numbers: FrameNumbers, way: Way): void {
    if (!way.lastIsKept) numbers.add(way.last);
    way.lastIsKept = true;
  }
}
