import type { FrameFacts } from "../../decode/facts.ts";
import { MOST_GRANTS, MOST_LEASED_ADDRESSES } from "../../limits.ts";
import type { Position, Timeline } from "../base/position.ts";
import type { Station, StationTable } from "../base/station.ts";

/** From here on the address was the station's, by word of a DHCP server. */
export interface GrantedLease {
  readonly station: Station;
  readonly at: Position;
}

/** Which address a DHCP server gave to which card, and when. */
export class Leases {
  private readonly bySegment = new Map<number, Map<number, GrantedLease[]>>();
  private addresses = 0;

  note(facts: FrameFacts, stations: StationTable, timeline: Timeline): void {
    const { segment, lease } = facts;
    const byIp = this.bySegment.get(segment) ?? new Map<number, GrantedLease[]>();
    this.bySegment.set(segment, byIp);
    let grants = byIp.get(lease.ip);
    if (grants === undefined) {
      if (this.addresses >= MOST_LEASED_ADDRESSES) return;
      this.addresses++;
      grants = [];
      byIp.set(lease.ip, grants);
    }
    const station = stations.of(segment, lease.macHigh, lease.macLow);
    // A renewal grants what the station has.
    if (grants.at(-1)?.station === station) return;
    if (grants.length >= MOST_GRANTS) grants.splice(MOST_GRANTS / 2, 1);
    grants.push({ station, at: timeline.here(facts) });
  }

  of(segment: number, ip: number): readonly GrantedLease[] {
    return this.bySegment.get(segment)?.get(ip) ?? [];
  }
}
