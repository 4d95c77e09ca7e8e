import type { Binding, Claim } from "../neighbours/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { Position } from "../neighbours/position.ts";
import type { Station } from "../neighbours/station.ts";
import type { CastVip } from "../roles/cast-vip.ts";
import { impersonates } from "../roles/likely-owner.ts";
import { claimSpan } from "./moves.ts";

/** What was under way when a director let go of the VIP may still arrive, and be passed on. */
const LINGERING_NS = 1_000_000_000;

/**
 * Whether a host took the VIP over as the next director does: it announces itself, and whoever was director before has
 * done nothing for the VIP since. No frame shows yet what it does with the traffic; a real server is none.
 *
 * Only where nobody said who the directors are.
 */
export function takesOver(state: NetworkState, vip: CastVip, binding: Binding, claim: Claim): boolean {
  const { station } = claim;
  const announced = claim.tallies.get("announcement");
  const span = claimSpan(claim);
  if (vip.areDirectorsGiven || announced === undefined || span === null || impersonates(binding, claim))
    return false;
  // Who leads by VRRP says so.
  if (state.adverts.routersFor(binding.segment, binding.ip).length > 0) return false;
  if (span.first.ordinal < announced.first.ordinal) return false;
  if (binding.receivers.has(station) || binding.served.has(station)) return false;
  if (vip.realServers.some((realServer) => realServer.station === station)) return false;
  return vip.directors.every((director) => hasRetired(state, binding, director, announced.first));
}

function hasRetired(state: NetworkState, binding: Binding, director: Station, at: Position): boolean {
  const span = claimSpan(binding.claimOf(director));
  if (span !== null && span.last.ordinal > at.ordinal) return false;
  return state.traffic
    .rowsTo(binding.ip)
    .filter(({ segment }) => segment === binding.segment)
    .every((row) => {
      const isItsOwn =
        (row.sourceMacHigh === director.macHigh && row.sourceMacLow === director.macLow) ||
        (row.destinationMacHigh === director.macHigh && row.destinationMacLow === director.macLow);
      return !isItsOwn || row.last.timeNs - at.timeNs < LINGERING_NS;
    });
}
