import type { Finding } from "../findings/finding.ts";
import { latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { Sent } from "../neighbours/caches/sent.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { Cast } from "../roles/cast.ts";
import { hostOf, positionOf } from "./references.ts";
import type { CacheHolding, SentPeriod, Timeline, TimelineClaim, TimelineObserver } from "./report.ts";
import { ipText, vlanOf } from "./text.ts";

const MOST_TIMELINES = 48;
const MOST_OBSERVERS = 48;
const MOST_CLAIMANTS = 24;
/** Of one observer: what alternates faster keeps its first and its newest ones. */
const MOST_HOLDINGS = 128;
/** Of all timelines together, so that a report stays of a size that people can open. */
const MOST_HOLDINGS_IN_ALL = 8192;

interface Sources {
  readonly state: NetworkState;
  readonly cast: Cast;
}

/** An address worth following, and why. */
interface Subject {
  readonly binding: Binding;
  readonly role: Timeline["role"];
}

/**
 * Whose MAC every host held for each VIP and gateway over time, and for each address that a finding is about: VIPs first,
 * and of the others those that findings are about.
 */
export function reportTimelines(state: NetworkState, cast: Cast, findings: readonly Finding[]): Timeline[] {
  const budget = { holdings: MOST_HOLDINGS_IN_ALL };
  return subjectsOf(state, cast, findings)
    .slice(0, MOST_TIMELINES)
    .map((subject) => reportTimeline(subject, { state, cast }, findings, budget));
}

function subjectsOf(state: NetworkState, cast: Cast, findings: readonly Finding[]): Subject[] {
  const subjects = new Map<Binding, Subject["role"]>();
  for (const { binding } of cast.vips) if (binding !== null) subjects.set(binding, "vip");
  for (const { station } of cast.gateways) {
    const ip = cast.gatewayAddressOf(station) ?? cast.ipOf(station);
    const binding = ip === null ? undefined : state.bindings.get(station.segment, ip);
    if (binding !== undefined && !subjects.has(binding)) subjects.set(binding, "gateway");
  }
  for (const { severity, segment, ip } of findings) {
    if (severity === "notice" || subjects.size >= MOST_TIMELINES) continue;
    const binding = state.bindings.get(segment, ip);
    if (binding === undefined || subjects.has(binding)) continue;
    subjects.set(binding, cast.isGatewayAddress(binding) ? "gateway" : "host");
  }
  return [...subjects]
    .map(([binding, role]) => ({ binding, role }))
    .filter(({ binding }) => binding.claims.length > 0 || binding.holders.length > 0);
}

function reportTimeline(
  { binding, role }: Subject,
  sources: Sources,
  findings: readonly Finding[],
  budget: { holdings: number },
): Timeline {
  const { cast } = sources;
  const about = findings.filter(({ ip, segment }) => ip === binding.ip && segment === binding.segment);
  const accused = new Set(
    about.flatMap(({ claimant, severity }) => (severity === "notice" ? [] : (claimant ?? []))),
  );
  const entries = binding.holders
    .filter(({ history }) => history.some(({ owner }) => owner !== null))
    .toSorted((a, b) => wrongness(b, accused) - wrongness(a, accused) || began(a) - began(b));
  const lanes = new Map<Station, TimelineObserver>();
  for (const entry of entries) {
    if (lanes.size >= MOST_OBSERVERS || budget.holdings <= 0) break;
    const held = holdingsOf(entry, cast).slice(0, budget.holdings);
    budget.holdings -= held.length;
    lanes.set(entry.holder, {
      host: hostOf(cast, entry.holder),
      held,
      sent: sentBy(entry, binding, sources),
    });
  }
  const unseen = addUnseen(lanes, about, cast);
  return {
    ip: ipText(binding.ip),
    vlan: vlanOf(binding.segment),
    role,
    observers: [...lanes.values()],
    observersOmitted: entries.length + unseen - lanes.size,
    claims: claimsTo(binding, accused, cast),
  };
}

function wrongness({ history }: CacheEntry, accused: ReadonlySet<Station>): number {
  return history.some(({ owner }) => owner !== null && accused.has(owner)) ? 1 : 0;
}

function began({ history }: CacheEntry): number {
  return history[0]?.at.ordinal ?? 0;
}

/** One holding from one change of owner to the next; what only confirmed it belongs to it. */
function holdingsOf({ history, certain }: CacheEntry, cast: Cast): CacheHolding[] {
  const holdings: CacheHolding[] = [];
  let holder: Station | null = null;
  let lastSent: Position | null = null;
  for (const { at, owner, cause, used, sent } of history) {
    const current = holdings.at(-1);
    if (owner !== null && owner === holder && current !== undefined) {
      current.used ??= used && positionOf(used);
      lastSent = sent.at(-1)?.last ?? lastSent;
      continue;
    }
    if (current !== undefined && holder !== null) {
      // An entry is lost some time after the last probe that went unanswered, and is sent by until then.
      current.to = positionOf(lastSent === null ? at : latest([at, lastSent]));
      current.endedBy = cause;
    }
    holder = owner;
    lastSent = sent.at(-1)?.last ?? null;
    if (owner === null) continue;
    holdings.push({
      owner: hostOf(cast, owner),
      from: positionOf(at),
      cause,
      used: used && positionOf(used),
      to: null,
      endedBy: null,
      state: certain ? "known" : "possible",
    });
  }
  if (holdings.length <= MOST_HOLDINGS) return holdings;
  return [...holdings.slice(0, MOST_HOLDINGS / 2), ...holdings.slice(-MOST_HOLDINGS / 2)];
}

/** From one change of owner to the next. */
interface Stretch {
  readonly owner: Station;
  readonly from: Position;
  to: Position | null;
  readonly sent: Sent[];
}

function sentBy(
  { history, holder }: CacheEntry,
  { segment, ip }: Binding,
  { state, cast }: Sources,
): SentPeriod[] {
  return stretchesOf(history)
    .flatMap(({ owner, from, to, sent }) => {
      if (sent.length === 0) return [];
      // Of a flow that goes on only the table of traffic counts every frame.
      const row = state.traffic.rowBetween(segment, ip, owner, holder);
      const isWhole =
        row !== undefined &&
        row.first.ordinal >= from.ordinal &&
        row.last.ordinal <= (to?.ordinal ?? Number.POSITIVE_INFINITY);
      return isWhole
        ? [sentPeriod(owner, row, new Set(sent.flatMap(({ flows }) => [...flows])).size, cast)]
        : sent.map((period) => sentPeriod(owner, period, period.flows.size, cast));
    })
    .slice(0, MOST_HOLDINGS);
}

function sentPeriod(
  to: Station,
  { first, last, frames, bytes }: Pick<Sent, "first" | "last" | "frames" | "bytes">,
  flows: number,
  cast: Cast,
): SentPeriod {
  return { to: hostOf(cast, to), first: positionOf(first), last: positionOf(last), frames, bytes, flows };
}

function stretchesOf(history: CacheEntry["history"]): Stretch[] {
  const stretches: Stretch[] = [];
  let current: Stretch | null = null;
  for (const { at, owner, sent } of history) {
    if (current !== null && current.owner === owner) {
      current.sent.push(...sent);
      continue;
    }
    if (current !== null) current.to = at;
    current = owner === null ? null : { owner, from: at, to: null, sent: [...sent] };
    if (current !== null) stretches.push(current);
  }
  return stretches;
}

/**
 * Lanes of hosts that were asked in the address' name where the capture cannot show whether they answered, and so learned.
 *
 * @returns how many such hosts had no lane of their own before
 */
function addUnseen(lanes: Map<Station, TimelineObserver>, about: readonly Finding[], cast: Cast): number {
  const added = new Set<Station>();
  for (const { claimant, notObservable = [] } of about) {
    for (const { station, at, isOver } of notObservable) {
      if (station === null || claimant === null || isOver) continue;
      const lane = lanes.get(station);
      if (lane === undefined) {
        added.add(station);
        if (lanes.size >= MOST_OBSERVERS) continue;
      }
      const held: CacheHolding = {
        owner: hostOf(cast, claimant),
        from: positionOf(at),
        cause: "not-observable",
        used: null,
        to: null,
        endedBy: null,
        state: "possible",
      };
      if (lane === undefined) lanes.set(station, { host: hostOf(cast, station), held: [held], sent: [] });
      else lane.held.push(held);
    }
  }
  return added.size;
}

function claimsTo(binding: Binding, accused: ReadonlySet<Station>, cast: Cast): TimelineClaim[] {
  const byGuilt = (station: Station) => (accused.has(station) ? 0 : 1);
  return binding.claims
    .toSorted((a, b) => byGuilt(a.station) - byGuilt(b.station))
    .slice(0, MOST_CLAIMANTS)
    .flatMap(({ station, tallies }) =>
      [...tallies].map(([form, { count, first, last, evidence }]) => ({
        claimant: hostOf(cast, station),
        form,
        count,
        first: positionOf(first),
        last: positionOf(last),
        frames: evidence.map(({ at, sentBy }) => ({
          ...positionOf(at),
          sentBy: sentBy === station ? null : hostOf(cast, sentBy),
        })),
      })),
    );
}
