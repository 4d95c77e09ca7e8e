import type { FrameFacts } from "../decode/facts.ts";
import type { Position } from "./position.ts";
import type { Station } from "./station.ts";

/** A frame that comes again within this was captured twice: by both directions of a mirrored port, or two ports. */
const SAME_FRAME_NS = 1_000_000;
const FRAMES_REMEMBERED = 8;

/** ARP frames of one station about one address that came faster than any kernel sends them. */
export interface Storm {
  readonly station: Station;
  readonly ip: number;
  readonly operation: number;
  readonly first: Position;
  last: Position;
  /** All such frames from the first to the last. */
  frames: number;
}

/** A kernel repeats a request after a second, an impatient tool ten times a second. */
const STORM_FRAMES = 40;
const STORM_WINDOW_NS = 1_000_000_000;
/** More is a sweep, which asks for each address once or twice. */
const MOST_METERS = 4096;
const MOST_STORMS = 256;

/** How fast one station's ARP frames about one address come. */
export interface Meter {
  frames: number;
  windowStart: Position;
  /** The frame that began the window, counted from 1. */
  windowFrame: number;
  /** The first frame of the storm. */
  stormFrame: number;
  storm: Storm | null;
}

interface SeenFrame<Meaning> {
  readonly timeNs: number;
  readonly segment: number;
  readonly operation: number;
  readonly words: readonly number[];
  readonly meaning: Meaning;
}

/** ARP frames that say again what was just said: the same frame captured twice, and storms. */
export class Repeats<Meaning> {
  readonly storms: Storm[] = [];
  private readonly seen: SeenFrame<Meaning>[] = [];

  /** What the very same frame was taken for, if it came a moment ago; undefined for one that is new. */
  original(facts: FrameFacts, nowNs: number): Meaning | undefined {
    const { seen } = this;
    while (seen[0] !== undefined && nowNs - seen[0].timeNs > SAME_FRAME_NS) seen.shift();
    if (seen.length === 0) return undefined;
    const words = wordsOf(facts);
    return seen.find(
      (frame) =>
        frame.segment === facts.segment &&
        frame.operation === facts.operation &&
        frame.words.every((word, index) => word === words[index]),
    )?.meaning;
  }

  remember(facts: FrameFacts, nowNs: number, meaning: Meaning): void {
    if (this.seen.length >= FRAMES_REMEMBERED) this.seen.shift();
    const { segment, operation } = facts;
    this.seen.push({ timeNs: nowNs, segment, operation, words: wordsOf(facts), meaning });
  }

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
      if (this.storms.length >= MOST_STORMS) return;
      meter.stormFrame = meter.windowFrame;
      meter.storm = { station, ip, operation, first: meter.windowStart, last: at, frames: 0 };
      this.storms.push(meter.storm);
    }
    meter.storm.last = at;
    meter.storm.frames = meter.frames - meter.stormFrame + 1;
  }
}

function wordsOf(facts: FrameFacts): readonly number[] {
  return [
    facts.sourceMacLow,
    facts.senderIp,
    facts.targetIp,
    facts.destinationMacLow,
    facts.senderMacLow,
    facts.targetMacLow,
    facts.sourceMacHigh,
    facts.destinationMacHigh,
    facts.senderMacHigh,
    facts.targetMacHigh,
  ];
}
