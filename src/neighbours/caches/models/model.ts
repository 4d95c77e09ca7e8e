import type { Position } from "../../base/position.ts";
import type { Station } from "../../base/station.ts";
import type { HeardClaim } from "../../claims/claim.ts";
import type { CacheCause, CacheEntry } from "../cache-entry.ts";

export const NEIGHBOUR_MODELS = ["linux", "bsd", "rfc826"] as const;
export type NeighbourModelName = (typeof NEIGHBOUR_MODELS)[number];

/**
 * What a claim did to an entry.
 *
 * - `replaced`   it holds another MAC than before, or its first one
 * - `confirmed`  it holds the same MAC, and lives longer for the claim
 * - `none`       refused, or nothing new
 */
export type Effect = "replaced" | "confirmed" | "none";

/** An entry that went without a frame that says so. */
export interface Loss {
  /** The frame that shows it: the last of its unanswered requests, or the first one after its time was up. */
  readonly at: Position;
  /** When it went. */
  readonly timeNs: number;
  readonly cause: Extract<CacheCause, "probes-unanswered" | "aged-out">;
}

/** The timers and counts of a stack, with its defaults. */
export interface NeighbourTimers {
  /** How long after a change a competing claim is refused: Linux' `arp_tbl.parms.locktime`. 0 where none is. */
  readonly locktimeNs: number;
  /**
   * How many unicast requests go unanswered before the entry is given up: Linux' `ucast_probes`. 0 where the stack does
   * not re-check what it uses, and so asks by broadcast only.
   */
  readonly unicastProbes: number;
  /** Between two unicast requests, and after the last one: Linux' `retrans_time`. 0 where none are sent. */
  readonly retransTimeNs: number;
  /** How long an entry lives after the last frame that confirmed it: BSD's `max_age`. Null where it has no such age. */
  readonly maxAgeNs: number | null;
}

/** Whether the host sent all the unicast requests that its stack sends for what it held then, and has no answer since. */
export function hasFailedProbe(
  { unansweredProbes }: CacheEntry,
  { unicastProbes }: Pick<NeighbourTimers, "unicastProbes">,
): boolean {
  return unansweredProbes >= unicastProbes;
}

/**
 * How a stack's neighbour cache learns and forgets.
 *
 * What a host's own frames reveal goes before any model, and so does not belong here: where it sends, whom it asks, and
 * that it asks the network anew.
 */
export interface NeighbourModel {
  readonly name: NeighbourModelName;
  readonly timers: NeighbourTimers;
  /**
   * Whether any frame whose target is the host's own address creates an entry for its sender: a reply that nobody asked
   * for, a request that no captured answer follows. If not, a request teaches by being answered, and a reply updates.
   */
  readonly learnsAsTarget: boolean;
  /** Whether the stack takes ARP in LLC and SNAP on Ethernet (RFC 1042). */
  readonly takesSnap: boolean;
  /** Whether a claim that only confirms an entry is written down, once for each form. */
  readonly notesConfirmations: boolean;
  /** Whether hearing from the owner that it holds again does nothing to the entry but confirm it. */
  isSettled(entry: CacheEntry): boolean;
  /** Takes the sender of a request that the host answered, or of a frame for its own address: creates or overrides. */
  learn(entry: CacheEntry, owner: Station, nowNs: number): Effect;
  /** Takes, or refuses, a claim that reached a host which has the entry, or waits for it. */
  hear(entry: CacheEntry, heard: HeardClaim): Effect;
  /** The host sends by the entry. */
  use(entry: CacheEntry, nowNs: number): void;
  /** Whether the entry went by the passing of time alone. */
  lossOf(entry: CacheEntry, now: Position): Loss | null;
}
