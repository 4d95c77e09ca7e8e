import type { FindingKind } from "../kinds/registry.ts";
import type { Severity } from "../kinds/severity.ts";
import type { EventName, WatchEvent } from "../reports/event.ts";

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
