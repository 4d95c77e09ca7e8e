import type { Finding } from "../findings/finding.ts";
import {
  MOST_HOLDINGS,
  MOST_HOLDINGS_IN_ALL,
  MOST_OBSERVERS,
  MOST_TIMELINE_CLAIMANTS,
  MOST_TIMELINES,
} from "../limits.ts";
import { latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { Sent } from "../neighbours/caches/sent.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { hostOf, positionOf } from "./references.ts";
import type { CacheHolding, SentPeriod, Timeline, TimelineClaim, TimelineObserver } from "./report.ts";
import { ipText, vlanOf } from "./text.ts";

interface Sources {
  readonly state: NetworkView;
  readonly assignment: RoleAssignment;
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
export function reportTimelines(
  state: NetworkView,
  assignment: RoleAssignment,
  findings: readonly Finding[],
): Timeline[] {
  const budget = { holdings: MOST_HOLDINGS_IN_ALL };
  return subjectsOf(state, assignment, findings)
    .slice(0, MOST_TIMELINES)
    .map((subject) => reportTimeline(subject, { state, assignment }, findings, budget));
}

function subjectsOf(state: NetworkView, assignment: RoleAssignment, findings: readonly Finding[]): Subject[] {
  const subjects = new Map<Binding, Subject["role"]>();
  for (const { binding } of assignment.vips) if (binding !== null) subjects.set(binding, "vip");
  for (const { station } of assignment.gateways) {
    const ip = assignment.gatewayAddressOf(station) ?? assignment.ipOf(station);
    const binding = ip === null ? undefined : state.bindings.get(station.segment, ip);
    if (binding !== undefined && !subjects.has(binding)) subjects.set(binding, "gateway");
  }
  for (const { severity, segment, ip } of findings) {
    if (severity === "notice" || subjects.size >= MOST_TIMELINES) continue;
    const binding = state.bindings.get(segment, ip);
    if (binding === undefined || subjects.has(binding)) continue;
    subjects.set(binding, assignment.isGatewayAddress(binding) ? "gateway" : "host");
  }
  return [...subjects]
    .map(([binding, role]) => ({ binding, role }))
    .filter(({ binding }) => binding.claims.length > 0 || state.caches.about(binding).length > 0);
}

function reportTimeline(
  { binding, role }: Subject,
  sources: Sources,
  findings: readonly Finding[],
  budget: { holdings: number },
): Timeline {
  const { state, assignment } = sources;
  const about = findings.filter(({ ip, segment }) => ip === binding.ip && segment === binding.segment);
  const suspects = new Set(
    about.flatMap(({ claimant, severity }) => (severity === "notice" ? [] : (claimant ?? []))),
  );
  const entries = state.caches
    .about(binding)
    .filter(({ history }) => history.some(({ owner }) => owner !== null))
    .toSorted((a, b) => wrongness(b, suspects) - wrongness(a, suspects) || began(a) - began(b));
  const lanes = new Map<Station, TimelineObserver>();
  for (const entry of entries) {
    if (lanes.size >= MOST_OBSERVERS || budget.holdings <= 0) break;
    const held = holdingsOf(entry, assignment).slice(0, budget.holdings);
    budget.holdings -= held.length;
    lanes.set(entry.holder, {
      host: hostOf(assignment, entry.holder),
      held,
      sent: sentBy(entry, binding, sources),
    });
  }
  const unseen = addUnseen(lanes, about, assignment);
  return {
    ip: ipText(binding.ip),
    vlan: vlanOf(binding.segment),
    role,
    observers: [...lanes.values()],
    observersOmitted: entries.length + unseen - lanes.size,
    claims: claimsTo(binding, suspects, assignment),
  };
}

function wrongness({ history }: CacheEntry, suspects: ReadonlySet<Station>): number {
  return history.some(({ owner }) => owner !== null && suspects.has(owner)) ? 1 : 0;
}

function began({ history }: CacheEntry): number {
  return history[0]?.at.ordinal ?? 0;
}

/** One holding from one change of owner to the next; what only confirmed it belongs to it. */
function holdingsOf({ history, certain }: CacheEntry, assignment: RoleAssignment): CacheHolding[] {
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
      owner: hostOf(assignment, owner),
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
  { state, assignment }: Sources,
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
        ? [sentPeriod(owner, row, new Set(sent.flatMap(({ flows }) => [...flows])).size, assignment)]
        : sent.map((period) => sentPeriod(owner, period, period.flows.size, assignment));
    })
    .slice(0, MOST_HOLDINGS);
}

function sentPeriod(
  to: Station,
  { first, last, frames, bytes }: Pick<Sent, "first" | "last" | "frames" | "bytes">,
  flows: number,
  assignment: RoleAssignment,
): SentPeriod {
  return {
    to: hostOf(assignment, to),
    first: positionOf(first),
    last: positionOf(last),
    frames,
    bytes,
    flows,
  };
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
function addUnseen(
  lanes: Map<Station, TimelineObserver>,
  about: readonly Finding[],
  assignment: RoleAssignment,
): number {
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
        owner: hostOf(assignment, claimant),
        from: positionOf(at),
        cause: "not-observable",
        used: null,
        to: null,
        endedBy: null,
        state: "possible",
      };
      if (lane === undefined)
        lanes.set(station, { host: hostOf(assignment, station), held: [held], sent: [] });
      else lane.held.push(held);
    }
  }
  return added.size;
}

function claimsTo(
  binding: Binding,
  suspects: ReadonlySet<Station>,
  assignment: RoleAssignment,
): TimelineClaim[] {
  const bySuspicion = (station: Station) => (suspects.has(station) ? 0 : 1);
  return binding.claims
    .toSorted((a, b) => bySuspicion(a.station) - bySuspicion(b.station))
    .slice(0, MOST_TIMELINE_CLAIMANTS)
    .flatMap(({ station, tallies }) =>
      [...tallies].map(([form, { count, first, last, evidence }]) => ({
        claimant: hostOf(assignment, station),
        form,
        count,
        first: positionOf(first),
        last: positionOf(last),
        frames: evidence.map(({ at, sentBy }) => ({
          ...positionOf(at),
          sentBy: sentBy === station ? null : hostOf(assignment, sentBy),
        })),
      })),
    );
}
