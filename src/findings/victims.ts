import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { CacheChange, CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { ClaimForm } from "../neighbours/claims/claim.ts";
import type { Bout, RestoredBy, Victim } from "./finding.ts";

/**
 * The hosts whose cache took `claimant` for the binding's address by a claim of one of `forms`.
 *
 * @param exempt stations whose caches may hold anything: they own the address
 * @param entries the caches' entries about the address, by whichever model
 */
export function victimsOf(
  entries: Iterable<CacheEntry>,
  binding: Binding,
  claimant: Station,
  forms: ReadonlySet<ClaimForm>,
  exempt: ReadonlySet<Station>,
): Victim[] {
  const victims: Victim[] = [];
  for (const entry of entries) {
    if (entry.holder === claimant || exempt.has(entry.holder)) continue;
    const bouts = boutsOf(entry, binding, claimant, forms);
    if (bouts.length > 0) victims.push(victimOf(entry.holder, bouts));
  }
  return victims.toSorted((a, b) => beginning(a) - beginning(b));
}

/** What a host went through as a whole: it first took the wrong MAC by the first bout, and was right after the last. */
export function victimOf(station: Station, bouts: readonly Bout[]): Victim {
  const last = bouts.at(-1);
  return {
    station,
    learned: bouts.find(({ learned }) => learned !== null)?.learned ?? null,
    used: bouts.find(({ used }) => used !== null)?.used ?? null,
    restored: last?.restored ?? null,
    restoredBy: last?.restoredBy ?? null,
    bouts,
  };
}

/** Each time that the entry took the claimant's MAC by a claim of these forms, until it held another, or none. */
function boutsOf(
  entry: CacheEntry,
  binding: Binding,
  claimant: Station,
  forms: ReadonlySet<ClaimForm>,
): Bout[] {
  const { history } = entry;
  const bouts: Bout[] = [];
  let learned: Position | null = null;
  let used: Position | null = null;
  let newest = -1;
  const close = () => {
    const end = newest < 0 ? null : restorationAfter(entry, newest, claimant);
    if (newest >= 0) bouts.push({ learned, used, restored: end?.at ?? null, restoredBy: end?.by ?? null });
    learned = null;
    used = null;
    newest = -1;
  };
  for (const [index, change] of history.entries()) {
    if (change.owner === claimant) {
      if (newest >= 0) newest = index;
      if (!isBlamedOn(forms, change, binding)) continue;
      newest = index;
      if (change.form !== null) learned ??= change.at;
      used ??= change.used;
    } else if (!isAskedAgain(history, index, claimant)) close();
  }
  close();
  return bouts;
}

/** Whether the host gave the entry up, asked again, and the claimant answered: nothing was right in between. */
function isAskedAgain(history: readonly CacheChange[], index: number, claimant: Station): boolean {
  const next = history[index + 1];
  return history[index]?.owner === null && next?.owner === claimant && next.cause === "resolved";
}

function beginning({ learned, used }: Victim): number {
  return (learned ?? used)?.ordinal ?? 0;
}

function isBlamedOn(forms: ReadonlySet<ClaimForm>, change: CacheChange, binding: Binding): boolean {
  const form = blamedForm(change, binding);
  return form !== null && forms.has(form);
}

/** What a change that only the host's own frames gave away is put down to: the claimant's newest claim before it. */
function blamedForm(change: CacheChange, binding: Binding): ClaimForm | null {
  if (change.form !== null || change.owner === null) return change.form;
  let blamed: ClaimForm | null = null;
  let newest = -1;
  for (const [form, tally] of binding.claimOf(change.owner)?.tallies ?? []) {
    const before = tally.last.ordinal < change.at.ordinal ? tally.last : tally.first;
    if (before.ordinal < change.at.ordinal && before.ordinal > newest) {
      newest = before.ordinal;
      blamed = form;
    }
  }
  return blamed;
}

/**
 * Victims that nothing in the capture explains: their own frames show the wrong MAC before anybody claimed it.
 *
 * @param entries those that ever held the claimant's MAC
 */
export function unexplainedVictimsOf(
  binding: Binding,
  claimant: Station,
  exempt: ReadonlySet<Station>,
  entries: readonly CacheEntry[],
): (Victim & { readonly used: Position })[] {
  return entries.flatMap((entry) => {
    if (entry.holder === claimant || exempt.has(entry.holder)) return [];
    const index = entry.history.findIndex(
      (change) => change.owner === claimant && blamedForm(change, binding) === null,
    );
    const change = entry.history[index];
    if (change === undefined) return [];
    const end = restorationAfter(entry, index, claimant);
    const used = change.at;
    const bout = { learned: null, used, restored: end?.at ?? null, restoredBy: end?.by ?? null };
    return [{ ...victimOf(entry.holder, [bout]), used }];
  });
}

/** By whose MAC they ever held for the address: the cache entries about it. */
export function entriesByOwner(about: readonly CacheEntry[]): ReadonlyMap<Station, readonly CacheEntry[]> {
  const byOwner = new Map<Station, CacheEntry[]>();
  for (const entry of about) {
    for (const owner of new Set(entry.history.map((change) => change.owner))) {
      if (owner === null) continue;
      const entries = byOwner.get(owner);
      if (entries === undefined) byOwner.set(owner, [entry]);
      else entries.push(entry);
    }
  }
  return byOwner;
}

/** How the entry came right again after the change of that index, by which it held the claimant's MAC. */
export function restorationAfter(
  entry: CacheEntry,
  index: number,
  claimant: Station,
): { at: Position; by: RestoredBy } | null {
  const ended = entry.history.findIndex((change, at) => at > index && change.owner !== claimant);
  const next = entry.history[ended];
  if (next === undefined) return null;
  const afterProbes = next.cause === "probes-unanswered";
  if (next.owner !== null) return { at: next.at, by: restoredBy(next, next.owner, false) };
  const resolved = entry.history[ended + 1];
  if (resolved?.owner != null && resolved.owner !== claimant) {
    return { at: resolved.at, by: restoredBy(resolved, resolved.owner, afterProbes) };
  }
  if (next.cause === "aged-out") return { at: next.at, by: { cause: "aged-out" } };
  return { at: next.at, by: { cause: "lost", afterProbes } };
}

function restoredBy(change: CacheChange, by: Station, afterProbes: boolean): RestoredBy {
  if (change.cause === "resolved") return { cause: "resolution", by, afterProbes };
  if (change.form === null) return { cause: "traffic", by };
  return { cause: "claim", by, gratuitous: change.form === "announcement" };
}
