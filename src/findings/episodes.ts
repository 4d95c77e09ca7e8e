import { MOST_EPISODES } from "../limits.ts";
import { earliest, latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { type Outage, strayTraffic, sumOf } from "./bypass.ts";
import type { Bypass, Episode, Victim } from "./finding.ts";

const NEWEST_SHOWN = 16;

/** What a wrong claim did: each time that caches were wrong by it, and what went astray in all of them. */
export interface Course {
  readonly episodes: readonly Episode[];
  readonly bypass: Bypass | null;
}

/**
 * Bouts of several victims that overlap are one episode: the gateway and a client may be poisoned by the same frame.
 *
 * @param legitimateUntil where the claimant may have been in the right at first: when another was first seen with the
 * address
 */
export function courseOf(
  state: NetworkView,
  binding: Binding,
  claimant: Station,
  victims: readonly Victim[],
  legitimateUntil: Position | null = null,
): Course {
  const episodes = outagesTogether(victims).map((outages): Episode => {
    const bouts = outages.map(({ bout }) => bout);
    const begun = earliest(bouts.flatMap(({ learned, used }) => learned ?? used ?? []));
    const isOver = bouts.every(({ restored }) => restored !== null);
    const last = isOver
      ? bouts.toSorted((a, b) => (b.restored?.ordinal ?? 0) - (a.restored?.ordinal ?? 0))[0]
      : undefined;
    return {
      claimed: newestClaim(binding, claimant, begun),
      learned: firstOf(bouts.flatMap(({ learned }) => learned ?? [])),
      used: firstOf(bouts.flatMap(({ used }) => used ?? [])),
      restored: last?.restored ?? null,
      restoredBy: last?.restoredBy ?? null,
      bypass: strayTraffic(state, binding, claimant, outages, legitimateUntil),
      victims: new Set(outages.map(({ station }) => station)),
    };
  });
  const strays = episodes.flatMap(({ bypass }) => bypass ?? []);
  return { episodes: bounded(episodes), bypass: sumOf(state, binding, claimant, victims, strays) };
}

/** By episode, in order. */
function outagesTogether(victims: readonly Victim[]): Outage[][] {
  const outages = victims
    .flatMap(({ station, bouts }) => bouts.map((bout) => ({ station, bout, begun: begunBy(bout) })))
    .filter(({ begun }) => begun < Number.POSITIVE_INFINITY)
    .toSorted((a, b) => a.begun - b.begun);
  const episodes: Outage[][] = [];
  let end = -1;
  for (const { station, bout, begun } of outages) {
    if (begun <= end) episodes.at(-1)?.push({ station, bout });
    else episodes.push([{ station, bout }]);
    end = Math.max(begun > end ? -1 : end, bout.restored?.ordinal ?? Number.POSITIVE_INFINITY);
  }
  return episodes;
}

function begunBy({ learned, used }: Pick<Victim, "learned" | "used">): number {
  return (learned ?? used)?.ordinal ?? Number.POSITIVE_INFINITY;
}

/** The claimant's newest claim up to the frame; null where none of those that are kept came before. */
function newestClaim(binding: Binding, claimant: Station, until: Position): Position | null {
  const claims = [...(binding.claimOf(claimant)?.tallies.values() ?? [])]
    .flatMap(({ evidence, last }) => [...evidence.map(({ at }) => at), last])
    .filter(({ ordinal }) => ordinal <= until.ordinal);
  return claims.length === 0 ? null : latest(claims);
}

function firstOf(positions: readonly Position[]): Position | null {
  return positions.length === 0 ? null : earliest(positions);
}

function bounded(episodes: readonly Episode[]): readonly Episode[] {
  if (episodes.length <= MOST_EPISODES) return episodes;
  return [...episodes.slice(0, MOST_EPISODES - NEWEST_SHOWN), ...episodes.slice(-NEWEST_SHOWN)];
}
