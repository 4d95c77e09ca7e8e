import type { FrameWriter } from "./frame-writer.ts";
import { FrameMaker } from "./frames.ts";
import { makeLvsTraffic } from "./lvs-traffic.ts";
import { Random } from "./random.ts";
import { makeStorm } from "./storm.ts";

export const KINDS = ["mixed", "small", "storm"] as const;
export type Kind = (typeof KINDS)[number];

/** What was put into a capture, for the analysers' counts to be held against. */
export interface Made {
  readonly frames: number;
  readonly arpFrames: number;
  /** Frames that the gateway sent to the poisoner; 0 in a capture that has none. */
  readonly bypassFrames: number;
}

const SEED = 0x1f5ca7;
const START_SECONDS = 1_700_000_000;
/** 100,000 frames a second. */
const MEAN_GAP_US = 10;
/** What a storm's frame takes in the file, for a size in bytes to mean a number of frames. */
export const STORM_RECORD_BYTES = 16 + 64;

/** @param bytes the file's size, met to within one frame; a storm's is the frames that would fit, at 80 bytes each */
export function makeCapture(kind: Kind, bytes: number, writer: FrameWriter): Made {
  const random = new Random(SEED);
  const make = new FrameMaker(writer, random, START_SECONDS, MEAN_GAP_US);
  let bypassFrames = 0;
  if (kind === "storm") makeStorm(make, random, Math.floor(bytes / STORM_RECORD_BYTES));
  else if (kind === "mixed") bypassFrames = makeLvsTraffic(make, random, bytes, imix, 0);
  else bypassFrames = makeLvsTraffic(make, random, bytes, () => 40, 60);
  return { frames: make.frames, arpFrames: make.arpFrames, bypassFrames };
}

/** The Internet mix's 7 : 4 : 1 of small, middling and full packets; one packet in eight is of any size. */
function imix(random: Random): number {
  const drawn = random.below(96);
  if (drawn < 12) return 50 + random.below(1437);
  if (drawn < 61) return 50;
  return drawn < 89 ? 576 : 1486;
}
