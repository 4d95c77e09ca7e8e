import type { FrameFacts } from "../../decode/facts.ts";
import { MOST_TUNNELS } from "../../limits.ts";
import type { Position, Timeline } from "../base/position.ts";
import type { Station, StationTable } from "../base/station.ts";

/** Packets for one inner destination that one station sent, wrapped, to another. */
export interface Tunnel {
  readonly segment: number;
  readonly innerDestinationIp: number;
  readonly outerDestinationIp: number;
  readonly from: Station;
  readonly to: Station;
  readonly first: Position;
}

/** So many tunnels are found by a hash, without making their key. */
const RECENT = 256;

/** Which addresses travel in whose tunnels. */
export class Tunnels {
  private readonly byKey = new Map<string, Tunnel>();
  private readonly byInnerIp = new Map<number, Tunnel[]>();
  private readonly recent: (Tunnel | undefined)[] = new Array(RECENT).fill(undefined);

  note(facts: FrameFacts, stations: StationTable, timeline: Timeline): void {
    const place = placeOf(facts);
    const seen = this.recent[place];
    if (seen !== undefined && isSame(seen, facts)) return;
    const { segment, innerDestinationIp, outerDestinationIp, from, to } = {
      segment: facts.segment,
      innerDestinationIp: facts.innerDestinationIp,
      outerDestinationIp: facts.destinationIp,
      from: stations.of(facts.segment, facts.sourceMacHigh, facts.sourceMacLow),
      to: stations.of(facts.segment, facts.destinationMacHigh, facts.destinationMacLow),
    };
    const key = [segment, innerDestinationIp, from.macHigh, from.macLow, to.macHigh, to.macLow].join();
    let tunnel = this.byKey.get(key);
    if (tunnel === undefined) {
      if (this.byKey.size >= MOST_TUNNELS) return;
      tunnel = { segment, innerDestinationIp, outerDestinationIp, from, to, first: timeline.here(facts) };
      this.byKey.set(key, tunnel);
      const others = this.byInnerIp.get(innerDestinationIp);
      if (others === undefined) this.byInnerIp.set(innerDestinationIp, [tunnel]);
      else others.push(tunnel);
    }
    this.recent[place] = tunnel;
  }

  /** All tunnels that carry packets for the address. */
  to(segment: number, innerDestinationIp: number): Tunnel[] {
    const tunnels = this.byInnerIp.get(innerDestinationIp) ?? [];
    return tunnels.filter((tunnel) => tunnel.segment === segment);
  }

  /** The addresses that travel in tunnels, each with its segment. */
  *destinations(): IterableIterator<{ readonly segment: number; readonly ip: number }> {
    for (const [ip, tunnels] of this.byInnerIp) {
      for (const segment of new Set(tunnels.map((tunnel) => tunnel.segment))) yield { segment, ip };
    }
  }

  *[Symbol.iterator](): IterableIterator<Tunnel> {
    yield* this.byKey.values();
  }
}

function placeOf(facts: FrameFacts): number {
  const mixed = Math.imul(
    facts.innerDestinationIp ^ Math.imul(facts.destinationMacLow, 0x9e3779b1) ^ facts.sourceMacLow,
    0x85ebca6b,
  );
  return (mixed ^ (mixed >>> 15)) & (RECENT - 1);
}

function isSame(tunnel: Tunnel, facts: FrameFacts): boolean {
  return (
    tunnel.innerDestinationIp === facts.innerDestinationIp &&
    tunnel.to.macLow === facts.destinationMacLow &&
    tunnel.from.macLow === facts.sourceMacLow &&
    tunnel.to.macHigh === facts.destinationMacHigh &&
    tunnel.from.macHigh === facts.sourceMacHigh &&
    tunnel.segment === facts.segment
  );
}
