import { Air, type FrameFacts } from "../../decode/facts.ts";
import { ARP_FRAMES_REMEMBERED, WIRELESS_ARP_FRAMES_REMEMBERED } from "../../limits.ts";
import { SAME_FRAME_NS } from "../base/delays.ts";

/** An access point keeps a frame to everybody until its next beacon for stations that sleep. */
const RELAYED_NS = 1_000_000_000;
const SEEN_MASK = WIRELESS_ARP_FRAMES_REMEMBERED - 1;

/** One frame of the last moment; filled anew when the moment is over, since every ARP frame is remembered. */
class SeenFrame<Meaning> {
  timeNs = 0;
  meaning: Meaning;
  air: Air = Air.Wired;
  airSequence = 0;
  relayed = false;
  private segment = 0;
  private operation = 0;
  private sourceMacHigh = 0;
  private sourceMacLow = 0;
  private destinationMacHigh = 0;
  private destinationMacLow = 0;
  private senderMacHigh = 0;
  private senderMacLow = 0;
  private senderIp = 0;
  private targetMacHigh = 0;
  private targetMacLow = 0;
  private targetIp = 0;

  constructor(meaning: Meaning) {
    this.meaning = meaning;
  }

  fill(facts: FrameFacts, timeNs: number, meaning: Meaning): void {
    this.timeNs = timeNs;
    this.meaning = meaning;
    this.air = facts.air;
    this.airSequence = facts.airSequence;
    this.relayed = false;
    this.segment = facts.segment;
    this.operation = facts.operation;
    this.sourceMacHigh = facts.sourceMacHigh;
    this.sourceMacLow = facts.sourceMacLow;
    this.destinationMacHigh = facts.destinationMacHigh;
    this.destinationMacLow = facts.destinationMacLow;
    this.senderMacHigh = facts.senderMacHigh;
    this.senderMacLow = facts.senderMacLow;
    this.senderIp = facts.senderIp;
    this.targetMacHigh = facts.targetMacHigh;
    this.targetMacLow = facts.targetMacLow;
    this.targetIp = facts.targetIp;
  }

  saysTheSame(facts: FrameFacts): boolean {
    return (
      this.sourceMacLow === facts.sourceMacLow &&
      this.senderIp === facts.senderIp &&
      this.targetIp === facts.targetIp &&
      this.operation === facts.operation &&
      this.segment === facts.segment &&
      this.destinationMacLow === facts.destinationMacLow &&
      this.senderMacLow === facts.senderMacLow &&
      this.targetMacLow === facts.targetMacLow &&
      this.sourceMacHigh === facts.sourceMacHigh &&
      this.destinationMacHigh === facts.destinationMacHigh &&
      this.senderMacHigh === facts.senderMacHigh &&
      this.targetMacHigh === facts.targetMacHigh
    );
  }
}

/** ARP frames that were captured twice: the second one teaches nothing. */
export class RepeatedFrames<Meaning> {
  /** In a ring, from the oldest on. */
  private readonly seen: SeenFrame<Meaning>[] = [];
  private oldest = 0;
  private seenCount = 0;

  /** What the very same frame was taken for, if it came a moment ago; undefined for one that is new. */
  original(facts: FrameFacts, nowNs: number): Meaning | undefined {
    this.forgetBefore(nowNs - (facts.air === Air.Wired ? SAME_FRAME_NS : RELAYED_NS));
    const original = this.seenCount === 0 ? undefined : this.find(facts, nowNs);
    if (original === undefined) return undefined;
    if (facts.air === Air.FromAccessPoint) original.relayed = true;
    // What was sent on may have to be sent again.
    if (facts.air !== Air.Wired) this.remember(facts, nowNs, original.meaning);
    return original.meaning;
  }

  remember(facts: FrameFacts, nowNs: number, meaning: Meaning): void {
    const most = facts.air === Air.Wired ? ARP_FRAMES_REMEMBERED : WIRELESS_ARP_FRAMES_REMEMBERED;
    if (this.seenCount >= most) this.forgetOldest();
    const place = (this.oldest + this.seenCount) & SEEN_MASK;
    const frame = this.seen[place] ?? new SeenFrame(meaning);
    frame.fill(facts, nowNs, meaning);
    this.seen[place] = frame;
    this.seenCount++;
  }

  private find(facts: FrameFacts, nowNs: number): SeenFrame<Meaning> | undefined {
    for (let age = 0; age < this.seenCount; age++) {
      const frame = this.seen[(this.oldest + age) & SEEN_MASK];
      if (frame?.saysTheSame(facts) !== true) continue;
      if (nowNs - frame.timeNs <= SAME_FRAME_NS || isAgainOnAir(frame, facts)) return frame;
    }
    return undefined;
  }

  private forgetBefore(ns: number): void {
    while (this.seenCount > 0 && (this.seen[this.oldest]?.timeNs ?? ns) < ns) this.forgetOldest();
  }

  private forgetOldest(): void {
    this.oldest = (this.oldest + 1) & SEEN_MASK;
    this.seenCount--;
  }
}

/**
 * A frame goes through the air twice between two stations of an access point: to it, and from it. And whoever gets no
 * acknowledgement sends it again, under the same number (IEEE 802.11-2020, 10.3.2.14).
 */
function isAgainOnAir(
  frame: { readonly air: Air; readonly airSequence: number; readonly relayed: boolean },
  facts: FrameFacts,
): boolean {
  if (facts.air === Air.Wired || frame.air === Air.Wired) return false;
  if (facts.airRetry && facts.air === frame.air && facts.airSequence === frame.airSequence) return true;
  return facts.air === Air.FromAccessPoint && frame.air === Air.FromStation && !frame.relayed;
}
