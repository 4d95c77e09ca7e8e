import type { Position } from "../../base/position.ts";
import type { Station } from "../../base/station.ts";
import type { HeardClaim } from "../../claims/claim.ts";
import type { CacheEntry, NudState } from "../cache-entry.ts";
import {
  type Effect,
  hasFailedProbe,
  type Loss,
  type NeighbourModel,
  type NeighbourTimers,
} from "./model.ts";

/** `arp_tbl.parms` of net/ipv4/arp.c. An entry that is used is probed, and never dies of age alone. */
const TIMERS: NeighbourTimers = {
  locktimeNs: 1_000_000_000,
  unicastProbes: 3,
  retransTimeNs: 1_000_000_000,
  maxAgeNs: null,
};

/** The kernel of net/ipv4/arp.c and net/core/neighbour.c, 6.18, with `arp_accept=0`. */
export const LINUX: NeighbourModel = {
  name: "linux",

  // neigh_timer_handler: DELAY, then PROBE.
  timers: TIMERS,

  // arp_process creates in two places: neigh_event_ns, for a request that it answers, and by arp_accept. arp_ignore
  // may keep it from answering, so that a request alone teaches nothing.
  learnsAsTarget: false,

  // eth_type_trans makes it ETH_P_802_2; psnap has no client for ARP.
  takesSnap: false,

  // By a broadcast of the MAC that a valid entry has nothing is confirmed.
  notesConfirmations: false,

  /** One that is being probed may be given up by the time of the next frame. */
  isSettled: ({ nud }) => nud !== "probe",

  /** `neigh_event_ns`: created or overridden at once, locktime or not. */
  learn(entry: CacheEntry, owner: Station, nowNs: number): Effect {
    return neighUpdate(entry, { owner, state: "stale", override: true }, nowNs) ? "replaced" : "none";
  },

  /**
   * The end of `arp_process`, "Update our ARP tables". The kernel writes
   * `time_after(jiffies, n->updated + locktime) || is_garp`.
   */
  hear(entry: CacheEntry, heard: HeardClaim): Effect {
    const nowNs = heard.at.timeNs;
    const isReply = heard.form === "reply" || heard.form === "unsolicited-reply";
    const update = {
      owner: heard.claimed,
      state: isReply && heard.sentTo === entry.holder ? "reachable" : "stale",
      override: heard.gratuitous || nowNs > entry.updatedNs + TIMERS.locktimeNs,
    } as const;
    const before = entry.nud;
    if (neighUpdate(entry, update, nowNs)) return "replaced";
    return entry.owner === heard.claimed && entry.nud !== before ? "confirmed" : "none";
  },

  /** `__neigh_event_send`: using a STALE entry starts its DELAY, and the locktime window with it. */
  use(entry: CacheEntry, nowNs: number): void {
    if (entry.nud !== "stale") return;
    entry.nud = "delay";
    entry.updatedNs = nowNs;
  },

  /** `neigh_timer_handler` for NUD_PROBE: after `ucast_probes` unanswered unicast requests the entry is FAILED. */
  lossOf(entry: CacheEntry, now: Position): Loss | null {
    const { lastProbe } = entry;
    if (entry.nud !== "probe" || !hasFailedProbe(entry, TIMERS) || lastProbe === null) return null;
    if (now.timeNs - lastProbe.timeNs < TIMERS.retransTimeNs) return null;
    return { at: lastProbe, timeNs: lastProbe.timeNs + TIMERS.retransTimeNs, cause: "probes-unanswered" };
  },
};

/** How a claim reaches an entry: the arguments of `neigh_update` that depend on the frame. */
interface NeighbourUpdate {
  readonly owner: Station;
  /** REACHABLE by a reply sent to the host itself, else STALE (end of `arp_process`). */
  readonly state: "reachable" | "stale";
  readonly override: boolean;
}

/**
 * `__neigh_update` of net/core/neighbour.c for what ARP can ask of it.
 *
 * @returns whether the entry now holds another MAC than before
 */
function neighUpdate(entry: CacheEntry, update: NeighbourUpdate, nowNs: number): boolean {
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
