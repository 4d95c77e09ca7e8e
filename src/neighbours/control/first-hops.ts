import type { FrameFacts } from "../../decode/facts.ts";
import { MOST_VIRTUAL_ROUTERS } from "../../limits.ts";
import type { Position, Timeline } from "../base/position.ts";
import type { Station, StationTable } from "../base/station.ts";

/** A group of routers by HSRP, whose active one sends its hellos from the group's MAC. */
export interface FirstHop {
  readonly segment: number;
  readonly ip: number;
  /** The group's MAC. */
  readonly virtual: Station;
  /** The first message of its active router. */
  readonly first: Position;
}

/** Which address is at the virtual MAC of an HSRP group, by the hellos of its active router. */
export class FirstHops {
  private readonly groups: FirstHop[] = [];

  note(facts: FrameFacts, stations: StationTable, timeline: Timeline): void {
    const { segment, sourceMacHigh, sourceMacLow, advert } = facts;
    const ip = advert.addresses[0] ?? 0;
    if (!isHsrpMac(sourceMacHigh, sourceMacLow) || this.groups.length >= MOST_VIRTUAL_ROUTERS) return;
    if (this.groupAt(segment, ip) !== null) return;
    const virtual = stations.of(segment, sourceMacHigh, sourceMacLow);
    this.groups.push({ segment, ip, virtual, first: timeline.here(facts) });
  }

  /** Null where no active router was heard that uses one. */
  groupAt(segment: number, ip: number): FirstHop | null {
    return this.groups.find((group) => group.segment === segment && group.ip === ip) ?? null;
  }
}

/** 00:00:0c:07:ac:XX of version 1, 00:00:0c:9f:fX:XX of version 2. */
export function isHsrpMac(macHigh: number, macLow: number): boolean {
  const low = macLow >>> 0;
  return macHigh === 0 && (low >>> 8 === 0x0c07ac || low >>> 12 === 0x0c9ff);
}
