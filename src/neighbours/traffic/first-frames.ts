import type { FrameFacts } from "../../decode/facts.ts";
import { carried, type Position } from "../base/position.ts";

const WIDTH = 6;
/** 0 where there is none. */
const FRAME = 0;
const ORDINAL = 1;
const TIME_NS = 2;
const SECONDS = 3;
const NANOSECONDS = 4;
const CAPTURE = 5;

/** The position of each traffic row's first frame: few are ever asked for, so they are flat memory. */
export class FirstFrames {
  private doubles = new Float64Array(0);

  /** @param rows so many there may be from here on */
  grow(rows: number): void {
    const { doubles } = this;
    this.doubles = new Float64Array(rows * WIDTH);
    this.doubles.set(doubles);
  }

  /** Keeps the frame's, if it is the first. */
  note(row: number, facts: FrameFacts, timeNs: number, ordinal: number): void {
    const at = row * WIDTH;
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
    return carried({
      capture: value(CAPTURE),
      frame: value(FRAME),
      seconds: value(SECONDS),
      nanoseconds: value(NANOSECONDS),
      timeNs: value(TIME_NS),
      ordinal: value(ORDINAL),
    });
  }

  move(from: number, to: number): void {
    this.doubles.copyWithin(to * WIDTH, from * WIDTH, (from + 1) * WIDTH);
  }

  /** Forgets those of the rows from the one up to the other, which stays out. */
  forget(from: number, to: number): void {
    this.doubles.fill(0, from * WIDTH, to * WIDTH);
  }
}
