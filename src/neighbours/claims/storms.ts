import { MOST_METERS, MOST_STORMS } from "../../limits.ts";
import type { Burst } from "../base/meter.ts";
import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";

/** ARP frames of one station about one address that came faster than any kernel sends them. */
export interface Storm extends Burst {
  readonly station: Station;
  readonly ip: number;
  readonly operation: number;
}

/** A kernel repeats a request after a second, an impatient tool ten times a second. */
const STORM_FRAMES = 40;
const STORM_WINDOW_NS = 1_000_000_000;

/** Finds ARP storms. */
export class Storms {
  readonly found: Storm[] = [];

  /** Counts a frame by its sender and the address that it asks for, or answers. */
  measure(station: Station, operation: number, ip: number, at: Position): void {
    const { meters } = station;
    const key = operation * 0x1_0000_0000 + (ip >>> 0);
    const meter = meters.get(key);
    if (meter === undefined) {
      if (meters.size >= MOST_METERS) meters.clear();
      meters.set(key, { frames: 1, windowStart: at, windowFrame: 1, stormFrame: 0, storm: null });
      return;
    }
    meter.frames++;
    if (at.timeNs - meter.windowStart.timeNs > STORM_WINDOW_NS) {
      meter.windowStart = at;
      meter.windowFrame = meter.frames;
    }
    if (meter.frames - meter.windowFrame + 1 < STORM_FRAMES) return;
    if (meter.storm === null) {
      if (this.found.length >= MOST_STORMS) return;
      meter.stormFrame = meter.windowFrame;
      const storm = { station, ip, operation, first: meter.windowStart, last: at, frames: 0 };
      meter.storm = storm;
      this.found.push(storm);
    }
    meter.storm.last = at;
    meter.storm.frames = meter.frames - meter.stormFrame + 1;
  }
}
