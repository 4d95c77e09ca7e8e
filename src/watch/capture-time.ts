import type { Position } from "../neighbours/base/position.ts";
import { timeText } from "../reports/text.ts";

const NS_PER_MS = 1_000_000;
const NS_PER_SECOND = 1_000_000_000;

/** A moment of the capture, in nanoseconds of its timeline and for people. */
export interface CaptureMoment {
  readonly nowNs: number;
  /** RFC 3339 in UTC with nanoseconds. */
  readonly at: string;
}

/** The capture's time: that of its newest frame, and while none comes what the clock says has passed since. */
export function captureMoment(newest: Position | null, silenceMs: number): CaptureMoment {
  if (newest === null) return { nowNs: 0, at: timeText({ seconds: 0, nanoseconds: 0 }) };
  const passedNs = Math.round(silenceMs * NS_PER_MS);
  const fraction = newest.nanoseconds + (passedNs % NS_PER_SECOND);
  return {
    nowNs: newest.timeNs + passedNs,
    at: timeText({
      seconds: newest.seconds + Math.floor(passedNs / NS_PER_SECOND) + Math.floor(fraction / NS_PER_SECOND),
      nanoseconds: fraction % NS_PER_SECOND,
    }),
  };
}
