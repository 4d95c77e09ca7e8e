import type { CacheEntry, NudState } from "./cache-entry.ts";
import type { Station } from "./station.ts";

/** `arp_tbl.parms.locktime`: for so long after a change a competing claim is refused. */
const LOCKTIME_NS = 1_000_000_000;
/** `arp_tbl.parms.retrans_time`: between two unicast requests, and after the last before the entry is given up. */
const RETRANS_TIME_NS = 1_000_000_000;
/** `arp_tbl.parms.ucast_probes`. */
const UNICAST_PROBES = 3;

/** How a claim reaches an entry: the arguments of `neigh_update` that depend on the frame. */
export interface NeighbourUpdate {
  readonly owner: Station;
  /** REACHABLE by a reply sent to the host itself, else STALE (end of `arp_process`). */
  readonly state: "reachable" | "stale";
  readonly override: boolean;
}

/**
 * `arp_process`, "Update our ARP tables": whether a claim that was only heard may replace what the entry holds.
 *
 * The kernel writes `time_after(jiffies, n->updated + locktime) || is_garp`.
 */
export function overridesByHearing(entry: CacheEntry, gratuitous: boolean, nowNs: number): boolean {
  return gratuitous || nowNs > entry.updatedNs + LOCKTIME_NS;
}

/**
 * `__neigh_update` of net/core/neighbour.c for what ARP can ask of it.
 *
 * @returns whether the entry now holds another MAC than before
 */
export function neighUpdate(entry: CacheEntry, update: NeighbourUpdate, nowNs: number): boolean {
  const same = entry.owner === update.owner;
  if (entry.valid && !same && !update.override) return false;
  const before: NudState = entry.nud;
  // A hint never downgrades what is known better.
  const state: NudState = entry.valid && same && update.state === "stale" ? before : update.state;
  // `updated` moves by a real change only, or repeated hints would keep the locktime window open for ever.
  if (state !== before || !same) entry.updatedNs = nowNs;
  if (!same || state !== before) entry.unansweredProbes = 0;
  entry.nud = state;
  entry.owner = update.owner;
  return !same;
}

/** `neigh_timer_handler` for NUD_PROBE: after three unanswered unicast requests the entry is FAILED. */
export function probesExhausted(entry: CacheEntry, nowNs: number): boolean {
  return (
    entry.nud === "probe" &&
    entry.unansweredProbes >= UNICAST_PROBES &&
    entry.lastProbe !== null &&
    nowNs - entry.lastProbe.timeNs >= RETRANS_TIME_NS
  );
}
