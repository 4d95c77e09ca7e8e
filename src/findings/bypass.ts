import { earliest, latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { Flow, Sent } from "../neighbours/caches/sent.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { ClaimForm } from "../neighbours/claims/claim.ts";

import type { NetworkView } from "../neighbours/network-view.ts";
import { beginOf, framesElsewhere } from "./elsewhere.ts";
import type { Bout, Bypass, BypassEnd, RestoredBy, StrayTraffic, Victim } from "./finding.ts";

/** Forms by which a station says itself that it has an address. */
const OWN_FORMS: readonly ClaimForm[] = ["request", "reply", "unsolicited-reply", "announcement"];

/** What one victim sent to the claimant. */
interface Stray {
  readonly frames: number;
  readonly bytes: number;
  readonly first: Position;
  readonly last: Position;
}

/** One victim's time with the wrong entry. */
export interface Outage {
  readonly station: Station;
  readonly bout: Bout;
}

/**
 * The victims' frames for the address that went to the claimant's MAC while their caches were wrong.
 *
 * What a victim sent there before it took the wrong MAC does not count, nor what others pass on.
 *
 * @param legitimateUntil where the claimant may have been in the right at first: when another was first seen with the
 * address
 */
export function strayTraffic(
  state: NetworkView,
  binding: Binding,
  claimant: Station,
  outages: readonly Outage[],
  legitimateUntil: Position | null,
): StrayTraffic | null {
  const { segment, ip } = binding;
  const entries = new Map(state.caches.about(binding).map((entry) => [entry.holder, entry]));
  const strays: Stray[] = [];
  const flows = new Set<Flow>();
  for (const { station, bout } of outages) {
    const wrong = bout.learned ?? bout.used;
    if (wrong === null) continue;
    const since = (legitimateUntil === null ? wrong : latest([wrong, legitimateUntil])).ordinal;
    const until = bout.restored?.ordinal ?? Number.POSITIVE_INFINITY;
    const periods = sentTo(entries.get(station), claimant).filter(
      ({ first }) => first.ordinal >= since && first.ordinal <= until,
    );
    const row = state.traffic.rowBetween(segment, ip, claimant, station);
    if (row !== undefined && row.first.ordinal >= since && row.last.ordinal <= until) {
      // What is remembered from before a restart has no row any more.
      strays.push(row, ...periods.filter(({ last }) => last.ordinal < row.first.ordinal));
    } else {
      strays.push(...periods);
      if (since === wrong.ordinal)
        strays.push(...uncounted(state, binding, claimant, { station, bout }, periods));
    }
    // Whoever passes packets on leaves the answers to others, and its flows are not told apart.
    if (binding.passers.has(claimant)) continue;
    for (const period of periods) for (const flow of period.flows) flows.add(flow);
  }
  if (strays.length === 0) return null;
  const first = earliest(strays.map((stray) => stray.first));
  const last = latest(strays.map((stray) => stray.last));
  const end = endOf(state, outages);
  const ended = end.at ?? last;
  return {
    frames: sum(strays, "frames"),
    bytes: sum(strays, "bytes"),
    ...countFlows(flows),
    first,
    last,
    endedBy: end.by,
    ended,
    durationNs: Math.max(0, ended.timeNs - first.timeNs),
  };
}

function countFlows(flows: ReadonlySet<Flow>) {
  let answered = 0;
  let answeredByOthers = 0;
  let reset = 0;
  for (const flow of flows) {
    if (flow.answered) answered++;
    else if (flow.answeredByOther) answeredByOthers++;
    else if (flow.reset) reset++;
  }
  const unanswered = flows.size - answered - answeredByOthers - reset;
  return { flows: flows.size, answered, answeredByOthers, reset, unanswered };
}

/** The sum of what went astray in each episode; null where nothing did. */
export function sumOf(
  state: NetworkView,
  binding: Binding,
  claimant: Station,
  victims: readonly Victim[],
  parts: readonly StrayTraffic[],
): Bypass | null {
  const [first, ...others] = parts;
  if (first === undefined) return null;
  const whole = others.reduce(
    (total, part): StrayTraffic => ({
      frames: total.frames + part.frames,
      bytes: total.bytes + part.bytes,
      flows: total.flows + part.flows,
      answered: total.answered + part.answered,
      answeredByOthers: total.answeredByOthers + part.answeredByOthers,
      reset: total.reset + part.reset,
      unanswered: total.unanswered + part.unanswered,
      first: total.first,
      last: latest([total.last, part.last]),
      endedBy: part.endedBy,
      ended: part.ended,
      durationNs: total.durationNs + part.durationNs,
    }),
    first,
  );
  const elsewhere = victims.reduce(
    (total, victim) => total + framesElsewhere(state, binding, claimant, victim),
    0,
  );
  return { ...whole, elsewhere };
}

/** When an honest claimant's rival was first seen with the address: until then nothing tells which of them is right. */
export function firstSeenWith(binding: Binding, station: Station): Position | null {
  const tallies = OWN_FORMS.flatMap((form) => binding.claimOf(station)?.tallies.get(form) ?? []);
  return tallies.length === 0 ? null : earliest(tallies.map(({ first }) => first));
}

function sentTo(entry: CacheEntry | undefined, claimant: Station): Sent[] {
  return (entry?.history ?? []).flatMap((change) => (change.owner === claimant ? change.sent : []));
}

/** What went to the claimant in the bout and was not counted by flow, as what a station passes on is not. */
function uncounted(
  { caches, traffic }: NetworkView,
  { segment, ip }: Binding,
  claimant: Station,
  { station, bout }: Outage,
  periods: readonly Stray[],
): Stray[] {
  const history = caches.entry(station, ip)?.history ?? [];
  const begin = beginOf(history, claimant, bout);
  const before = history[begin]?.sentBefore;
  const first = bout.used;
  if (before == null || first === null) return [];
  const change = history.find(({ owner }, index) => index > begin && owner !== claimant);
  const after =
    change === undefined ? traffic.rowBetween(segment, ip, claimant, station) : change.sentBefore?.toFormer;
  if (after == null) return [];
  const frames = after.frames - (before.toOwner?.frames ?? 0) - sum(periods, "frames");
  const bytes = after.bytes - (before.toOwner?.bytes ?? 0) - sum(periods, "bytes");
  return frames > 0 && bytes >= 0 ? [{ frames, bytes, first, last: after.last }] : [];
}

function sum(strays: readonly Stray[], what: "frames" | "bytes"): number {
  return strays.reduce((total, stray) => total + stray[what], 0);
}

/** It is over when the last of the victims is right again; what ended it for that one ended it. */
function endOf(state: NetworkView, outages: readonly Outage[]): { by: BypassEnd; at: Position | null } {
  let last: { at: Position; by: RestoredBy } | null = null;
  for (const { bout } of outages) {
    const { restored, restoredBy } = bout;
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
