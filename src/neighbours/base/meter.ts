import type { Position } from "./position.ts";

/** Frames from a first one to a last one, all of them counted. */
export interface Burst {
  readonly first: Position;
  last: Position;
  frames: number;
}

/** How fast one station's ARP frames about one address come. */
export interface Meter {
  frames: number;
  windowStart: Position;
  /** The frame that began the window, counted from 1. */
  windowFrame: number;
  /** The first frame of the storm. */
  stormFrame: number;
  storm: Burst | null;
}
