import { type FrameFacts, FrameKind } from "../decode/facts.ts";

/** How far apart the clocks of two capturing machines may be. A kernel repeats a request after a second. */
const LONGEST_SKEW_NS = 500_000_000;
/** A power of two: so many frames are remembered, and compared with the newest of them. */
const REMEMBERED = 1 << 16;
const MOST_COMPARED = 64;
const SOURCE_SHIFT = 16;

/** One of several interfaces of a capture, as the source of a frame; its first is the capture itself. */
export function sourceOf(capture: number, interfaceIndex: number): number {
  return (interfaceIndex << SOURCE_SHIFT) | capture;
}

/**
 * Finds the frames that two captures of one network both hold, as the director's and the gateway's do.
 *
 * They are one frame on the wire. Counted twice, a claim would look repeated without need, which is how an intruder's
 * are known. Each frame has one twin in each other capture: what a host really sends again is none.
 */
export class TwinFrames {
  private readonly hashes = new Int32Array(REMEMBERED);
  private readonly sources = new Int32Array(REMEMBERED);
  private readonly timesNs = new Float64Array(REMEMBERED);
  /** The sources that hold a twin already, a bit each; of more than 32 some share one. */
  private readonly twins = new Int32Array(REMEMBERED);
  /** By hash the newest frame of it, and by frame the one before: counted from 1. */
  private readonly newest = new Float64Array(REMEMBERED);
  private readonly before = new Float64Array(REMEMBERED);
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
  isTwin(facts: FrameFacts, nowNs: number, source = facts.capture): boolean {
    if (facts.kind !== FrameKind.Arp && facts.kind !== FrameKind.Ipv4) return false;
    const hash = hashOf(facts);
    const bucket = hash & (REMEMBERED - 1);
    const bit = 1 << ((source + (source >>> SOURCE_SHIFT)) & 31);
    let found = -1;
    let number = this.newest[bucket] ?? 0;
    // Of several the oldest: the first there is the first here.
    for (
      let compared = 0;
      compared < MOST_COMPARED && number > this.count - REMEMBERED && number > 0;
      compared++
    ) {
      const at = number & (REMEMBERED - 1);
      if (nowNs - (this.timesNs[at] ?? 0) > this.longestSkewNs) break;
      if (this.hashes[at] === hash && this.sources[at] !== source && ((this.twins[at] ?? 0) & bit) === 0) {
        found = at;
      }
      number = this.before[at] ?? 0;
    }
    if (found >= 0) {
      this.twins[found] = (this.twins[found] ?? 0) | bit;
      return true;
    }
    this.remember(hash, bucket, source, nowNs);
    return false;
  }

  private remember(hash: number, bucket: number, source: number, nowNs: number): void {
    const number = ++this.count;
    const at = number & (REMEMBERED - 1);
    this.hashes[at] = hash;
    this.sources[at] = source;
    this.timesNs[at] = nowNs;
    this.twins[at] = 0;
    this.before[at] = this.newest[bucket] ?? 0;
    this.newest[bucket] = number;
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

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
