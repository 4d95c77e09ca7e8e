/** The two clocks of the watch; a program that replays a stream may bring its own. */
export interface Clock {
  /** Milliseconds since some moment; never set back. */
  monotonicMs(): number;
  /** Milliseconds since 1970, UTC. */
  wallMs(): number;
}

export const SYSTEM_CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};

/** Frames are of now if their time goes with the clock's to within this: the clocks of two machines differ a little. */
const STEP_MS = 5_000;
/** A recording is read faster than it was taken; for so long nobody does so by chance. */
const STEADY_MS = 2_000;

/** The capture's time where it was broken: by which the timers go on, and what to say of it. */
export interface ClockStep {
  /** Since the frame before, by the capture; negative where it went back. */
  readonly captureMs: number;
  /** And by the clock. */
  readonly elapsedMs: number;
}

/**
 * Compares the capture's time with the clock's, to tell frames of now from a recording, and a clock that was set from
 * time that passed. In a recording any gap is taken at its word.
 */
export class Pace {
  private offsetMs = Number.NaN;
  private steadySinceMs = 0;
  private newestMs = 0;
  private arrivedMs = 0;
  private steady = false;

  /** Whether frames come as they are captured. */
  get isLive(): boolean {
    return this.steady;
  }

  /**
   * To be told of the newest frame, whenever frames came.
   *
   * @returns how the capture's clock was set, if frames were coming live and no longer fit
   */
  note(frameMs: number, monotonicMs: number): ClockStep | null {
    const offsetMs = frameMs - monotonicMs;
    const isFit = Math.abs(offsetMs - this.offsetMs) < STEP_MS;
    const step = !isFit && this.steady ? this.stepTo(frameMs, monotonicMs) : null;
    if (!isFit) {
      this.offsetMs = offsetMs;
      // Who just set his clock goes on live.
      this.steady = step !== null;
      this.steadySinceMs = monotonicMs;
    } else if (monotonicMs - this.steadySinceMs >= STEADY_MS) {
      this.steady = true;
      // Two clocks drift apart over weeks.
      this.offsetMs = offsetMs;
    }
    this.newestMs = frameMs;
    this.arrivedMs = monotonicMs;
    return step;
  }

  private stepTo(frameMs: number, monotonicMs: number): ClockStep {
    return { captureMs: frameMs - this.newestMs, elapsedMs: monotonicMs - this.arrivedMs };
  }
}
