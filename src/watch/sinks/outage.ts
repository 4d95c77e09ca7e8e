import type { Say } from "./say.ts";

/** Somebody who is there and gone by turns is told of no more often than this. */
const QUIET_MS = 60_000;

/** Tells a person once that the other side is gone, and once that it is back. */
export class Outage {
  private readonly name: string;
  private readonly say: Say;
  private readonly dropped: () => number;
  private droppedBefore = 0;
  private lasts = false;
  private reportedAtMs = Number.NEGATIVE_INFINITY;
  private isReported = false;

  /** @param dropped how many events were given up so far */
  constructor(name: string, say: Say, dropped: () => number) {
    this.name = name;
    this.say = say;
    this.dropped = dropped;
  }

  /** @param isTriedAgain whether the event that failed is not given up yet */
  began(reason: string, isTriedAgain = true): void {
    if (this.lasts) return;
    this.lasts = true;
    const nowMs = performance.now();
    this.isReported = nowMs - this.reportedAtMs >= QUIET_MS;
    if (!this.isReported) return;
    this.reportedAtMs = nowMs;
    this.droppedBefore = this.dropped();
    this.say(`${this.name}: ${reason}; watching goes on${isTriedAgain ? ", and trying again" : ""}`);
  }

  ended(): void {
    if (!this.lasts) return;
    this.lasts = false;
    if (!this.isReported) return;
    const lost = this.dropped() - this.droppedBefore;
    this.say(`${this.name}: works again${lost > 0 ? `; events dropped meanwhile: ${lost}` : ""}`);
  }
}
