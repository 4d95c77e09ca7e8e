import type { FrameFacts } from "../decode/facts.ts";
import type { Position } from "./position.ts";

const WIDTH = 6;
/** 0 where there is none. */
const FRAME = 0;
const ORDINAL = 1;
const TIME_NS = 2;
const SECONDS = 3;
const NANOSECONDS = 4;
const CAPTURE = 5;

const FEWEST = 1 << 8;
const NS_PER_SECOND = 1_000_000_000;

/** The position of each traffic row's first frame: few are ever asked for, so they are flat memory. */
export class FirstFrames {
  private doubles = new Float64Array(FEWEST * WIDTH);

  /** Keeps the frame's, if it is the first. */
  note(row: number, facts: FrameFacts, timeNs: number, ordinal: number): void {
    const at = row * WIDTH;
    if (at >= this.doubles.length) this.grow(row);
    const { doubles } = this;
    if (doubles[at + FRAME] !== 0) return;
    doubles[at + FRAME] = facts.number;
    doubles[at + ORDINAL] = ordinal;
    doubles[at + TIME_NS] = timeNs;
    doubles[at + SECONDS] = facts.seconds;
    doubles[at + NANOSECONDS] = facts.nanoseconds;
    doubles[at + CAPTURE] = facts.capture;
  }

  of(row: number): Position {
    const at = row * WIDTH;
    const value = (offset: number) => this.doubles[at + offset] ?? 0;
    if (value(FRAME) === 0) throw new Error(`traffic row ${row} has no first frame`);
    return {
      capture: value(CAPTURE),
      frame: value(FRAME),
      // A crafted record may count more than a second's worth of fraction.
      seconds: value(SECONDS) + Math.floor(value(NANOSECONDS) / NS_PER_SECOND),
      nanoseconds: value(NANOSECONDS) % NS_PER_SECOND,
      timeNs: value(TIME_NS),
      ordinal: value(ORDINAL),
    };
  }

  move(from: number, to: number): void {
    this.doubles.copyWithin(to * WIDTH, from * WIDTH, (from + 1) * WIDTH);
  }

  /** Forgets all from this row on. */
  forgetFrom(row: number): void {
    this.doubles.fill(0, row * WIDTH);
  }

  private grow(row: number): void {
    const before = this.doubles;
    this.doubles = new Float64Array(Math.max(before.length * 2, (row + 1) * WIDTH));
    this.doubles.set(before);
  }
}
