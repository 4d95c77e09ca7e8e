import { Beacon, type FrameFacts } from "../../decode/facts.ts";
import { MOST_SIGNALS } from "../../limits.ts";
import type { Position, Timeline } from "../base/position.ts";
import type { Station, StationTable } from "../base/station.ts";

/** How often something was announced, and when. */
export interface Signal {
  readonly first: Position;
  last: Position;
  count: number;
}

/** What stations and clusters make known below IP: where a card is now, which cards are one host's, who balances what. */
export class Beacons {
  /** Cards that announced by RARP where they are, as after a live migration. */
  readonly migrated = new Map<Station, Signal>();
  /** Cards that teach the switch their MAC by frames to themselves: slaves of one bond do. */
  readonly learning = new Map<Station, Signal>();
  private readonly clusters = new Map<number, Map<number, Signal>>();

  note(facts: FrameFacts, stations: StationTable, timeline: Timeline): void {
    const at = timeline.here(facts);
    switch (facts.beacon) {
      case Beacon.ReverseArp:
        count(this.migrated, stations.of(facts.segment, facts.senderMacHigh, facts.senderMacLow), at);
        break;
      case Beacon.LearningFrame:
        count(this.learning, stations.of(facts.segment, facts.sourceMacHigh, facts.sourceMacLow), at);
        break;
      case Beacon.NlbHeartbeat: {
        const bySegment = this.clusters.get(facts.segment) ?? new Map<number, Signal>();
        this.clusters.set(facts.segment, bySegment);
        count(bySegment, facts.senderIp, at);
      }
    }
  }

  /** The heartbeats of the Microsoft NLB cluster with this address. */
  nlbCluster(segment: number, ip: number): Signal | undefined {
    return this.clusters.get(segment)?.get(ip);
  }
}

function count<Key>(signals: Map<Key, Signal>, key: Key, at: Position): void {
  const signal = signals.get(key);
  if (signal !== undefined) {
    signal.last = at;
    signal.count++;
  } else if (signals.size < MOST_SIGNALS) {
    signals.set(key, { first: at, last: at, count: 1 });
  }
}
