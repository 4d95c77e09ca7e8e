import { parseMac } from "../../knowledge/address.ts";
import type { Position } from "../../neighbours/base/position.ts";
import type { Station } from "../../neighbours/base/station.ts";
import { macText } from "../../reports/text.ts";
import { isCount, isNumber, type Shape, tuple } from "./shape.ts";

/** Frames of former runs: as if they were of a second capture, for the numbers count within the streams of then. */
export const FORMER_CAPTURE = 1;

/** A position on disk: frame, seconds, nanoseconds, ordinal. */
export type Place = [frame: number, seconds: number, nanoseconds: number, ordinal: number];

/** Seconds of the next few centuries, which is as far as a date goes. */
const isSeconds: Shape<number> = (value): value is number => isCount(value) && value < 2 ** 36;
const isNanoseconds: Shape<number> = (value): value is number => isCount(value) && value < 1e9;

export const isPlace: Shape<Place> = tuple(isCount, isSeconds, isNanoseconds, isCount);

export function placeOf({ frame, seconds, nanoseconds, ordinal }: Position): Place {
  return [frame, seconds, nanoseconds, ordinal];
}

/** A moment on disk; null for one before all others. */
export type Moment = [seconds: number, nanoseconds: number];

export const isMoment: Shape<Moment> = tuple(isNumber, isNumber);

/** A station on disk: its MAC. */
export const isMacText: Shape<string> = (value): value is string =>
  typeof value === "string" && parseMac(value) !== null;

export function stationText(station: Station): string {
  return macText(station);
}

/** Turns what is on disk into positions and times of this run, whose time begins where the former one ended. */
export class FormerTime {
  readonly originSeconds: number;

  constructor(originSeconds: number) {
    this.originSeconds = originSeconds;
  }

  position([frame, seconds, nanoseconds, ordinal]: Place): Position {
    const timeNs = this.timeNs([seconds, nanoseconds]);
    return { capture: FORMER_CAPTURE, frame, seconds, nanoseconds, timeNs, ordinal };
  }

  timeNs([seconds, nanoseconds]: Moment): number {
    return (seconds - this.originSeconds) * 1e9 + nanoseconds;
  }
}

/** A time of this run for the disk. */
export function momentOf(timeNs: number, originSeconds: number): Moment | null {
  if (!Number.isFinite(timeNs)) return null;
  const seconds = Math.floor(timeNs / 1e9);
  return [originSeconds + seconds, timeNs - seconds * 1e9];
}
