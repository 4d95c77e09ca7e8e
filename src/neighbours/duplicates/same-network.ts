import { ArpOperation, type FrameFacts, FrameKind } from "../../decode/facts.ts";
import { MOST_NETWORK_PAIRS, STATEMENTS_REMEMBERED } from "../../limits.ts";
import { isGroupMac } from "../base/station.ts";
import { mix } from "./frame-hash.ts";

/** The reply to a request: 1 s later the asker asks again. */
const ANSWERED_NS = 1_000_000_000;
/** One packet may come back another way than it went, where two machines share two networks. */
const ENOUGH_REPLIES = 2;

/** Where something was said before. */
export interface SeenOn {
  readonly network: number;
  readonly vlan: number;
}

/** What two stations, or one, said: where it is remembered, and what tells it from others that share the place. */
interface Statement {
  readonly place: number;
  readonly check: number;
}

/** What was last said, and on which network; of two statements that share a place the newer one. */
class Statements {
  private readonly checks = new Int32Array(STATEMENTS_REMEMBERED);
  /** 0 where nothing was said. */
  private readonly networks = new Int32Array(STATEMENTS_REMEMBERED);
  private readonly vlans = new Int32Array(STATEMENTS_REMEMBERED);
  private readonly timesNs = new Float64Array(STATEMENTS_REMEMBERED);

  /** @returns where it was said last, if that was on another network, and not too long ago */
  elsewhere({ place, check }: Statement, network: number, nowNs: number, withinNs: number): SeenOn | null {
    const said = (this.networks[place] ?? 0) - 1;
    if (said < 0 || said === network || this.checks[place] !== check) return null;
    if (nowNs - (this.timesNs[place] ?? 0) > withinNs) return null;
    return { network: said, vlan: this.vlans[place] ?? 0 };
  }

  note({ place, check }: Statement, network: number, vlan: number, nowNs: number): void {
    this.checks[place] = check;
    this.networks[place] = network + 1;
    this.vlans[place] = vlan;
    this.timesNs[place] = nowNs;
  }
}

/**
 * Finds out by frames which interfaces of a capture lead to one network.
 *
 * That a MAC is on both tells nothing, since a router's VLAN devices share one. But that one station asks for the same
 * address in its own name, that two speak there under the same addresses, or that two send each other packets of the same addresses, does; and so does a question on one
 * whose answer is on the other, as of a TAP, which has an interface for each direction. How long ago it was, and how far
 * two machines' clocks are apart, makes no difference.
 */
export class SameNetwork {
  private readonly arp = new Statements();
  private readonly asked = new Statements();
  private readonly packets = new Statements();
  private readonly replies = new Map<string, number>();
  private readonly stations = new Statements();
  /** By pair of networks a station that is on both under one address. */
  private readonly onBoth = new Map<string, number>();

  /**
   * @param network the number of the interface's
   * @returns where the same was said on another one; null where nothing tells that both are one
   */
  find(facts: FrameFacts, network: number): SeenOn | null {
    const nowNs = (facts.seconds % 1e6) * 1e9 + facts.nanoseconds;
    return facts.kind === FrameKind.Arp
      ? this.findArp(facts, network, nowNs)
      : this.findPacket(facts, network, nowNs);
  }

  private findArp(facts: FrameFacts, network: number, nowNs: number): SeenOn | null {
    const { operation, senderIp, targetIp, segment } = facts;
    // A machine may announce an address on all its interfaces, and probe with none.
    if (senderIp === 0 || senderIp === targetIp) return null;
    const said = statement(
      (operation << 16) ^ facts.sourceMacHigh,
      facts.sourceMacLow,
      facts.senderMacLow,
      senderIp,
      targetIp,
    );
    const same = this.arp.elsewhere(said, network, nowNs, Number.POSITIVE_INFINITY);
    this.arp.note(said, network, segment, nowNs);
    const met = same ?? this.findStations(facts, network, nowNs);
    if (operation === ArpOperation.Request) {
      const { senderMacHigh: high, senderMacLow: low } = facts;
      this.asked.note(statement(high, low, senderIp, targetIp), network, segment, nowNs);
      return met;
    }
    const { targetMacHigh: high, targetMacLow: low } = facts;
    const question = statement(high, low, targetIp, senderIp);
    return met ?? this.asked.elsewhere(question, network, nowNs, ANSWERED_NS);
  }

  /** One station may speak in one address's name on two networks, which is a known mistake; two hardly do. */
  private findStations(facts: FrameFacts, network: number, nowNs: number): SeenOn | null {
    const { sourceMacHigh, sourceMacLow, senderIp, segment } = facts;
    const said = statement(sourceMacHigh, sourceMacLow, senderIp);
    const before = this.stations.elsewhere(said, network, nowNs, Number.POSITIVE_INFINITY);
    this.stations.note(said, network, segment, nowNs);
    if (before === null) return null;
    const key = pairKey({ network, vlan: segment }, before);
    const station = sourceMacHigh * 2 ** 32 + (sourceMacLow >>> 0);
    const another = this.onBoth.get(key);
    if (another === undefined && this.onBoth.size < MOST_NETWORK_PAIRS) this.onBoth.set(key, station);
    return another === undefined || another === station ? null : before;
  }

  private findPacket(facts: FrameFacts, network: number, nowNs: number): SeenOn | null {
    const { sourceIp, destinationIp, segment } = facts;
    if (sourceIp === 0 || isGroupMac(facts.destinationMacHigh) || isGroupMac(facts.sourceMacHigh))
      return null;
    const { sourceMacHigh, sourceMacLow, destinationMacHigh, destinationMacLow } = facts;
    const macsHigh = (sourceMacHigh << 16) | destinationMacHigh;
    const said = statement(macsHigh, sourceMacLow, destinationMacLow, sourceIp, destinationIp);
    const same = this.packets.elsewhere(said, network, nowNs, Number.POSITIVE_INFINITY);
    this.packets.note(said, network, segment, nowNs);
    if (same !== null) return same;
    const backHigh = (destinationMacHigh << 16) | sourceMacHigh;
    const back = statement(backHigh, destinationMacLow, sourceMacLow, destinationIp, sourceIp);
    const way = this.packets.elsewhere(back, network, nowNs, ANSWERED_NS);
    if (way === null) return null;
    const key = pairKey({ network, vlan: segment }, way);
    const replies = (this.replies.get(key) ?? 0) + 1;
    if (replies > 1 || this.replies.size < MOST_NETWORK_PAIRS) this.replies.set(key, replies);
    return replies >= ENOUGH_REPLIES ? way : null;
  }
}

function pairKey(a: SeenOn, b: SeenOn): string {
  const [first, second] = a.network < b.network ? [a, b] : [b, a];
  return `${first.network},${first.vlan},${second.network},${second.vlan}`;
}

function statement(a: number, b: number, c: number, d = 0, e = 0): Statement {
  return { place: hashOf(a, b, c, d, e, 0) & (STATEMENTS_REMEMBERED - 1), check: hashOf(a, b, c, d, e, 1) };
}

function hashOf(a: number, b: number, c: number, d: number, e: number, seed: number): number {
  return mix(mix(mix(mix(mix(seed, a), b), c), d), e);
}
