import type { Station } from "../../neighbours/base/station.ts";
import {
  type CacheCause,
  type CacheChange,
  CacheEntry,
  type NudState,
} from "../../neighbours/caches/cache-entry.ts";
import type { ClaimForm } from "../../neighbours/claims/claim.ts";
import type { NetworkState } from "../../neighbours/network-state.ts";
import { type FormerTime, isMacText, isMoment, isPlace, momentOf, placeOf, stationText } from "./place.ts";
import { framesSent, isSentRecord, restoredSent, sentRecord } from "./sent-record.ts";
import {
  arrayOf,
  isBoolean,
  isCount,
  isInt32,
  isOneOf,
  objectOf,
  orNull,
  type Shape,
  tuple,
} from "./shape.ts";
import type { StationFinder } from "./station-finder.ts";

const FORMS: readonly ClaimForm[] = ["request", "reply", "unsolicited-reply", "announcement", "addressed"];
const STATES: readonly NudState[] = ["incomplete", "reachable", "stale", "delay", "probe", "failed"];
const CAUSES: readonly CacheCause[] = [
  "answered-request",
  "resolved",
  "confirmed",
  "overheard",
  "unsolicited-reply",
  "traffic",
  "probe",
  "probes-unanswered",
  "aged-out",
  "asked-again",
];

/** What alternates more often keeps its first changes and its newest. */
const FIRST_CHANGES = 4;
const LAST_CHANGES = 8;

const isChange = tuple(
  isPlace,
  orNull(isMacText),
  isOneOf(CAUSES),
  orNull(isOneOf(FORMS)),
  orNull(isPlace),
  orNull(isSentRecord),
);

export const isCacheRecord = objectOf({
  segment: isCount,
  ip: isInt32,
  holder: isMacText,
  owner: orNull(isMacText),
  nud: isOneOf(STATES),
  updated: orNull(isMoment),
  confirmed: orNull(isMoment),
  probes: isCount,
  lastProbe: orNull(isPlace),
  certain: isBoolean,
  history: arrayOf(isChange),
});
export type CacheRecord = typeof isCacheRecord extends Shape<infer T> ? T : never;

/** What an entry was when it was last written down. */
export interface EntrySeen {
  readonly owner: Station | null;
  readonly nud: NudState;
  readonly current: CacheChange | undefined;
  readonly isUsed: boolean;
  readonly probes: number;
  readonly sent: number;
}

export function seenOf({ owner, nud, current, unansweredProbes }: CacheEntry): EntrySeen {
  return {
    owner,
    nud,
    current,
    isUsed: current?.used != null,
    probes: unansweredProbes,
    sent: framesSent(current?.sent ?? []),
  };
}

export function hasChanged(entry: CacheEntry, seen: EntrySeen | undefined): boolean {
  return (
    seen === undefined ||
    seen.owner !== entry.owner ||
    seen.nud !== entry.nud ||
    seen.current !== entry.current ||
    seen.isUsed !== (entry.current?.used != null) ||
    seen.probes !== entry.unansweredProbes ||
    seen.sent !== framesSent(entry.current?.sent ?? [])
  );
}

export function cacheRecord(entry: CacheEntry, originSeconds: number): CacheRecord {
  const { history, owner, lastProbe } = entry;
  const kept =
    history.length <= FIRST_CHANGES + LAST_CHANGES
      ? history
      : [...history.slice(0, FIRST_CHANGES), ...history.slice(-LAST_CHANGES)];
  return {
    segment: entry.holder.segment,
    ip: entry.ip,
    holder: stationText(entry.holder),
    owner: owner && stationText(owner),
    nud: entry.nud,
    updated: momentOf(entry.updatedNs, originSeconds),
    confirmed: momentOf(entry.confirmedNs, originSeconds),
    probes: entry.unansweredProbes,
    lastProbe: lastProbe && placeOf(lastProbe),
    certain: entry.certain,
    history: kept.map(({ at, owner: held, cause, form, used, sent }) => [
      placeOf(at),
      held && stationText(held),
      cause,
      form,
      used && placeOf(used),
      sentRecord(sent),
    ]),
  };
}

/** Puts a cache entry into a state that has seen no frame yet; by the models that were not chosen it was the same. */
export function restoreEntry(
  state: NetworkState,
  find: StationFinder,
  time: FormerTime,
  record: CacheRecord,
): void {
  const { segment, ip } = record;
  const holder = find.station(segment, record.holder);
  if (state.caches.entry(holder, ip) !== undefined) return;
  const binding = state.bindings.of(segment, ip);
  state.caches.add(binding, restoredEntry(holder, find, time, record));
  for (const alternative of state.alternatives)
    alternative.restore(binding, restoredEntry(holder, find, time, record));
}

function restoredEntry(
  holder: Station,
  find: StationFinder,
  time: FormerTime,
  record: CacheRecord,
): CacheEntry {
  const { segment, ip } = record;
  const station = (mac: string | null) => (mac === null ? null : find.station(segment, mac));
  const entry = new CacheEntry(holder, ip, Number.NEGATIVE_INFINITY);
  if (record.updated !== null) entry.updatedNs = time.timeNs(record.updated);
  if (record.confirmed !== null) entry.confirmedNs = time.timeNs(record.confirmed);
  entry.owner = station(record.owner);
  entry.nud = record.nud;
  entry.unansweredProbes = record.probes;
  entry.lastProbe = record.lastProbe && time.position(record.lastProbe);
  entry.certain = record.certain;
  for (const [at, owner, cause, form, used, sent] of record.history) {
    entry.history.push({
      at: time.position(at),
      owner: station(owner),
      cause,
      form,
      used: used && time.position(used),
      sent: restoredSent(sent, time),
      sentBefore: null,
    });
  }
  return entry;
}
