import type { CaptureInterface } from "../capture/capture-sink.ts";
import type { MergeSink } from "../capture/merge/frame-queue.ts";
import { ArpOperation, Control, FrameFacts, FrameKind, IpProtocol, LinkAddresses } from "../decode/facts.ts";
import { beginFrame } from "../decode/link-addresses.ts";
import { type LinkDecoder, linkDecoder } from "../decode/link-layer.ts";
import { MOST_EVIDENCE_MAC_PAIRS, MOST_EVIDENCE_PASSERS, MOST_EVIDENCE_SYNCED_PAIRS } from "../limits.ts";
import { DOMAIN_SHIFT } from "../neighbours/base/segment.ts";
import type { DuplicateFrames } from "../neighbours/duplicates/duplicate-frames.ts";
import { FrameNumbers } from "./frame-numbers.ts";
import { Numbering } from "./numbering.ts";
import { Refusals } from "./refusals.ts";
import { macKey, type Scope } from "./scope.ts";
import { WayKind, Ways } from "./ways.ts";

/** By so many unicast frames a capture shows where it was taken. */
const FIRST_UNICAST_FRAMES = 32;
/** Ways to addresses beyond the segment, of one host to another: what they tell of a router, a few tell. */
const WAYS_BEYOND = 2;
/** Of somebody who may stand in the middle each is compared with how it goes on. */
const WAYS_BEYOND_OF_CLAIMANT = 32;
const BEACONS_PER_HOST = 16;
const PASSINGS_KEPT = 3;

/** A packet that came to a host for a VIP, and may be passed on by it. */
interface Arrival {
  number: number;
  identification: number;
  ports: number;
  sourceIp: number;
}

/**
 * Goes through one capture and notes the frames by which the analysis comes to its findings: ARP about the addresses
 * involved, the frames that tell roles, and of traffic what a finding counts and what shows a cache.
 */
export class Selection implements MergeSink {
  private readonly numbers = new FrameNumbers();
  private readonly scope: Scope;
  private readonly facts = new FrameFacts();
  private readonly ways = new Ways();
  private readonly refusals = new Refusals();
  private readonly hosts = new Numbering(1 << 16);
  private readonly segments = new Numbering(1 << 20);
  private readonly beyond = new Map<number, Set<number>>();
  private readonly beacons = new Map<number, number>();
  private readonly synced = new Set<string>();
  private readonly arrivals = new Map<number, Map<number, Arrival>>();
  private readonly passings = new Map<string, number>();
  private decode: LinkDecoder | undefined;
  /** By what an interface leads to; of the newest frame's the upper bits of `FrameFacts.segment`. */
  private readonly domains = new Map<string, number>();
  private domain = 0;
  private unicastFrames = 0;
  private nowNs = 0;
  private left: number;
  private readonly allDuplicates: DuplicateFrames | null;
  private duplicates: DuplicateFrames | null = null;

  /**
   * @param capture its index in the order given
   * @param frames how many were analysed: a capture that is still being written has more by now
   * @param duplicates finds frames that several captures hold; the evidence, which is one capture, keeps such a frame once
   */
  constructor(scope: Scope, capture: number, frames: number, duplicates: DuplicateFrames | null) {
    this.scope = scope;
    this.facts.capture = capture;
    this.left = frames;
    this.allDuplicates = duplicates;
  }

  overlap(isShared: boolean): void {
    this.duplicates = isShared ? this.allDuplicates : null;
  }

  link(linkType: number): void {
    this.decode = linkDecoder(linkType);
    beginFrame(this.facts, LinkAddresses.Both);
  }

  /** There is nothing to switch: each numbers its own capture's frames. */
  resume(): void {}

  /** Two interfaces may lead to two networks with the same addresses, so the ways of each are kept. */
  interface({ network }: CaptureInterface): void {
    let domain = this.domains.get(network);
    if (domain === undefined) {
      domain = this.domains.size;
      this.domains.set(network, domain);
    }
    this.domain = domain << DOMAIN_SHIFT;
  }

  skipTo(number: number): void {
    this.facts.number = number - 1;
  }

