import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { ClaimForm } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { Disagreement, HostOutcome, Outcome, Victim } from "./finding.ts";
import { victimsOf } from "./victims.ts";

const ANY_FORM: ReadonlySet<ClaimForm> = new Set<ClaimForm>([
  "request",
  "reply",
  "unsolicited-reply",
  "announcement",
  "addressed",
]);

/**
 * The models that were not chosen, where the same frames would have ended otherwise for a host: it took the wrong MAC
 * or did not, or held it at the end or no longer did.
 *
 * A host is looked at where a claim of these forms fooled it by either model; how it ended, whatever it was fooled by,
 * since a cache that holds the wrong MAC by another kind of claim is not spared.
 */
export function disagreementsOver(
  state: NetworkView,
  binding: Binding,
  claimant: Station,
  forms: ReadonlySet<ClaimForm>,
  exempt: ReadonlySet<Station>,
  victims: readonly Victim[],
): Disagreement[] {
  const chosen = byStation(victimsOf(state.caches.about(binding), binding, claimant, ANY_FORM, exempt));
  return state.alternatives.flatMap((alternative) => {
    const entries = [...alternative.entriesOf(binding)];
    const others = byStation(victimsOf(entries, binding, claimant, ANY_FORM, exempt));
    const fooled = [...victims, ...victimsOf(entries, binding, claimant, forms, exempt)];
    const hosts = [...byStation(fooled).keys()].flatMap((station): HostOutcome[] => {
      const other = others.get(station);
      const outcome = outcomeOf(other);
      const byChosen = outcomeOf(chosen.get(station));
      if (outcome === byChosen) return [];
      const { learned = null, restored = null } = other ?? {};
      return [{ station, outcome, byChosen, learned, restored }];
    });
    return hosts.length === 0 ? [] : [{ model: alternative.model.name, hosts }];
  });
}

function byStation(victims: readonly Victim[]): Map<Station, Victim> {
  return new Map(victims.map((victim) => [victim.station, victim]));
}

function outcomeOf(victim: Victim | undefined): Outcome {
  if (victim === undefined) return "spared";
  return victim.restored === null ? "poisoned" : "restored";
}
