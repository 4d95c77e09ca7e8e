import { LINGERING_NS } from "../neighbours/base/delays.ts";
import { latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim, ClaimSpan } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { TrafficRow } from "../neighbours/traffic/traffic-row.ts";

/** Who last sent IPv4 packets from which of the addresses that are followed, and when. */
export class LastPackets {
  private readonly last = new Map<number, Map<Station, TrafficRow[]>>();

  constructor(state: NetworkView) {
    for (const row of state.traffic.rows()) {
      const station = state.stations.get(row.segment, row.sourceMacHigh, row.sourceMacLow);
      if (station === undefined || state.bindings.get(row.segment, row.lastSourceIp) === undefined) continue;
      let byStation = this.last.get(row.lastSourceIp);
      if (byStation === undefined) {
        byStation = new Map();
        this.last.set(row.lastSourceIp, byStation);
      }
      const known = byStation.get(station);
      if (known === undefined) byStation.set(station, [row]);
      else known.push(row);
    }
  }

  lastFrom(station: Station, ip: number): Position | null {
    const rows = this.last.get(ip)?.get(station);
    return rows === undefined ? null : latest(rows.map(({ last }) => last));
  }
}

/** Whether both answered the same question: then both hold the address, and neither took it over from the other. */
export function haveRaced(binding: Binding, a: Station, b: Station): boolean {
  return binding.asks.haveRaced(a, b);
}

/** Whether one of the two fell silent before the other spoke up: then the address moved, and nobody is at odds. */
export function failedOver(lastPackets: LastPackets, binding: Binding, a: Station, b: Station): boolean {
  const spanA = claimSpan(binding.claimOf(a));
  const spanB = claimSpan(binding.claimOf(b));
  if (spanA === null || spanB === null) return false;
  const [earlier, before, after] =
    spanA.first.ordinal < spanB.first.ordinal ? [a, spanA, spanB] : [b, spanB, spanA];
  if (before.last.ordinal > after.first.ordinal) return false;
  const lastWord = lastPackets.lastFrom(earlier, binding.ip);
  return lastWord === null || lastWord.timeNs - after.first.timeNs < LINGERING_NS;
}

/** First and last frame by which the station claimed the address; null where it never did. */
export function claimSpan(claim: Claim | undefined): ClaimSpan | null {
  return claim?.span ?? null;
}