  frame(
    view: DataView,
    start: number,
    capturedBytes: number,
    originalBytes: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    if (this.left <= 0) return;
    this.left--;
    const { facts } = this;
    facts.number++;
    // When the capture began and ended is part of what it says.
    const isFirstOrLast = facts.number === 1 || this.left === 0;
    facts.seconds = seconds;
    facts.nanoseconds = nanoseconds;
    facts.originalBytes = originalBytes;
    // Only differences of a few milliseconds matter.
    this.nowNs = (seconds % 1e6) * 1e9 + nanoseconds;
    if (this.decode === undefined) {
      if (isFirstOrLast || this.scope.breadth === "all") this.keep();
      return;
    }
    this.decode(view, start, start + capturedBytes, facts);
    facts.segment |= this.domain;
    if (this.duplicates?.isDuplicate(facts, this.nowNs) === true) return;
    if (isFirstOrLast || this.scope.breadth === "all") this.keep();
    if (this.scope.breadth === "all") return;
    if (facts.kind === FrameKind.Ipv4) this.selectPacket();
    else if (facts.kind === FrameKind.Arp) this.selectArp();
    else if (facts.kind === FrameKind.Beacon) this.selectBeacon();
  }

  /** Once all frames were seen. */
  finish(): FrameNumbers {
    this.ways.finish(this.numbers);
    this.numbers.sort();
    return this.numbers;
  }

  private keep(): void {
    this.numbers.add(this.facts.number);
  }

  private get isWide(): boolean {
    return this.scope.breadth !== "involved";
  }

  private selectArp(): void {
    const { facts, scope } = this;
    this.countUnicast();
    const concerns =
      this.isWide ||
      scope.ips.has(facts.senderIp) ||
      scope.ips.has(facts.targetIp) ||
      scope.macs.has(macKey(facts.sourceMacHigh, facts.sourceMacLow)) ||
      scope.macs.has(macKey(facts.destinationMacHigh, facts.destinationMacLow)) ||
      scope.macs.has(macKey(facts.senderMacHigh, facts.senderMacLow));
    if (!concerns) return;
    this.keep();
    this.interrupt(facts.senderIp);
    if (facts.operation === ArpOperation.Request && facts.targetIp !== facts.senderIp)
      this.interrupt(facts.targetIp);
  }

  /** Of an address that nothing is wrong with the first frames say enough. */
  private interrupt(ip: number): void {
    if (this.isWide || this.scope.ips.has(ip))
      this.ways.interrupt(this.numbers, this.addressKey(ip), this.nowNs);
  }

  private selectBeacon(): void {
    const key = macKey(this.facts.sourceMacHigh, this.facts.sourceMacLow);
    const seen = this.beacons.get(key) ?? 0;
    if (seen >= BEACONS_PER_HOST || (seen === 0 && this.beacons.size >= MOST_EVIDENCE_MAC_PAIRS)) return;
    this.beacons.set(key, seen + 1);
    this.keep();
  }

  private selectPacket(): void {
    const { facts, scope } = this;
    const from = macKey(facts.sourceMacHigh, facts.sourceMacLow);
    const to = macKey(facts.destinationMacHigh, facts.destinationMacLow);
    this.countUnicast();
    if (facts.control !== Control.None) this.selectControl();
    const stray = scope.strays.find(from, to, facts.destinationIp, facts);
    if (stray !== undefined) {
      this.keep();
      this.refusals.noteFlow(to, facts);
    }
    if (this.refusals.isFirstAnswer(from, facts)) this.keep();
    const isInvolved = this.isWide || scope.macs.has(from) || scope.macs.has(to);
    if (scope.ips.has(facts.destinationIp)) this.selectPassing(from, to);
    this.selectIpSender(from, isInvolved);
    if (facts.tunnelDepth > 0 && scope.ips.has(facts.innerDestinationIp)) {
      this.follow(WayKind.Tunnel, facts.innerDestinationIp, from, to);
    }
    if (this.isWorthFollowing(from, to, isInvolved)) {
      this.follow(WayKind.Traffic, facts.destinationIp, from, to);
    }
  }

  private follow(kind: WayKind, ip: number, from: number, to: number): void {
    const { hosts, numbers, nowNs, facts } = this;
    this.ways.note(numbers, kind, this.addressKey(ip), hosts.of(from), hosts.of(to), facts.number, nowNs);
  }

  private addressKey(ip: number): number {
    return this.segments.of(this.facts.segment) * 2 ** 32 + (ip >>> 0);
  }

  private isWorthFollowing(from: number, to: number, isInvolved: boolean): boolean {
    const { facts, scope } = this;
    if (scope.ips.has(facts.destinationIp)) return true;
    if (!isInvolved) return false;
    if (scope.onLink.has(facts.destinationIp)) return true;
    return this.isAmongFirst(from, to, facts.destinationIp);
  }

