import type { BenignChange, ReportedFinding } from "./report.ts";
import type { Time } from "./scalars.ts";

export const EVENT_NAMES = ["opened", "updated", "restored", "benign"] as const;
export type EventName = (typeof EVENT_NAMES)[number];

export const ENDINGS = ["healed", "ceased", "withdrawn"] as const;
export type Ending = (typeof ENDINGS)[number];

/**
 * A finding that began, changed, or ended.
 *
 * - `opened`    it was not there before, or has come back after an end, seen or not: then `episodes` has one more; never
 *               damped
 * - `updated`   it went on: another stage, severity, kind, rightful owner or victim, or another turn of an address that
 *               alternates, at once; where only its count grew, seldom and ever more seldom
 * - `restored`  nobody holds the wrong entry any more, or it was withdrawn, since later frames explain it: it may be
 *               opened again under the same `id`
 *
 * All other keys are the finding's as in the report. `id` stays the finding's own for as long as it is watched, over
 * restarts with `--state`, too, and is the one that it has in the final report.
 */
export interface FindingEvent extends ReportedFinding {
  readonly event: Exclude<EventName, "benign">;
  /** Time of the capture, at which this was known. */
  readonly at: Time;
  /**
   * Of `restored`, else null: no victim holds the wrong entry any more · no frame of it for a long while, and nobody was
   * fooled · later frames explain it.
   */
  readonly ending: Ending | null;
}

/** A change of bindings with an innocent explanation; told once. */
export interface BenignEvent extends BenignChange {
  readonly event: "benign";
  /** Time of the capture, at which this was known. */
  readonly at: Time;
}

/** One line of `--format ndjson`, and what every sink is given. Plain data: fit for `JSON.stringify`, never changed. */
export type WatchEvent = FindingEvent | BenignEvent;

export function isFindingEvent(event: WatchEvent): event is FindingEvent {
  return event.event !== "benign";
}
