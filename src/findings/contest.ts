import type { Binding, Claim } from "../neighbours/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { Station } from "../neighbours/station.ts";
import { forcedClaims, isOwnClaim } from "../roles/likely-owner.ts";

/** Once may be a driver's or a hypervisor's courtesy; a tool keeps it up, because the caches would forget. */
const FORCED = 2;

/** How many addresses each station is at odds over with another: a man in the middle with two, his victims with one. */
export type ContestCounts = ReadonlyMap<Station, number>;

export function countContests(state: NetworkState): ContestCounts {
  const counts = new Map<Station, number>();
  for (const binding of state.bindings) {
    const stations = partiesTo(binding);
    if (stations.size < 2) continue;
    for (const station of stations) counts.set(station, (counts.get(station) ?? 0) + 1);
  }
  return counts;
}

/** Whoever claims the address or is believed to have it; a single frame with another's MAC in it is no party. */
function partiesTo(binding: Binding): Set<Station> {
  const parties = binding.claims.filter((claim) => isOwnClaim(claim) || countOf(claim) > 1);
  return new Set(parties.map(({ station }) => station));
}

function countOf(claim: Claim): number {
  return [...claim.tallies.values()].reduce((sum, { count }) => sum + count, 0);
}

/**
 * Whether a claim is an intruder's: kept up by frames that no kernel sends, for an address that its station does not
 * hold, or for more addresses than those have to whom they belong.
 *
 * A host that defends its address, or answers a forger's requests, is at odds over that one address only.
 */
export function isForged(binding: Binding, claim: Claim, contests: ContestCounts): boolean {
  if (forcedClaims(claim) < FORCED) return false;
  const own = contests.get(claim.station) ?? 0;
  const others = [...partiesTo(binding)].filter((station) => station !== claim.station);
  if (others.length === 0) return false;
  const mostOfOthers = Math.max(...others.map((station) => contests.get(station) ?? 0));
  if (own >= 2 && own > mostOfOthers) return true;
  return (
    own >= mostOfOthers && !claim.station.ownAddresses.has(binding.ip) && !isOnlyAddressed(claim, binding)
  );
}

/** Believed by others to be there, while somebody else claims it himself: by that alone nobody is accused for one address. */
function isOnlyAddressed(claim: Claim, binding: Binding): boolean {
  return !isOwnClaim(claim) && !binding.claims.some((other) => other !== claim && isOwnClaim(other));
}