  private isAmongFirst(from: number, to: number, ip: number): boolean {
    const pair = this.hosts.of(from) * 2 ** 16 + this.hosts.of(to);
    let known = this.beyond.get(pair);
    if (known === undefined) {
      if (this.beyond.size >= MOST_EVIDENCE_MAC_PAIRS) return false;
      known = new Set();
      this.beyond.set(pair, known);
    }
    if (known.has(ip)) return true;
    const { claimants } = this.scope;
    const most = claimants.has(from) || claimants.has(to) ? WAYS_BEYOND_OF_CLAIMANT : WAYS_BEYOND;
    if (known.size >= most) return false;
    known.add(ip);
    return true;
  }

  /** Who sends from an address of the segment: its owner, or somebody who serves it. */
  private selectIpSender(from: number, isInvolved: boolean): void {
    const { sourceIp } = this.facts;
    if (!this.scope.ips.has(sourceIp) && !(isInvolved && this.scope.onLink.has(sourceIp))) return;
    this.follow(WayKind.LastPackets, sourceIp, from, 0);
  }

  /** A packet that a host got for a VIP, and the same packet as that host sends it on: so a director gives itself away. */
  private selectPassing(from: number, to: number): void {
    const { destinationIp, identification, ports, sourceIp, number } = this.facts;
    let arrivals = this.arrivals.get(destinationIp);
    if (arrivals === undefined) {
      arrivals = new Map();
      this.arrivals.set(destinationIp, arrivals);
    }
    const arrived = arrivals.get(from);
    if (
      arrived !== undefined &&
      arrived.identification === identification &&
      arrived.ports === ports &&
      arrived.sourceIp === sourceIp
    ) {
      const key = `${destinationIp},${from},${to}`;
      const seen = this.passings.get(key) ?? 0;
      if (seen < PASSINGS_KEPT && this.passings.size < MOST_EVIDENCE_PASSERS) {
        this.passings.set(key, seen + 1);
        this.numbers.add(arrived.number);
        this.keep();
      }
    }
    const arrival = arrivals.get(to);
    if (arrival !== undefined) Object.assign(arrival, { number, identification, ports, sourceIp });
    else if (arrivals.size < MOST_EVIDENCE_PASSERS)
      arrivals.set(to, { number, identification, ports, sourceIp });
  }

  private selectControl(): void {
    const { facts, scope } = this;
    if (facts.control === Control.IpvsSync) {
      this.selectSync();
      return;
    }
    if (facts.control === Control.Lease) {
      const { ip, macHigh, macLow } = facts.lease;
      if (this.isWide || scope.ips.has(ip) || scope.macs.has(macKey(macHigh, macLow))) this.keep();
      return;
    }
    this.keep();
  }

  private selectSync(): void {
    const { facts, scope } = this;
    const { connections, vips, realServers } = facts.sync;
    let tellsNews = false;
    for (let index = 0; index < connections; index++) {
      const vip = vips[index] ?? 0;
      if (!this.isWide && !scope.ips.has(vip)) continue;
      const key = `${facts.sourceIp},${vip},${realServers[index]}`;
      if (this.synced.has(key) || this.synced.size >= MOST_EVIDENCE_SYNCED_PAIRS) continue;
      this.synced.add(key);
      tellsNews = true;
    }
    if (tellsNews) this.keep();
  }

  /** What a mirror port shows of others is told by the first frames; without them it would seem to show less. */
  private countUnicast(): void {
    const { facts } = this;
    if ((facts.destinationMacHigh & 0x0100) !== 0) {
      this.selectGroupTraffic();
      return;
    }
    if (this.unicastFrames >= FIRST_UNICAST_FRAMES) return;
    this.unicastFrames++;
    this.keep();
  }

  /** Hellos of router groups. */
  private selectGroupTraffic(): void {
    const { facts } = this;
    if (facts.kind !== FrameKind.Ipv4 || facts.destinationIp >>> 28 !== 14) return;
    const from = macKey(facts.sourceMacHigh, facts.sourceMacLow);
    const port = facts.protocol === IpProtocol.Udp ? facts.ports & 0xffff : 0;
    const { hosts, numbers, nowNs } = this;
    const address = this.addressKey(facts.destinationIp);
    this.ways.note(numbers, WayKind.Hello, address, hosts.of(from), port, facts.number, nowNs);
  }
}
