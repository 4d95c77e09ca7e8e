import { LINKTYPE_LINUX_SLL2 } from "../capture/link-type.ts";
import { SERVICE_SEGMENT } from "../decode/ether-type.ts";
import { type FrameFacts, FrameKind, LinkAddresses } from "../decode/facts.ts";
import { LINK_HEADER_SLOTS } from "../limits.ts";
import { VLAN_MASK } from "../neighbours/base/segment.ts";
import { isGroupMac } from "../neighbours/base/station.ts";
import type { InterfaceDuplicates } from "../neighbours/duplicates/interface-duplicates.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import { wireOf } from "../neighbours/traffic/mac-pairs.ts";
import { PairWord } from "../neighbours/traffic/traffic-layout.ts";

/**
 * Of either version the 14 bytes that tell from whom a frame is, on which interface and which way it went: of LINUX_SLL
 * those before the protocol, of LINUX_SLL2 those behind it. They take four words; then come the interface's index, and the
 * place of the pair in `MacPairs` plus one.
 */
const WORDS_SHIFT = 3;
const WORDS = 1 << WORDS_SHIFT;
const INTERFACE = 4;
const PAIR = 5;

/**
 * From whom to whom a frame of `-i any` went, by the words of its link header alone: which MAC it was sent to, and which
 * network its interface leads to, follows from what the machine's other frames showed, and is not found out anew for each.
 */
export class CookedLinks {
  private readonly words = new Int32Array(LINK_HEADER_SLOTS * WORDS);
  private readonly state: NetworkState;
  private readonly keyOffset: number;
  readonly headerBytes: number;
  /** Of the ethertype in the header. */
  readonly typeOffset: number;
  /** As they were when the first of these headers was remembered. */
  private pairWords: Int32Array;
  private interfacesVersion = 0;

  /** @param linkType LINUX_SLL's or LINUX_SLL2's */
  constructor(state: NetworkState, linkType: number) {
    this.state = state;
    const isV2 = linkType === LINKTYPE_LINUX_SLL2;
    this.keyOffset = isV2 ? 4 : 0;
    this.typeOffset = isV2 ? 0 : 14;
    this.headerBytes = isV2 ? 20 : 16;
    this.pairWords = state.traffic.pairs.words;
  }

  /** To be called before `find`: forgets everything, where anything is known since that headers may be read otherwise by. */
  renew(): void {
    const { interfaces } = this.state.unnamedReceivers;
    const { words } = this.state.traffic.pairs;
    if (words === this.pairWords && interfaces.version === this.interfacesVersion) return;
    this.pairWords = words;
    this.interfacesVersion = interfaces.version;
    this.words.fill(0);
  }

  /** @returns where the header is remembered that begins at `start`; -1 where it is not */
  find(view: DataView, start: number): number {
    const { words } = this;
    const key = start + this.keyOffset;
    const at = placeOf(view, key);
    const isKnown =
      words[at + PAIR] !== 0 &&
      words[at] === view.getInt32(key) &&
      words[at + 1] === view.getInt32(key + 4) &&
      words[at + 2] === view.getInt32(key + 8) &&
      words[at + 3] === view.getUint16(key + 12);
    return isKnown ? at : -1;
  }

  /** The place in `MacPairs` of the header that is remembered there. */
  pairAt(place: number): number {
    return (this.words[place + PAIR] ?? 0) - 1;
  }

  /** Has the packet that `duplicates` was asked about last remembered, which bears the header that is remembered there. */
  remember(place: number, duplicates: InterfaceDuplicates): void {
    const pair = this.pairAt(place);
    const wire4 = this.pairWords[pair + PairWord.Wire4] ?? 0;
    const wire0 = this.pairWords[pair + PairWord.Wire0] ?? 0;
    duplicates.remember(
      this.words[place + INTERFACE] ?? 0,
      this.pairWords[pair + PairWord.Segment] ?? 0,
      wire0 >>> 16,
      (wire0 << 16) | (wire4 >>> 16),
    );
  }

  /** Remembers the header of a packet as it was understood, where the next one with the same will be understood alike. */
  learn(view: DataView, start: number, facts: FrameFacts): void {
    const isLikeOthers =
      facts.kind === FrameKind.Ipv4 &&
      facts.linkAddresses === LinkAddresses.SenderOnly &&
      (facts.segment & (VLAN_MASK | SERVICE_SEGMENT)) === 0 &&
      !isGroupMac(facts.sourceMacHigh);
    if (!isLikeOthers) return;
    this.renew();
    if (this.find(view, start) >= 0) return;
    const destination = { macHigh: facts.destinationMacHigh, macLow: facts.destinationMacLow };
    const source = { macHigh: facts.sourceMacHigh, macLow: facts.sourceMacLow };
    const pair = this.state.traffic.pairs.find(...wireOf(destination, source), facts.segment);
    const key = start + this.keyOffset;
    const said = [
      view.getInt32(key),
      view.getInt32(key + 4),
      view.getInt32(key + 8),
      view.getUint16(key + 12),
    ];
    this.words.set([...said, facts.interfaceIndex, pair + 1], placeOf(view, key));
  }
}

function placeOf(view: DataView, key: number): number {
  const mixed =
    Math.imul(view.getInt32(key) ^ Math.imul(view.getInt32(key + 4), 0xc2b2ae35), 0x9e3779b1) ^
    Math.imul(view.getInt32(key + 8) ^ view.getUint16(key + 12), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 15)) & (LINK_HEADER_SLOTS - 1)) << WORDS_SHIFT;
}
