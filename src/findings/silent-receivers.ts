import { LINGERING_NS } from "../neighbours/base/delays.ts";
import { earliest, latest } from "../neighbours/base/position.ts";
import { isCard, type Station } from "../neighbours/base/station.ts";
import type { CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { impersonates, likelyOwner } from "../roles/likely-owner.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { boundEvidence, evidenceOf } from "./build-finding.ts";
import { courseOf } from "./episodes.ts";
import type { Finding } from "./finding.ts";
import { entriesByOwner, unexplainedVictimsOf } from "./victims.ts";

/**
 * A host that never speaks for an address, not even when everybody is asked for it and another host answers, yet gets
 * packets for it and answers them: whoever sends them took its MAC before the capture began.
 *
 * An owner would have answered, too. A host with two cards that answer by turns sends from the address by both.
 */
export function judgeSilentReceivers(
  state: NetworkView,
  assignment: RoleAssignment,
  binding: Binding,
): Finding[] {
  const owner = likelyOwner(binding);
  const claim = owner === undefined ? undefined : binding.claimOf(owner);
  if (owner === undefined || claim === undefined || impersonates(binding, claim)) return [];
  const { firstAnswer, firstAsker } = claim;
  const { answers } = state.unclaimed;
  if (firstAnswer === null || firstAsker === null || answers.sendsFrom(binding.ip, owner)) return [];
  return [...entriesByOwner(state.caches.about(binding))].flatMap(([station, entries]) => {
    if (binding.claimOf(station) !== undefined || !isCard(station)) return [];
    if (assignment.roleOf(station) === "gateway") return [];
    if (!state.vantage.shows(firstAnswer.capture, station, firstAsker)) return [];
    const answered = entries.filter(({ holder }) => {
      const lastNs = state.traffic.lastNs(binding.segment, binding.ip, station, holder);
      return lastNs - firstAnswer.timeNs > LINGERING_NS && answers.answersTo(binding.ip, holder, station);
    });
    return conflictWith(state, binding, station, owner, answered) ?? [];
  });
}

function conflictWith(
  state: NetworkView,
  binding: Binding,
  station: Station,
  owner: Station,
  entries: readonly CacheEntry[],
): Finding | null {
  const victims = unexplainedVictimsOf(binding, station, new Set([owner]), entries);
  if (victims.length === 0) return null;
  const used = victims.map((victim) => victim.used);
  const course = courseOf(state, binding, station, victims);
  const { bypass } = course;
  return {
    kind: "address-conflict",
    severity: "warning",
    stage: "used",
    ip: binding.ip,
    segment: binding.segment,
    claimant: station,
    rightful: owner,
    victims,
    ...course,
    first: earliest(used),
    last: bypass?.last ?? latest(used),
    count: bypass?.frames ?? victims.length,
    evidence: boundEvidence(evidenceOf(victims)),
    evidenceTotal: evidenceOf(victims).length,
    assessment: {
      certainty: "likely",
      why: "the host did not answer when everybody was asked for the address, and another one did",
    },
  };
}
