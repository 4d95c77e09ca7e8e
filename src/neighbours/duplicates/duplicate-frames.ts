import { type FrameFacts, FrameKind } from "../../decode/facts.ts";
import { FRAMES_REMEMBERED_LOG2, MOST_FRAMES_COMPARED } from "../../limits.ts";
import { mix } from "./frame-hash.ts";

/** How far apart the clocks of two capturing machines may be. A kernel repeats a request after a second. */
const LONGEST_SKEW_NS = 500_000_000;
const REMEMBERED = 1 << FRAMES_REMEMBERED_LOG2;
/** Four times as many, so that hardly a frame is compared with one that only shares its bucket. */
const BUCKETS = REMEMBERED << 2;
const SOURCE_SHIFT = 16;

/** A frame, in 4 words of 32 bits. */
const Word = {
  Hash: 0,
  Source: 1,
  /** The sources that hold a duplicate already, a bit each; of more than 32 some share one. */
  Duplicates: 2,
  /** The number of the frame before in the same bucket. */
  Before: 3,
} as const;
const WORDS_SHIFT = 2;

/** One of several interfaces of a capture, as the source of a frame; its first is the capture itself. */
export function sourceOf(capture: number, interfaceIndex: number): number {
  return (interfaceIndex << SOURCE_SHIFT) | capture;
}

/**
 * Finds the frames that two captures of one network both hold, as the director's and the gateway's do.
 *
 * They are one frame on the wire. Counted twice, a claim would look repeated without need, which is how an intruder's
 * are known. Each frame has one duplicate in each other capture: a frame that a host really sends again is none.
 *
 * Every frame comes by here, so all is flat integers, and of a frame that is new only its bucket is looked up.
 */
export class DuplicateFrames {
  /** By a frame's number, modulo how many are remembered. */
  private readonly frames = new Int32Array(REMEMBERED << WORDS_SHIFT);
  private readonly timesNs = new Float64Array(REMEMBERED);
  /** The number of each bucket's newest frame; 0 where it has none. */
  private readonly newest = new Int32Array(BUCKETS);
  /** The number of the newest frame: from 1, and round to the negative ones. */
  private count = 0;
  private readonly longestSkewNs: number;

  constructor(longestSkewNs = LONGEST_SKEW_NS) {
    this.longestSkewNs = longestSkewNs;
  }

  /**
   * Whether another source held this frame a moment ago; if not, it is remembered.
   *
   * @param source the capture, or one of its interfaces
   */
  isDuplicate(facts: FrameFacts, nowNs: number, source = facts.capture): boolean {
    if (facts.kind !== FrameKind.Arp && facts.kind !== FrameKind.Ipv4) return false;
    const { frames } = this;
    const hash = hashOf(facts);
    const bucket = hash & (BUCKETS - 1);
    const bit = 1 << ((source + (source >>> SOURCE_SHIFT)) & 31);
    let found = -1;
    let number = this.newest[bucket] ?? 0;
    // Of several the oldest: the first there is the first here.
    for (let compared = 0; compared < MOST_FRAMES_COMPARED && this.isRemembered(number); compared++) {
      const place = number & (REMEMBERED - 1);
      const at = place << WORDS_SHIFT;
      number = frames[at + Word.Before] ?? 0;
      if (frames[at + Word.Hash] !== hash) continue;
      if (nowNs - (this.timesNs[place] ?? 0) > this.longestSkewNs) break;
      const hasNone =
        frames[at + Word.Source] !== source && ((frames[at + Word.Duplicates] ?? 0) & bit) === 0;
      if (hasNone) found = at;
    }
    if (found >= 0) {
      frames[found + Word.Duplicates] = (frames[found + Word.Duplicates] ?? 0) | bit;
      return true;
    }
    this.remember(hash, bucket, source, nowNs);
    return false;
  }

  private isRemembered(number: number): boolean {
    return number !== 0 && ((this.count - number) | 0) >>> FRAMES_REMEMBERED_LOG2 === 0;
  }

  private remember(hash: number, bucket: number, source: number, nowNs: number): void {
    const { frames } = this;
    this.count = (this.count + 1) | 0 || 1;
    const place = this.count & (REMEMBERED - 1);
    const at = place << WORDS_SHIFT;
    frames[at + Word.Hash] = hash;
    frames[at + Word.Source] = source;
    frames[at + Word.Duplicates] = 0;
    frames[at + Word.Before] = this.newest[bucket] ?? 0;
    this.timesNs[place] = nowNs;
    this.newest[bucket] = this.count;
  }
}

/** Of what is the same wherever on a segment a frame is captured: its padding is not. */
function hashOf(facts: FrameFacts): number {
  let hash = mix(facts.segment, facts.sourceMacLow);
  hash = mix(hash, facts.destinationMacLow);
  hash = mix(hash, (facts.sourceMacHigh << 16) | facts.destinationMacHigh);
  if (facts.kind === FrameKind.Arp) {
    hash = mix(hash, facts.operation);
    hash = mix(hash, facts.senderIp);
    hash = mix(hash, facts.senderMacLow);
    hash = mix(hash, facts.targetIp);
    hash = mix(hash, facts.targetMacLow);
    return mix(hash, (facts.senderMacHigh << 16) | facts.targetMacHigh);
  }
  hash = mix(hash, facts.sourceIp);
  hash = mix(hash, facts.destinationIp);
  hash = mix(hash, (facts.identification << 8) | facts.ttl);
  hash = mix(hash, facts.ports);
  return mix(hash, (facts.protocol << 8) | facts.tcpFlags);
}
