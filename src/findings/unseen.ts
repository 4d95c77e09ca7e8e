import { IN_FLIGHT_NS } from "../neighbours/base/delays.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim, ClaimForm } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { likelyOwner } from "../roles/likely-owner.ts";
import type { UnseenLearner, Victim } from "./finding.ts";

/**
 * The hosts that the claimant asked in the address' name, and whose answer the capture could not have shown: whoever
 * answers learns, so it may have.
 */
export function unseenLearners(
  state: NetworkView,
  binding: Binding,
  claim: Claim,
  forms: ReadonlySet<ClaimForm>,
  victims: readonly Victim[],
): UnseenLearner[] {
  const requests = forms.has("request") ? (claim.tallies.get("request")?.evidence ?? []) : [];
  const newest = new Map<number, Position>();
  for (const { targetIp, at, sentBy } of requests) if (sentBy === claim.station) newest.set(targetIp, at);
  return [...newest].flatMap(([ip, at]) => {
    const target = state.bindings.get(binding.segment, ip);
    const station = (target === undefined ? undefined : likelyOwner(target)) ?? null;
    // Of itself nobody learns anything.
    if (station === claim.station) return [];
    const isVictim = victims.some((victim) => victim.station === station);
    if (isVictim || state.vantage.shows(at.capture, station, claim.station)) return [];
    const elsewhere = station === null ? null : sendsElsewhereSince(state, binding, station, at);
    // Nothing could have set it right in between: it never was wrong.
    if (elsewhere !== null && !claimedSince(binding, elsewhere, at)) return [];
    return [{ ip, station, at, isOver: elsewhere !== null }];
  });
}

/** To whom the host's own frames went later than the request; null where none are seen. */
function sendsElsewhereSince(
  state: NetworkView,
  binding: Binding,
  host: Station,
  at: Position,
): Station | null {
  const owner = state.caches.entry(host, binding.ip)?.owner;
  if (owner == null) return null;
  const lastNs = state.traffic.lastNs(binding.segment, binding.ip, owner, host);
  return lastNs > at.timeNs + IN_FLIGHT_NS ? owner : null;
}

function claimedSince(binding: Binding, owner: Station, at: Position): boolean {
  const tallies = [...(binding.claimOf(owner)?.tallies.values() ?? [])];
  return tallies.some(({ last }) => last.ordinal > at.ordinal);
}
