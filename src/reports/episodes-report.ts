import type { Bypass, Episode, Finding, StrayTraffic, Victim } from "../findings/finding.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { hostOf, positionOf } from "./references.ts";
import type { ReportedBypass, ReportedEpisode, ReportedStrays, ReportedVictim } from "./report.ts";
import type { Wording } from "./wording.ts";

/** The parts of a finding that tell which caches were wrong when, and what went astray meanwhile. */
export function reportCourse(
  { victims, episodes = [], bypass }: Finding,
  assignment: RoleAssignment,
  wording: Wording,
): { victims: ReportedVictim[]; episodes: ReportedEpisode[]; bypass: ReportedBypass | null } {
  return {
    victims: victims.map((victim) => reportVictim(victim, episodes, assignment, wording)),
    episodes: episodes.map((episode) => reportEpisode(episode, wording)),
    bypass: bypass && reportBypass(bypass),
  };
}

function reportVictim(
  victim: Victim,
  episodes: readonly Episode[],
  assignment: RoleAssignment,
  wording: Wording,
): ReportedVictim {
  return {
    ...hostOf(assignment, victim.station),
    learned: victim.learned && positionOf(victim.learned),
    used: victim.used && positionOf(victim.used),
    restored: victim.restored && positionOf(victim.restored),
    restoredBy: victim.restoredBy && wording.restoredBy(victim.restoredBy),
    episodes: episodes.flatMap(({ victims }, index) => (victims.has(victim.station) ? [index] : [])),
  };
}

function reportEpisode(episode: Episode, wording: Wording): ReportedEpisode {
  return {
    claimed: episode.claimed && positionOf(episode.claimed),
    learned: episode.learned && positionOf(episode.learned),
    used: episode.used && positionOf(episode.used),
    restored: episode.restored && positionOf(episode.restored),
    restoredBy: episode.restoredBy && wording.restoredBy(episode.restoredBy),
    bypass: episode.bypass && reportStrays(episode.bypass),
  };
}

function reportBypass(bypass: Bypass): ReportedBypass {
  return { ...reportStrays(bypass), elsewhere: bypass.elsewhere };
}

function reportStrays(strays: StrayTraffic): ReportedStrays {
  const { frames, bytes, flows, answered, answeredByOthers, reset, unanswered, endedBy, durationNs } = strays;
  return {
    frames,
    bytes,
    flows,
    answered,
    answeredByOthers,
    reset,
    unanswered,
    first: positionOf(strays.first),
    last: positionOf(strays.last),
    endedBy,
    ended: positionOf(strays.ended),
    durationNs,
  };
}
