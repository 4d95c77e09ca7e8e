import type { FrameFacts } from "../../decode/facts.ts";

/** One frame of one capture, and when it was seen. */
export interface Position {
  /** Index of the capture in the order given. */
  readonly capture: number;
  /** 1-based, as Wireshark counts. */
  readonly frame: number;
  /** Since 1970, UTC. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
  /** Nanoseconds since the first frame of the analysis: exact for 104 days, then to the next few. */
  readonly timeNs: number;
  /** Counts the frames of the whole analysis: of two positions the later one has the higher. */
  readonly ordinal: number;
}

const NS_PER_SECOND = 1_000_000_000;

/** Gives frames their place in the analysis; time runs by the capture, never by a clock. */
export class Timeline {
  private originSeconds = -1;
  private steppedSeconds = 0;
  /** Of the frames before the record's first one. */
  private ordinalBefore = 0;
  private record: FrameFacts | null = null;
  private newestBefore: Position | null = null;

  /** From here on frames are read into this record, each over the one before. */
  follow(record: FrameFacts): void {
    // Asked for only while the record holds no frame.
    if (record.number === 0) this.newestBefore = this.newest;
    this.ordinalBefore = this.ordinal - record.number;
    this.record = record;
  }

  /** The newest frame's position; null before the first. */
  get newest(): Position | null {
    return this.record === null || this.record.number === 0 ? this.newestBefore : this.here(this.record);
  }

  /** The first frame's time in seconds since 1970; null before it. */
  get beginSeconds(): number | null {
    return this.originSeconds < 0 ? null : this.originSeconds - this.steppedSeconds;
  }

  /** The clock of whoever captures was set: frames from here on bear times so much later, and no time passed. */
  step(seconds: number): void {
    this.originSeconds += seconds;
    this.steppedSeconds += seconds;
  }

  /**
   * To be called before the first frame, where positions of frames before it are known: time and count go on from
   * there.
   *
   * @param newest the last of them, by whose second nanoseconds are counted
   */
  resume(newest: Position): void {
    this.originSeconds = newest.seconds;
    this.ordinalBefore = newest.ordinal;
    this.newestBefore = newest;
  }

  /** Of the newest frame: how many there were up to it. */
  get ordinal(): number {
    return this.ordinalBefore + (this.record?.number ?? 0);
  }

  /** Time of the newest frame in nanoseconds since the first one's second. */
  get nowNs(): number {
    const { record } = this;
    if (record === null || record.number === 0) return this.newestBefore?.timeNs ?? 0;
    return (record.seconds - this.originSeconds) * NS_PER_SECOND + record.nanoseconds;
  }

  /** As `nowNs`, of the frame that was read last into a record that is perhaps not followed now. */
  timeNsOf({ seconds, nanoseconds }: FrameFacts): number {
    return (seconds - this.originSeconds) * NS_PER_SECOND + nanoseconds;
  }

  /** Time begins with the first frame; to be told before it is looked into. */
  begin(seconds: number): void {
    if (this.originSeconds < 0) this.originSeconds = seconds;
  }

  /** The newest frame's position. */
  here(facts: FrameFacts): Position {
    return carried({
      capture: facts.capture,
      frame: facts.number,
      seconds: facts.seconds,
      nanoseconds: facts.nanoseconds,
      timeNs: this.nowNs,
      ordinal: this.ordinal,
    });
  }
}

/** A crafted record may count more than a second's worth of fraction: the whole seconds of it are carried over. */
export function carried(position: Position): Position {
  const { seconds, nanoseconds } = position;
  if (nanoseconds < NS_PER_SECOND) return position;
  return {
    ...position,
    seconds: seconds + Math.floor(nanoseconds / NS_PER_SECOND),
    nanoseconds: nanoseconds % NS_PER_SECOND,
  };
}

export function earliest(positions: readonly Position[]): Position {
  return positions.reduce((a, b) => (b.ordinal < a.ordinal ? b : a));
}

export function latest(positions: readonly Position[]): Position {
  return positions.reduce((a, b) => (b.ordinal > a.ordinal ? b : a));
}
