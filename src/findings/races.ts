import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Race } from "./finding.ts";

/** A reader sees by the first few who is the faster one, and by how little. */
const RACES_SHOWN = 8;

/**
 * The broadcast requests that the claimant answered beside others, with every answer.
 *
 * Who comes first is believed for as long as locktime lasts, so a claimant that lost by microseconds wins another day.
 */
export function racesOf(binding: Binding, claimant: Station): { races: Race[]; racesTotal: number } {
  const races = binding.asks.races.filter(({ broadcast, answers }) => {
    const answering = new Set(answers.map(({ by }) => by));
    return broadcast && answering.size > 1 && answering.has(claimant);
  });
  return {
    races: races.slice(0, RACES_SHOWN).map(({ at: request, answers }) => ({
      request,
      answers: answers.map(({ at, by }) => ({ at, by, delayNs: nanosecondsFrom(request, at) })),
    })),
    racesTotal: binding.asks.raceCounts.get(claimant) ?? 0,
  };
}

/** Exact wherever in the analysis: `timeNs` is so for the first 104 days only. */
function nanosecondsFrom(from: Position, to: Position): number {
  return (to.seconds - from.seconds) * 1e9 + (to.nanoseconds - from.nanoseconds);
}
