import type { FindingKind } from "../kinds/registry.ts";
import type { Severity } from "../kinds/severity.ts";
import { LINGERING_NS } from "../neighbours/base/delays.ts";
import { earliest, latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { CacheChange, CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import { patienceNs } from "../neighbours/control/adverts.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { type Holders, holderAt, holdersOf, type Tenure } from "../roles/holders.ts";
import type { Evaluator } from "./address-rules.ts";
import { boundEvidence, evidenceOf, stageOf } from "./build-finding.ts";
import { courseOf } from "./episodes.ts";
import type { Bypass, Evidence, Finding, Victim } from "./finding.ts";
import { restorationAfter, victimOf } from "./victims.ts";

/** A cache that holds the MAC of a host that does not hold the address. */
interface StaleEntry {
  readonly victim: Victim;
  /** The host whose MAC it is. */
  readonly former: Station;
  /** Since when it was not that host's address. */
  readonly since: Position;
  /** Who held it when the cache was used, or at the end. */
  readonly holder: Tenure;
  /** Learned from a claim of a host that did not hold the address then. */
  readonly isStray: boolean;
}

/**
 * Caches that go on sending to a former holder of an address, or to a standby that announced it and stepped back.
 *
 * Nobody is at odds over the address: the former holder is silent, and the new one is right.
 *
 * @param exempt hosts whose caches do not matter: the address's own servers
 * @param suspects hosts whose claims of the address were found to be wrong
 */
function judgeStale(
  evaluator: Evaluator,
  binding: Binding,
  exempt: ReadonlySet<Station>,
  suspects: ReadonlySet<Station>,
): Finding[] {
  const { state, assignment } = evaluator;
  const holders = holdersOf(state, assignment.machines, binding, (station) => suspects.has(station));
  if (holders.tenures.length + holders.strays.length < 2) return [];
  const stale = state.caches
    .about(binding)
    .filter(({ holder }) => !exempt.has(holder))
    .flatMap((entry) => staleEntries(evaluator, binding, holders, entry));
  return stale
    .filter(({ former }, index) => stale.findIndex((other) => other.former === former) === index)
    .map((sample) => {
      const entries = stale.filter(({ former }) => former === sample.former);
      return findingOf(state, binding, holders, sample, entries);
    });
}

/** Findings that leave open which of several hosts has the address. */
const OPEN_DISPUTES: ReadonlySet<FindingKind> = new Set(["address-conflict", "flip-flop"]);

/**
 * What is wrong with an address, with the stale caches.
 *
 * A split that is over is what left them behind: a standby missed advertisements, advertised itself, heard the master
 * again and stepped back. While it goes on, they are its victims.
 */
export function withStaleCaches(
  evaluator: Evaluator,
  binding: Binding,
  disputes: readonly Finding[],
): readonly Finding[] {
  const isOpen = ({ kind, virtualRouterId }: Finding) =>
    OPEN_DISPUTES.has(kind) || (kind === "vip-split" && virtualRouterId == null);
  if (disputes.some(isOpen)) return disputes;
  const split = disputes.find(({ kind }) => kind === "vip-split");
  if (split !== undefined && !isOver(evaluator.state, split)) return disputes;
  const vip = evaluator.assignment.vipOf(binding);
  const exempt = [...(vip?.directors ?? []), ...(vip?.realServers ?? []).map(({ station }) => station)];
  const suspects = disputes
    .filter(
      ({ kind, severity }) => severity !== "notice" && kind !== "vip-split" && kind !== "vip-unanswered",
    )
    .flatMap(({ claimant, named }) => [claimant, named ?? null])
    .filter((station) => station !== null);
  const stale = judgeStale(evaluator, binding, new Set(exempt), new Set(suspects));
  const isAftermath = stale.some(({ claimant }) => claimant === split?.claimant);
  return [...disputes.filter((finding) => finding !== split || !isAftermath), ...stale];
}

/** Whether the one that should not have advertised has been silent for longer than a master may be. */
function isOver({ adverts, timeline }: NetworkView, { segment, ip, claimant }: Finding): boolean {
  return adverts
    .routersFor(segment, ip)
    .flatMap((router) => router.advertisers)
    .filter(({ station }) => station === claimant)
    .every((advertiser) => timeline.nowNs - advertiser.last.timeNs >= patienceNs(advertiser));
}

/** The runs of the entry's history by which it held a host's MAC that did not hold the address. */
function staleEntries(
  evaluator: Evaluator,
  binding: Binding,
  holders: Holders,
  entry: CacheEntry,
): StaleEntry[] {
  const found = new Map<Station, StaleEntry>();
  for (const [index, change] of entry.history.entries()) {
    const former = change.owner;
    if (former === null || former === entry.holder || entry.history[index - 1]?.owner === former) continue;
    const ceased = ceasedAt(holders, former, change.at);
    if (ceased === null || isStillUsing(evaluator, binding, holders, former, ceased.at)) continue;
    const next = entry.history.slice(index + 1).find(({ owner }) => owner !== former);
    const used = usedSince(evaluator.state, binding, entry, change, ceased, next?.at ?? null);
    const holder = holderAt(holders, used ?? next?.at ?? ceased.at) ?? ceased.holder;
    if (holder.station === former || holder.card === former || holder.station === entry.holder) continue;
    const isLasting = ceased.isStray && next === undefined && change.form !== null;
    if (used === null && !isLasting) continue;
    const end = restorationAfter(entry, index, former);
    const bout = {
      learned: change.form === null ? null : change.at,
      used,
      restored: end?.at ?? null,
      restoredBy: end?.by ?? null,
    };
    const before = found.get(former);
    found.set(
      former,
      before === undefined
        ? {
            victim: victimOf(entry.holder, [bout]),
            former,
            since: ceased.at,
            holder,
            isStray: ceased.isStray,
          }
        : { ...before, victim: victimOf(entry.holder, [...before.victim.bouts, bout]) },
    );
  }
  return [...found.values()];
}

/** Since when a host whose MAC a cache holds does not hold the address. */
interface Ceased {
  readonly at: Position;
  readonly holder: Tenure;
  readonly isStray: boolean;
}

/** When the address ceased to be at the host whose MAC a cache took at that moment; null where it is there still. */
function ceasedAt(holders: Holders, former: Station, learned: Position): Ceased | null {
  const { tenures, strays } = holders;
  const isFormers = ({ station, card }: Tenure) => station === former || card === former;
  const tenure = holderAt(holders, learned);
  if (tenure !== null && isFormers(tenure)) {
    const next = tenures[tenures.indexOf(tenure) + 1];
    return next === undefined ? null : { at: next.from, holder: next, isStray: false };
  }
  const stray = strays.findLast(({ station, at }) => station === former && at.ordinal <= learned.ordinal);
  if (stray !== undefined) return { at: learned, holder: stray.holder, isStray: true };
  const before = tenures.findLast((other) => isFormers(other) && other.from.ordinal <= learned.ordinal);
  const next = before === undefined ? undefined : tenures[tenures.indexOf(before) + 1];
  return next === undefined ? null : { at: next.from, holder: next, isStray: false };
}

/** Whether the host speaks for the address, or sends from it, though another holds it: then both do. */
function isStillUsing(
  { lastPackets }: Evaluator,
  binding: Binding,
  { tenures, strays }: Holders,
  former: Station,
  ceased: Position,
): boolean {
  const isBack = tenures.some(({ station, from }) => station === former && from.ordinal > ceased.ordinal);
  const spoke = binding.claimOf(former)?.ownLast ?? null;
  const isStray = strays.some(({ station }) => station === former);
  if (!isBack && !isStray && spoke !== null && spoke.ordinal > ceased.ordinal) return true;
  const sent = lastPackets.lastFrom(former, binding.ip);
  return !isBack && sent !== null && sent.timeNs - ceased.timeNs >= LINGERING_NS;
}

/** The first frame that the entry sent to its MAC after the address had gone from there; null where there is none. */
function usedSince(
  state: NetworkView,
  { segment, ip }: Binding,
  { holder, history }: CacheEntry,
  change: CacheChange,
  ceased: Ceased,
  until: Position | null,
): Position | null {
  const { owner } = change;
  if (owner === null) return null;
  // What was under way when the address moved is no sign of a stale cache; a stray claim is wrong at once.
  const graceNs = ceased.isStray ? 0 : LINGERING_NS;
  const isLate = (at: Position) =>
    at.ordinal > ceased.at.ordinal &&
    at.timeNs - ceased.at.timeNs >= graceNs &&
    (until === null || at.ordinal < until.ordinal);
  const run = history.slice(history.indexOf(change));
  const end = run.findIndex((other) => other.owner !== owner);
  const sent = (end < 0 ? run : run.slice(0, end)).flatMap((part) => part.sent);
  const frames = sent.flatMap(({ first, last }) => (isLate(first) ? [first] : isLate(last) ? [last] : []));
  if (frames.length > 0) return earliest(frames);
  const row = state.traffic.rowBetween(segment, ip, owner, holder);
  if (row === undefined || sent.length > 0) return null;
  if (isLate(row.first)) return row.first;
  return isLate(row.last) ? row.last : null;
}

function findingOf(
  state: NetworkView,
  binding: Binding,
  holders: Holders,
  sample: StaleEntry,
  entries: readonly StaleEntry[],
): Finding {
  const { former, holder, isStray } = sample;
  const victims = entries.map(({ victim }) => victim);
  const since = earliest(entries.map((entry) => entry.since));
  const course = courseOf(state, binding, former, victims, since);
  const { bypass } = course;
  const stage = stageOf(victims);
  const claims = isStray ? claimsOf(holders, binding, former) : [];
  const shown: Evidence[] = [
    ...claims,
    { what: "took-over", at: holder.from, by: holder.card, form: holder.form },
    ...evidenceOf(victims),
  ];
  const used = victims.flatMap((victim) => victim.used ?? []);
  const first = earliest([...claims.map(({ at }) => at), ...(used.length > 0 ? used : [since])]);
  return {
    kind: "stale-neighbour",
    severity: severityOf(state, binding, former, victims, bypass),
    stage,
    ip: binding.ip,
    segment: binding.segment,
    claimant: isStray ? former : null,
    rightful: holder.card,
    formerHolder: former,
    victims,
    ...course,
    first,
    last: bypass?.last ?? latest([first, ...used]),
    count: Math.max(1, bypass?.frames ?? used.length),
    evidence: boundEvidence(shown),
    evidenceTotal: shown.length,
    assessment:
      stage === "used"
        ? { certainty: "proven", why: "frames show traffic sent to a host that does not hold the address" }
        : {
            certainty: "likely",
            why: "the neighbour model says that a cache took it; no frame shows the entry in use",
          },
  };
}

/** The stray claims by which the caches took the standby's MAC. */
function claimsOf({ strays }: Holders, { ip }: Binding, former: Station): Evidence[] {
  return strays
    .filter(({ station }) => station === former)
    .map(({ at, form, station }) =>
      form === "advertisement"
        ? { what: "advertised", at, by: station }
        : { what: "claim", at, form, targetIp: ip },
    );
}

/** Critical while packets are lost: nothing shows that the former holder still serves the address. */
function severityOf(
  state: NetworkView,
  binding: Binding,
  former: Station,
  victims: readonly Victim[],
  bypass: Bypass | null,
): Severity {
  const isOver = victims.every(({ restored }) => restored !== null);
  if (isOver || bypass === null || binding.passers.has(former)) return "warning";
  const isAnswered = bypass.flows > 0 && bypass.unanswered === 0;
  const isShown = victims.some(({ station, used }) => {
    return used !== null && state.vantage.shows(used.capture, former, station);
  });
  return isAnswered || !isShown ? "warning" : "critical";
}
