import { LINGERING_NS } from "../neighbours/base/delays.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { serversByForwarder } from "../neighbours/traffic/direct-answers.ts";

/** A kernel answers at once. */
const ANSWERED_WITHIN_NS = 100_000_000;

/**
 * The directors of an address by what they did with its packets before anybody spoke for it by ARP: in a capture that
 * begins on a running cluster the caches are warm, and nobody asks.
 *
 * They passed the packets on to hosts that hold the address, too, and answer past them. An intruder may do the same, so
 * this counts only for a host that did so before any claim, that never claims the address by force, and that is not the
 * one of two that stays silent when everybody is asked.
 */
export function directorsByForwarding(state: NetworkView, binding: Binding): ReadonlySet<Station> {
  const hops = [
    ...binding.passings.filter(({ proven, isUnclaimed }) => proven && isUnclaimed),
    ...state.tunnels.to(binding.segment, binding.ip).filter(({ first }) => wasUnclaimedAt(binding, first)),
  ];
  if (hops.length === 0) return new Set();
  const { answers } = state.unclaimed;
  const forwarders = answers.directors(binding.ip, hops);
  for (const [by, servers] of serversByForwarder(hops)) {
    if (forwarders.has(by) || answers.isBothWays(binding.ip, by)) continue;
    if (servers.some((server) => asksPast(state, binding, by, server))) forwarders.add(by);
  }
  return new Set(
    [...forwarders].filter((by) => !claimsByForce(binding, by) && !isContradicted(state, binding, by)),
  );
}

function wasUnclaimedAt({ claims }: Binding, { ordinal }: Position): boolean {
  return claims.every(({ tallies }) => [...tallies.values()].every(({ first }) => first.ordinal > ordinal));
}

/**
 * Whether the host that gets the packets asked in the address's name for one that is not the forwarder's: for the
 * sender, or for an address that nobody answers for, the forwarder neither.
 */
function asksPast(state: NetworkView, binding: Binding, by: Station, server: Station): boolean {
  const requests = binding.claimOf(server)?.tallies.get("request")?.evidence ?? [];
  return requests.some(({ at, targetIp, sentBy }) => {
    if (sentBy !== server) return false;
    const isPast = state.unclaimed.asksPast(binding.ip, by, targetIp);
    return (
      isPast === "yes" || (isPast === "unknown" && state.timeline.nowNs - at.timeNs > ANSWERED_WITHIN_NS)
    );
  });
}

/** Frames that no director sends: replies that nobody asked for, and requests for what was answered just before. */
function claimsByForce(binding: Binding, station: Station): boolean {
  const claim = binding.claimOf(station);
  return claim !== undefined && claim.ownFrames("unsolicited-reply") + claim.needless > 0;
}

/**
 * Whether another host answers for the address when everybody is asked, or announces it, while this one is silent and
 * yet goes on getting its packets: then it gets what it has no right to.
 */
function isContradicted(state: NetworkView, binding: Binding, by: Station): boolean {
  const own = binding.claimOf(by);
  if (own?.firstAnswer != null || (own?.ownFrames("announcement") ?? 0) > 0) return false;
  const lastNs = Math.max(...state.unclaimed.answers.arriving(binding.ip, by).map(({ last }) => last.timeNs));
  return binding.claims.some(({ station, firstAnswer, tallies }) => {
    const spoke = [firstAnswer, tallies.get("announcement")?.first];
    return station !== by && spoke.some((at) => at != null && lastNs - at.timeNs > LINGERING_NS);
  });
}
