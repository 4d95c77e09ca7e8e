import type { EventName } from "../reports/event.ts";
import type { Clock } from "./clock.ts";

const RATE_WINDOW_MS = 1_000;
/** The longest of late is forgotten after this. */
const WORK_WINDOW_MS = 10_000;

/** The figures of the stream itself: how fast it comes, how far behind the watch is. */
export class Tally {
  bytes = 0;
  framesPerSecond = 0;
  /** Null before the first frame, and for a recording. */
  lagSeconds: number | null = null;
  workSeconds = 0;
  readonly events: Record<EventName, number> = { opened: 0, updated: 0, restored: 0, benign: 0 };
  private readonly clock: Clock;
  private windowMs: number;
  private windowFrames = 0;
  private workSinceMs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    this.windowMs = clock.monotonicMs();
  }

  /**
   * All that came at one time was decoded, looked at and told.
   *
   * @param frameMs the newest frame's time, null where it says nothing of now
   */
  noteChunk(frames: number, frameMs: number | null, arrivedMs: number): void {
    const nowMs = this.clock.monotonicMs();
    const work = (nowMs - arrivedMs) / 1000;
    if (work >= this.workSeconds || nowMs - this.workSinceMs > WORK_WINDOW_MS) {
      this.workSeconds = work;
      this.workSinceMs = nowMs;
    }
    this.lagSeconds = frameMs === null ? null : Math.max(0, (this.clock.wallMs() - frameMs) / 1000);
    this.noteRate(frames, nowMs);
  }

  noteSilence(frames: number): void {
    if (this.lagSeconds !== null) this.lagSeconds = 0;
    this.noteRate(frames, this.clock.monotonicMs());
  }

  private noteRate(frames: number, nowMs: number): void {
    const elapsedMs = nowMs - this.windowMs;
    if (elapsedMs < RATE_WINDOW_MS) return;
    this.framesPerSecond = ((frames - this.windowFrames) * 1000) / elapsedMs;
    this.windowFrames = frames;
    this.windowMs = nowMs;
  }
}
