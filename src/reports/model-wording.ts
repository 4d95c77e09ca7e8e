import { type HostOutcome, OUTCOMES, type Outcome } from "../findings/finding.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { NeighbourModelName } from "../neighbours/caches/models/model.ts";
import { modelNamed } from "../neighbours/caches/models/named.ts";
import { timerText } from "../words/counts.ts";

/** Why a stack by this model ends so, where the chosen one does not. */
interface Reasons {
  readonly rules: string;
  /** It took what the chosen model refuses. */
  readonly takes: string;
  /** It keeps what the chosen model got rid of. */
  readonly keeps: string;
  readonly restored: string;
  readonly spared: string;
}

const LOCKTIME = timerText(modelNamed("linux").timers.locktimeNs);
const MAX_AGE = timerText(modelNamed("bsd").timers.maxAgeNs ?? 0);

const REASONS: Readonly<Record<NeighbourModelName, Reasons>> = {
  linux: {
    rules: "Linux's rules",
    takes: "it asks everybody when its unicast probes go unanswered, and takes the first answer",
    keeps: `the first answer wins, and others are refused for ${LOCKTIME} (locktime)`,
    restored: "it probes what it uses by unicast, and asks everybody when nobody answers",
    spared: `others are refused for ${LOCKTIME} after a change (locktime), and a reply that nobody asked for creates no entry`,
  },
  bsd: {
    rules: "BSD's rules",
    takes: "there is no locktime, so the last claim wins, and a reply that nobody asked for creates an entry",
    keeps: `it probes nothing, and an entry lives for up to ${MAX_AGE} after the last frame that confirmed it, on Cisco IOS for up to 4 hours`,
    restored: `there is no locktime, so a later claim wins, and it asks again after ${MAX_AGE} without a frame that confirms the entry`,
    spared: "it does not probe what it holds, and would not have asked",
  },
  rfc826: {
    rules: "the rules of RFC 826",
    takes: "any frame overwrites an entry, and one for an address of its own creates an entry",
    keeps: "an entry has no age, and lasts until a frame overwrites it",
    restored: "any later frame overwrites the entry",
    spared: "it does not probe what it holds, and would not have asked",
  },
};

/** Hosts for which another model ends alike. */
export interface OutcomeGroup {
  readonly stations: readonly Station[];
  sentence(model: NeighbourModelName, names: string): string;
}

export function otherOutcomes(hosts: readonly HostOutcome[]): OutcomeGroup[] {
  return OUTCOMES.flatMap((outcome) =>
    OUTCOMES.flatMap((byChosen) => {
      const alike = hosts.filter((host) => host.outcome === outcome && host.byChosen === byChosen);
      if (alike.length === 0) return [];
      return [
        {
          stations: alike.map(({ station }) => station),
          sentence: (model: NeighbourModelName, names: string) =>
            `By ${REASONS[model].rules} ${names} ${whatWouldBe(outcome, byChosen)}: ${whyIt(model, outcome, byChosen)}.`,
        },
      ];
    }),
  );
}

function whatWouldBe(outcome: Outcome, byChosen: Outcome): string {
  switch (outcome) {
    case "spared":
      return "would never have taken the wrong MAC";
    case "restored":
      return byChosen === "spared"
        ? "would have taken the wrong MAC for a while"
        : "would no longer hold the claimant's MAC at the end";
    case "poisoned":
      return byChosen === "spared"
        ? "would have taken the wrong MAC and would still hold it at the end"
        : "would still hold the wrong MAC at the end";
  }
}

function whyIt(model: NeighbourModelName, outcome: Outcome, byChosen: Outcome): string {
  const reasons = REASONS[model];
  if (outcome === "spared") return reasons.spared;
  if (byChosen === "spared")
    return outcome === "poisoned" ? `${reasons.takes}; ${reasons.keeps}` : reasons.takes;
  return outcome === "poisoned" ? reasons.keeps : reasons.restored;
}
