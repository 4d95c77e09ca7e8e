import { type FrameFacts, FrameKind } from "../../decode/facts.ts";
import { INTERFACE_FRAME_SLOTS } from "../../limits.ts";
import { SAME_FRAME_NS } from "../base/delays.ts";
import { VLAN_MASK } from "../base/segment.ts";

/** What tells an ARP frame from others; an IPv4 packet takes no more. */
const TELLING_WORDS = 9;
/** What else is kept of a frame, behind those words; 0 seconds where none is. */
const SECONDS = 9;
const NANOSECONDS = 10;
const INTERFACE = 11;
const SEGMENT = 12;
const DESTINATION_MAC_HIGH = 13;
const DESTINATION_MAC_LOW = 14;
/** One cache line a frame. */
const WORDS_SHIFT = 4;

/** The frame that another one repeats, as it was understood. */
export interface OriginalFrame {
  readonly interfaceIndex: number;
  readonly segment: number;
  readonly destinationMacHigh: number;
  readonly destinationMacLow: number;
}

/**
 * Frames that a capture on all interfaces holds more than once: a bridge, a bond and their ports show each the same one.
 * A router sends packets on from another MAC, so that they are none.
 *
 * Every frame of such a capture comes by here, so what is remembered of it is flat integers.
 */
export class InterfaceDuplicates {
  private readonly words = new Int32Array(INTERFACE_FRAME_SLOTS << WORDS_SHIFT);
  /** The frame that was asked about last, up to when it was captured, and where such a one is remembered. */
  private readonly asked = new Int32Array(NANOSECONDS + 1);
  private at = 0;

  /** To be asked before the frame's domain and receiver are known. */
  originalOf(facts: FrameFacts): OriginalFrame | null {
    const isKnown = facts.kind === FrameKind.Arp ? this.hasArp(facts) : this.hasIpv4(facts);
    if (!isKnown || !canTell(facts)) return null;
    const { at, words } = this;
    const interfaceIndex = words[at + INTERFACE] ?? 0;
    const segment = words[at + SEGMENT] ?? 0;
    if (interfaceIndex === facts.interfaceIndex && interfaceIndex !== 0) return null;
    if ((segment & VLAN_MASK) !== facts.segment) return null;
    return {
      interfaceIndex,
      segment,
      destinationMacHigh: words[at + DESTINATION_MAC_HIGH] ?? 0,
      destinationMacLow: words[at + DESTINATION_MAC_LOW] ?? 0,
    };
  }

  /**
   * Whether such a packet was remembered a moment ago, on whichever interface.
   *
   * @param identificationTtlProtocol 16, 8 and 8 bits
   * @param seconds since 1970, 32 bits
   */
  hasPacket(
    sourceMacHigh: number,
    sourceMacLow: number,
    identificationTtlProtocol: number,
    sourceIp: number,
    destinationIp: number,
    ports: number,
    originalBytes: number,
    seconds: number,
    nanoseconds: number,
  ): boolean {
    const { asked } = this;
    asked[0] = (FrameKind.Ipv4 << 16) | sourceMacHigh;
    asked[1] = sourceMacLow;
    asked[2] = identificationTtlProtocol;
    asked[3] = sourceIp;
    asked[4] = destinationIp;
    asked[5] = ports;
    asked[6] = originalBytes;
    asked[7] = 0;
    asked[8] = 0;
    return this.isRemembered(
      placeOf(identificationTtlProtocol ^ ports, sourceIp, destinationIp),
      seconds,
      nanoseconds,
    );
  }

  /** Remembers the frame that was asked about last, now that it is understood. */
  remember(
    interfaceIndex: number,
    segment: number,
    destinationMacHigh: number,
    destinationMacLow: number,
  ): void {
    const { at, asked, words } = this;
    for (let word = 0; word <= NANOSECONDS; word++) words[at + word] = asked[word] ?? 0;
    words[at + INTERFACE] = interfaceIndex;
    words[at + SEGMENT] = segment;
    words[at + DESTINATION_MAC_HIGH] = destinationMacHigh;
    words[at + DESTINATION_MAC_LOW] = destinationMacLow;
  }

  private hasIpv4(facts: FrameFacts): boolean {
    return this.hasPacket(
      facts.sourceMacHigh,
      facts.sourceMacLow,
      (facts.identification << 16) | (facts.ttl << 8) | facts.protocol,
      facts.sourceIp,
      facts.destinationIp,
      facts.ports,
      facts.originalBytes,
      facts.seconds | 0,
      facts.nanoseconds | 0,
    );
  }

  private hasArp(facts: FrameFacts): boolean {
    const { asked } = this;
    asked[0] = (FrameKind.Arp << 16) | facts.sourceMacHigh;
    asked[1] = facts.sourceMacLow;
    asked[2] = facts.operation;
    asked[3] = facts.senderIp;
    asked[4] = facts.targetIp;
    asked[5] = facts.senderMacLow;
    asked[6] = facts.senderMacHigh;
    asked[7] = facts.targetMacLow;
    asked[8] = facts.targetMacHigh;
    return this.isRemembered(
      placeOf(facts.operation, facts.senderIp, facts.targetIp),
      facts.seconds | 0,
      facts.nanoseconds | 0,
    );
  }

  private isRemembered(at: number, seconds: number, nanoseconds: number): boolean {
    const { asked, words } = this;
    this.at = at;
    asked[SECONDS] = seconds;
    asked[NANOSECONDS] = nanoseconds;
    const agoSeconds = seconds - (words[at + SECONDS] ?? 0);
    const agoNs = agoSeconds * 1e9 + nanoseconds - (words[at + NANOSECONDS] ?? 0);
    if (agoNs > SAME_FRAME_NS) return false;
    for (let word = 0; word < TELLING_WORDS; word++) if (words[at + word] !== asked[word]) return false;
    return true;
  }
}

/** Where neither interface nor identification tells two packets apart, each is taken for one of its own. */
function canTell(facts: FrameFacts): boolean {
  return facts.kind === FrameKind.Arp || facts.interfaceIndex !== 0 || facts.identification !== 0;
}

function placeOf(a: number, b: number, c: number): number {
  const mixed = Math.imul(a ^ Math.imul(b, 0xc2b2ae35), 0x9e3779b1) ^ Math.imul(c, 0x85ebca6b);
  return ((mixed ^ (mixed >>> 15)) & (INTERFACE_FRAME_SLOTS - 1)) << WORDS_SHIFT;
}
