/** A frame's time, as it is stored: a crafted fraction may exceed a second. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Before every frame, and after. */
export const BEGINNING: Moment = { seconds: -1, nanoseconds: 0 };
export const END: Moment = { seconds: Number.POSITIVE_INFINITY, nanoseconds: 0 };

export function isBefore(a: Moment, b: Moment): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanoseconds < b.nanoseconds);
}

export function earlier(a: Moment, b: Moment): Moment {
  return isBefore(b, a) ? b : a;
}
