import { LINGERING_NS } from "../neighbours/base/delays.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { TrafficRow } from "../neighbours/traffic/traffic-row.ts";
import { impersonates } from "../roles/likely-owner.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import type { VipRoles } from "../roles/vip-roles.ts";
import { claimSpan } from "./moves.ts";

/**
 * Whether a host was a director before those who are known, or took the VIP over from them as the next one does, for good
 * or until they came back: each announces itself, and meanwhile whoever was director before does nothing for the VIP. No
 * frame shows what the host did, or does, with the traffic; a real server is none.
 *
 * Only where nobody said who the directors are.
 */
export function isFailover(
  state: NetworkView,
  assignment: RoleAssignment,
  vip: VipRoles,
  binding: Binding,
  claim: Claim,
): boolean {
  const { station } = claim;
  if (vip.areDirectorsGiven || impersonates(binding, claim)) return false;
  // Who leads by VRRP says so.
  const routers = state.adverts.routersFor(binding.segment, binding.ip);
  const isMember = (member: Station) => !assignment.impostors.has(binding, member);
  if (routers.some(({ advertisers }) => advertisers.some((advertiser) => isMember(advertiser.station))))
    return false;
  if (binding.receivers.has(station) || binding.served.has(station)) return false;
  if (vip.realServers.some((realServer) => realServer.station === station)) return false;
  const entrance = entranceOf(claim);
  if (entrance === null) return false;
  return (
    vip.directors.every((director) => hasRetired(state, binding, director, entrance)) ||
    vip.directors.every((director) => hasSucceeded(binding, director, claim)) ||
    haveStoodBack(state, vip, binding, station)
  );
}

/** The announcement by which it took the address over; null where it had claimed it otherwise before. */
function entranceOf(claim: Claim): Position | null {
  const announced = claim.tallies.get("announcement");
  const span = claimSpan(claim);
  if (announced === undefined || span === null) return null;
  return span.first.ordinal < announced.first.ordinal ? null : announced.first;
}

function hasSucceeded(binding: Binding, director: Station, former: Claim): boolean {
  const claim = binding.claimOf(director);
  const entrance = claim === undefined ? null : entranceOf(claim);
  const lastWord = claimSpan(former)?.last ?? null;
  return entrance !== null && lastWord !== null && lastWord.ordinal < entrance.ordinal;
}

/**
 * Each time the directors fell silent until one of them announced itself again, if any did, and nothing was sent to them
 * meanwhile.
 */
function haveStoodBack(
  state: NetworkView,
  { directors }: VipRoles,
  binding: Binding,
  standIn: Station,
): boolean {
  const { segment, ip, turns, turnCount } = binding;
  if (turnCount > turns.length) return false;
  const absences: Absence[] = [];
  for (const [index, { station, at }] of turns.entries()) {
    if (station !== standIn) continue;
    const next = turns[index + 1];
    if (next !== undefined && !(next.form === "announcement" && directors.includes(next.station)))
      return false;
    absences.push({ from: at, toOrdinal: next?.at.ordinal ?? Number.POSITIVE_INFINITY });
  }
  if (absences.length === 0) return false;
  return rowsOf(state, binding)
    .filter((row) => directors.some((director) => isFor(row, director)))
    .every((row) => {
      const sender = state.stations.get(segment, row.sourceMacHigh, row.sourceMacLow);
      const entry = sender && state.caches.entry(sender, ip);
      return absences.every(
        (absence) => isOutside(row, absence) || (entry !== undefined && sentNothing(entry, standIn, absence)),
      );
    });
}

/** From the announcement of the one who stands in to that of who comes back, or without an end. */
interface Absence {
  readonly from: Position;
  readonly toOrdinal: number;
}

function isOutside({ first, last }: TrafficRow, { from, toOrdinal }: Absence): boolean {
  return last.timeNs - from.timeNs < LINGERING_NS || first.ordinal > toOrdinal;
}

/** Whether the host believed the one who stood in, until it did not any more. Any frame to another would have shown. */
function sentNothing({ history }: CacheEntry, standIn: Station, { from, toOrdinal }: Absence): boolean {
  const meanwhile = history.filter(({ at }) => at.ordinal >= from.ordinal && at.ordinal < toOrdinal);
  return meanwhile.length > 0 && meanwhile.every(({ owner }) => owner === standIn);
}

/** Who sends frames for the address to whom, on its segment. */
function rowsOf({ traffic }: NetworkView, { segment, ip }: Binding): readonly TrafficRow[] {
  return traffic.rowsTo(ip).filter((row) => row.segment === segment);
}

function isFor(row: TrafficRow, { macHigh, macLow }: Station): boolean {
  return row.destinationMacHigh === macHigh && row.destinationMacLow === macLow;
}

function isFrom(row: TrafficRow, { macHigh, macLow }: Station): boolean {
  return row.sourceMacHigh === macHigh && row.sourceMacLow === macLow;
}

function hasRetired(state: NetworkView, binding: Binding, director: Station, at: Position): boolean {
  const span = claimSpan(binding.claimOf(director));
  if (span !== null && span.last.ordinal > at.ordinal) return false;
  return rowsOf(state, binding)
    .filter((row) => isFor(row, director) || isFrom(row, director))
    .every((row) => row.last.timeNs - at.timeNs < LINGERING_NS);
}
