import type { Timeline } from "../base/position.ts";

const WINDOW_NS = 1_000_000_000;
/** With fewer strangers than this in a second it is over. */
const STRANGERS = 100;

/** A time in which strangers come without end, told by the capture's clock. */
export class Surge {
  private isUnderWay = false;
  private windowStartNs = 0;
  private inWindow = 0;
  private newestNs = 0;
  private readonly timeline: Timeline;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
  }

  /** As of the last stranger. */
  get isOn(): boolean {
    return this.isUnderWay;
  }

  /** It showed by what had to be given up. */
  begin(): void {
    if (this.isUnderWay) return;
    const { nowNs } = this.timeline;
    this.isUnderWay = true;
    this.windowStartNs = nowNs;
    this.newestNs = nowNs;
    // As if it had been counted before, which it was not.
    this.inWindow = STRANGERS;
  }

  /** A stranger comes. @returns whether it is one of many */
  goesOn(): boolean {
    const { nowNs } = this.timeline;
    if (Math.abs(nowNs - this.windowStartNs) > WINDOW_NS) {
      const isQuiet = Math.abs(nowNs - this.newestNs) > WINDOW_NS;
      this.isUnderWay = !isQuiet && this.inWindow >= STRANGERS;
      this.windowStartNs = nowNs;
      this.inWindow = 0;
    }
    this.newestNs = nowNs;
    return this.isUnderWay;
  }

  /** The stranger was turned away. */
  count(): void {
    this.inWindow++;
  }
}
