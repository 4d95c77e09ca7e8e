import { type FrameFacts, FrameKind } from "../decode/facts.ts";
import { VLAN_MASK } from "./interfaces.ts";

/** A frame that crosses several interfaces of a machine is captured on each within microseconds. */
const SAME_FRAME_NS = 1_000_000;
const FRAMES_REMEMBERED = 16;

/** The frame that another one repeats, as it was understood. */
export interface OriginalFrame {
  readonly interfaceIndex: number;
  readonly segment: number;
  readonly destinationMacHigh: number;
  readonly destinationMacLow: number;
}

interface SeenFrame extends OriginalFrame {
  readonly timeNs: number;
  readonly vlan: number;
  readonly words: readonly number[];
}

/**
 * Frames that a capture on all interfaces holds more than once: a bridge, a bond and their ports show each the same one.
 * A router sends packets on from another MAC, so that they are none.
 */
export class Copies {
  private readonly seen: SeenFrame[] = [];

  /** To be asked before the frame's domain and receiver are known. */
  originalOf(facts: FrameFacts, nowNs: number): OriginalFrame | null {
    const { seen } = this;
    while (seen[0] !== undefined && nowNs - seen[0].timeNs > SAME_FRAME_NS) seen.shift();
    if (seen.length === 0 || !canTell(facts)) return null;
    const words = wordsOf(facts);
    return (
      seen.find(
        (frame) =>
          (frame.interfaceIndex !== facts.interfaceIndex || facts.interfaceIndex === 0) &&
          frame.vlan === facts.segment &&
          frame.words.every((word, index) => word === words[index]),
      ) ?? null
    );
  }

  remember(facts: FrameFacts, nowNs: number): void {
    if (facts.kind === FrameKind.Beacon) return;
    if (this.seen.length >= FRAMES_REMEMBERED) this.seen.shift();
    const { interfaceIndex, segment, destinationMacHigh, destinationMacLow } = facts;
    this.seen.push({
      interfaceIndex,
      segment,
      destinationMacHigh,
      destinationMacLow,
      timeNs: nowNs,
      vlan: segment & VLAN_MASK,
      words: wordsOf(facts),
    });
  }
}

/** Where neither interface nor identification tells two packets apart, each is taken for one of its own. */
function canTell(facts: FrameFacts): boolean {
  return facts.kind === FrameKind.Arp || facts.interfaceIndex !== 0 || facts.identification !== 0;
}

function wordsOf(facts: FrameFacts): readonly number[] {
  const { kind, sourceMacHigh, sourceMacLow } = facts;
  if (kind === FrameKind.Arp) {
    return [
      kind,
      sourceMacLow,
      sourceMacHigh,
      facts.operation,
      facts.senderIp,
      facts.targetIp,
      facts.senderMacLow,
      facts.senderMacHigh,
      facts.targetMacLow,
      facts.targetMacHigh,
    ];
  }
  return [
    kind,
    sourceMacLow,
    sourceMacHigh,
    facts.identification,
    facts.sourceIp,
    facts.destinationIp,
    facts.protocol,
    facts.ports,
    facts.ttl,
    facts.originalBytes,
  ];
}
