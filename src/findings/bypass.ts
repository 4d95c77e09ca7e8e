import { earliest, latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { Flow, Sent } from "../neighbours/caches/sent.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { ClaimForm } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { Bypass, BypassEnd, RestoredBy, Victim } from "./finding.ts";

/** Forms by which a station says itself that it has an address. */
const OWN_FORMS: readonly ClaimForm[] = ["request", "reply", "unsolicited-reply", "announcement"];

/** What one victim sent to the claimant since it was fooled. */
interface Stray {
  readonly frames: number;
  readonly bytes: number;
  readonly first: Position;
  readonly last: Position;
}

/**
 * The victims' frames for the address that went to the claimant's MAC.
 *
 * What a victim sent there before it was fooled does not count, nor what it sent after it was right again and another
 * finding's frames had fooled it anew, nor what others pass on.
 *
 * @param legitimateUntil where the claimant may have been in the right at first: when another was first seen with the
 * address
 */
export function bypassOf(
  state: NetworkView,
  binding: Binding,
  claimant: Station,
  victims: readonly Victim[],
  legitimateUntil: Position | null = null,
): Bypass | null {
  const { segment, ip } = binding;
  const entries = new Map(state.caches.about(binding).map((entry) => [entry.holder, entry]));
  const strays: Stray[] = [];
  const flows = new Set<Flow>();
  for (const victim of victims) {
    const fooled = victim.learned ?? victim.used;
    if (fooled === null) continue;
    const since = (legitimateUntil === null ? fooled : latest([fooled, legitimateUntil])).ordinal;
    const until = victim.restored?.ordinal ?? Number.POSITIVE_INFINITY;
    const periods = sentTo(entries.get(victim.station), claimant).filter(
      ({ first }) => first.ordinal >= since && first.ordinal <= until,
    );
    const row = state.traffic.rowBetween(segment, ip, claimant, victim.station);
    if (row !== undefined && row.first.ordinal >= since && row.last.ordinal <= until) {
      // What is remembered from before a restart has no row any more.
      strays.push(row, ...periods.filter(({ last }) => last.ordinal < row.first.ordinal));
    } else strays.push(...periods);
    // Whoever passes packets on leaves the answers to others, and its flows are not told apart.
    if (binding.passers.has(claimant)) continue;
    for (const period of periods) for (const flow of period.flows) flows.add(flow);
  }
  if (strays.length === 0) return null;
  const answered = [...flows].filter((flow) => flow.answered).length;
  const reset = [...flows].filter((flow) => flow.reset && !flow.answered).length;
  const end = endOf(state, victims);
  return {
    frames: strays.reduce((sum, { frames }) => sum + frames, 0),
    bytes: strays.reduce((sum, { bytes }) => sum + bytes, 0),
    flows: flows.size,
    answered,
    reset,
    unanswered: flows.size - answered - reset,
    first: earliest(strays.map(({ first }) => first)),
    last: latest(strays.map(({ last }) => last)),
    endedBy: end.by,
    ended: end.at ?? latest(strays.map(({ last }) => last)),
  };
}

/** When an honest claimant's rival was first seen with the address: until then nothing tells which of them is right. */
export function firstSeenWith(binding: Binding, station: Station): Position | null {
  const tallies = OWN_FORMS.flatMap((form) => binding.claimOf(station)?.tallies.get(form) ?? []);
  return tallies.length === 0 ? null : earliest(tallies.map(({ first }) => first));
}

function sentTo(entry: CacheEntry | undefined, claimant: Station): Sent[] {
  return (entry?.history ?? []).flatMap((change) => (change.owner === claimant ? change.sent : []));
}

/** It is over when the last of the victims is right again; what ended it for that one ended it. */
function endOf(state: NetworkView, victims: readonly Victim[]): { by: BypassEnd; at: Position | null } {
  let last: { at: Position; by: RestoredBy } | null = null;
  for (const { restored, restoredBy } of victims) {
    if (restored === null || restoredBy === null) return { by: "capture-end", at: state.timeline.newest };
    if (last === null || restored.ordinal > last.at.ordinal) last = { at: restored, by: restoredBy };
  }
  if (last === null) return { by: "capture-end", at: state.timeline.newest };
  return { by: endedBy(last.by), at: last.at };
}

function endedBy(restored: RestoredBy): BypassEnd {
  switch (restored.cause) {
    case "claim":
      return restored.gratuitous ? "announcement" : "claim";
    case "resolution":
      return restored.afterProbes ? "probe-failure" : "resolution";
    case "lost":
      return restored.afterProbes ? "probe-failure" : "entry-lost";
    case "aged-out":
      return "entry-lost";
    case "traffic":
      return "own-traffic";
  }
}
