import type { NetworkState } from "../neighbours/network-state.ts";
import type { FindingEvent } from "../reports/event.ts";
import type { CaptureSummary } from "../reports/report.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";

/**
 * A finding as the watch knows it, so that it is neither repeated nor forgotten after a restart. Plain data.
 *
 * `key` says which finding it is, whatever was told of it; `last` is what was told last, whole; `isOpen` false after
 * `restored`, where it stays known so that it comes back under its own `id`.
 */
export interface KnownFinding {
  readonly key: string;
  readonly isOpen: boolean;
  readonly last: FindingEvent;
}

/** What the watch begins with. */
export interface Recalled {
  readonly findings: readonly KnownFinding[];
  /** How many `id`s were given out. */
  readonly ids: number;
  /** The captures, after this one, to which positions of former runs belong. */
  readonly former: readonly CaptureSummary[];
  /** Puts the bindings into the state, before the first frame: who claimed what how often, too, so that counts go on. */
  refill(state: NetworkState): void;
}

/**
 * What `--state DIR` is to the watch. `src/watch/memory` implements it; a watch without is given none.
 *
 * A disk that is full or gone is said by the function it was made with, and never throws from here.
 */
export interface WatchMemory {
  /** Once, before the first frame; null where there is nothing to recall. */
  recall(): Promise<Recalled | null>;
  /**
   * Called after every event that was told, before it goes out, and else some five times a second while frames come:
   * takes from these what it needs at once, since they change, and writes in its own time.
   *
   * @param toldFindings whether `findings` changed since the last call
   */
  keep(
    state: NetworkState,
    assignment: RoleAssignment,
    findings: readonly KnownFinding[],
    ids: number,
    reportedFindings: boolean,
  ): void;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}
