import type { FrameFacts } from "../decode/facts.ts";
import type { Position, Timeline } from "./position.ts";
import type { Station, StationTable } from "./station.ts";

/** Packets for one inner destination that one station sent, wrapped, to another. */
export interface Tunnel {
  readonly segment: number;
  readonly innerDestinationIp: number;
  readonly outerDestinationIp: number;
  readonly from: Station;
  readonly to: Station;
  readonly first: Position;
}

/** More than a director has; a forger's further ones are left out. */
const MOST_TUNNELS = 1 << 14;

/** Which addresses travel in whose tunnels. */
export class Tunnels {
  private readonly byKey = new Map<string, Tunnel>();
  private last: Tunnel | null = null;

  note(facts: FrameFacts, stations: StationTable, timeline: Timeline): void {
    if (this.last !== null && isSame(this.last, facts)) return;
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
    }
    this.last = tunnel;
  }

  /** All tunnels that carry packets for the address. */
  to(segment: number, innerDestinationIp: number): Tunnel[] {
    return [...this.byKey.values()].filter(
      (tunnel) => tunnel.segment === segment && tunnel.innerDestinationIp === innerDestinationIp,
    );
  }

  *[Symbol.iterator](): IterableIterator<Tunnel> {
    yield* this.byKey.values();
  }
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
