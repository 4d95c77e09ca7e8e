import type { FrameFacts } from "../decode/facts.ts";

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
  private frames = 0;
  private record: FrameFacts | null = null;
  private newestBefore: Position | null = null;
  /** Time of the newest frame in nanoseconds since the first one's second. */
  nowNs = 0;

  /** From here on frames are read into this record, each over the one before. */
  follow(record: FrameFacts): void {
    this.newestBefore = this.newest;
    this.record = record;
  }

  /** The newest frame's position; null before the first. */
  get newest(): Position | null {
    return this.record === null || this.record.number === 0 ? this.newestBefore : this.here(this.record);
  }

  /** Of the newest frame. */
  get ordinal(): number {
    return this.frames;
  }

  /** To be called once for each frame, in order. */
  advance(seconds: number, nanoseconds: number): void {
    if (this.originSeconds < 0) this.originSeconds = seconds;
    this.frames++;
    this.nowNs = (seconds - this.originSeconds) * NS_PER_SECOND + nanoseconds;
  }

  /** The position of the frame last advanced to. */
  here(facts: FrameFacts): Position {
    return {
      capture: facts.capture,
      frame: facts.number,
      // A crafted record may count more than a second's worth of fraction.
      seconds: facts.seconds + Math.floor(facts.nanoseconds / NS_PER_SECOND),
      nanoseconds: facts.nanoseconds % NS_PER_SECOND,
      timeNs: this.nowNs,
      ordinal: this.frames,
    };
  }
}

export function earliest(positions: readonly Position[]): Position {
  return positions.reduce((a, b) => (b.ordinal < a.ordinal ? b : a));
}

export function latest(positions: readonly Position[]): Position {
  return positions.reduce((a, b) => (b.ordinal > a.ordinal ? b : a));
}
