import type { FindingKind, Severity } from "../findings/finding.ts";
import type { BenignChange, ReportedFinding } from "../reports/report.ts";

export const EVENT_NAMES = ["opened", "updated", "restored", "benign"] as const;
export type EventName = (typeof EVENT_NAMES)[number];

export const ENDINGS = ["healed", "ceased", "withdrawn"] as const;
export type Ending = (typeof ENDINGS)[number];

/**
 * A finding that began, changed, or ended.
 *
 * - `opened`    it was not there before, or was restored and has come back: never damped
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
  /** RFC 3339 in UTC with nanoseconds: time of the capture, at which this was known. */
  readonly at: string;
  /**
   * Of `restored`, else null: no victim holds the wrong entry any more · no frame of it for a long while, and nobody was
   * fooled · later frames explain it.
   */
  readonly ending: Ending | null;
}

/** A change of bindings with an innocent explanation; told once. */
export interface BenignEvent extends BenignChange {
  readonly event: "benign";
  /** As in `FindingEvent`. */
  readonly at: string;
}

/** One line of `--format ndjson`, and what every sink is given. Plain data: fit for `JSON.stringify`, never changed. */
export type WatchEvent = FindingEvent | BenignEvent;

export function isFindingEvent(event: WatchEvent): event is FindingEvent {
  return event.event !== "benign";
}

/**
 * Where events go besides standard output.
 *
 * `deliver` is called between two chunks of frames, so it must neither wait nor throw: it queues up to a bound of its own,
 * drops what is beyond it and counts that in `dropped`. What a sink wants to say to a person (it lost its peer, it is
 * back) it says by the function it was made with, one line each, seldom.
 */
export interface EventSink {
  /** As a person and the metrics name it: `syslog`, `eve`, `exec`, `webhook`, `metrics`. */
  readonly name: string;
  /** Events that were given up. */
  readonly dropped: number;
  deliver(event: WatchEvent): void;
  /** Delivers what is queued, within a bounded time, and lets go of everything; resolves whatever happens. */
  close(): Promise<void>;
}

/**
 * How the watch stands; made when asked for, cheap enough for every second. Counts are since the start.
 *
 * A sink that publishes figures is made with `() => WatchGauges`.
 */
export interface WatchGauges {
  /** Findings that are open now, by kind and address; kinds without one are left out. */
  readonly open: readonly {
    readonly kind: FindingKind;
    readonly severity: Severity;
    /** The address that it is about, and whether that is a VIP. */
    readonly ip: string;
    readonly isVip: boolean;
    readonly count: number;
  }[];
  /** Events by name. */
  readonly events: Readonly<Record<EventName, number>>;
  /** Addresses followed, and hosts seen. */
  readonly bindings: number;
  readonly hosts: number;
  readonly frames: number;
  readonly bytes: number;
  /** Over the last second or so, by the clock. */
  readonly framesPerSecond: number;
  /** Frames that the capturing side says it lost; null where it has not said: tcpdump tells when it ends. */
  readonly droppedFrames: number | null;
  /**
   * How far behind: the clock's time minus that of the newest frame when it was decoded; 0 while nothing comes. Null
   * before the first frame, and where frames are not of now: a recording.
   */
  readonly lagSeconds: number | null;
  /** Time from which a chunk of frames was read until everything it led to was told, the longest of late. */
  readonly workSeconds: number;
  /** Addresses, hosts and traffic rows given up to stay within memory. */
  readonly forgotten: number;
  /** By sink: what it dropped. */
  readonly sinkDropped: Readonly<Record<string, number>>;
}
