import { ArpOperation, type FrameFacts, FrameKind, LinkAddresses, PacketType } from "../../decode/facts.ts";
import { BROADCAST_MAC_HIGH, BROADCAST_MAC_LOW, setDestination } from "../../decode/link-addresses.ts";
import { isGroupMac, type Station, type StationTable } from "../base/station.ts";
import type { CacheTable } from "../caches/cache-table.ts";
import { hasFailedProbe, type NeighbourTimers } from "../caches/models/model.ts";
import { InterfaceDuplicates } from "../duplicates/interface-duplicates.ts";
import { Interfaces } from "./interfaces.ts";
import type { Vantage } from "./vantage.ts";

/**
 * Frames whose link layer names their sender only: who received them, as far as anything else tells.
 *
 * Where `-i any` was given to tcpdump the kernel notes whether a frame came to the machine itself. Whose MAC that is shows
 * in what the machine sends, and an ARP reply names its receiver in its target. Where the machine's own packets went is
 * nowhere to be seen: such a frame keeps a destination that is no station's, and so proves nothing of any cache.
 */
export class UnnamedReceivers {
  private readonly stations: StationTable;
  private readonly vantage: Vantage;
  private readonly caches: CacheTable;
  private readonly timers: NeighbourTimers;
  readonly interfaces = new Interfaces();
  readonly duplicates = new InterfaceDuplicates();

  /** @param timers of the chosen model: whom a kernel of it asks */
  constructor(stations: StationTable, vantage: Vantage, caches: CacheTable, timers: NeighbourTimers) {
    this.stations = stations;
    this.vantage = vantage;
    this.caches = caches;
    this.timers = timers;
  }

  /**
   * Puts the frame into the broadcast domain of its interface, where that is told, and finds its receiver.
   *
   * @returns whether the frame has anything to tell: one without any MAC has not, nor has an IPv4 packet seen again on
   * another interface of the machine
   */
  complete(facts: FrameFacts): boolean {
    if (facts.linkAddresses === LinkAddresses.None) {
      if (facts.kind === FrameKind.Ipv4) this.vantage.noteWithoutMacs(facts);
      return false;
    }
    if (facts.linkAddresses === LinkAddresses.Both) {
      facts.segment |= this.interfaces.segmentOf(facts.interfaceIndex);
      if (facts.kind === FrameKind.Arp) this.interfaces.noteClaim(facts);
      return true;
    }
    const isUnderstood =
      facts.kind === FrameKind.Arp || facts.kind === FrameKind.Ipv4 || facts.kind === FrameKind.Beacon;
    if (!isUnderstood || (facts.sourceMacHigh === 0 && facts.sourceMacLow === 0)) return false;
    const original = this.duplicates.originalOf(facts);
    if (original !== null) {
      // A router's other side never carries the same frame: so these two are one broadcast domain.
      this.interfaces.join(facts.interfaceIndex, original.interfaceIndex);
      if (facts.kind === FrameKind.Ipv4) return false;
      facts.segment = original.segment;
      setDestination(facts, original.destinationMacHigh, original.destinationMacLow);
      return true;
    }
    facts.segment |= this.interfaces.segmentOf(facts.interfaceIndex);
    if (isGroupMac(facts.sourceMacHigh)) return true;
    if (this.interfaces.noteSender(facts)) {
      const machine = this.stations.of(facts.segment, facts.sourceMacHigh, facts.sourceMacLow);
      this.vantage.noteMachine(facts.capture, machine);
    }
    this.findReceiver(facts);
    if (facts.kind === FrameKind.Arp) this.interfaces.noteClaim(facts);
    this.rememberFrame(facts);
    return true;
  }

  /**
   * Whether a frame for a VIP to this station tells that its sender looked the VIP up. What arrives at a router's other
   * interfaces does not; that the VIP is on the interface's own network shows by the addresses claimed there.
   */
  mayBeLookedUp(receiver: Station, ip: number): boolean {
    const { interfaces } = this;
    const mayBeElsewhere = interfaces.isOwn(receiver) || interfaces.isNumbered(receiver.segment);
    return !mayBeElsewhere || interfaces.hasClaimNear(receiver.segment, ip);
  }

  private rememberFrame(facts: FrameFacts): void {
    if (facts.kind === FrameKind.Beacon) return;
    const { interfaceIndex, segment, destinationMacHigh, destinationMacLow } = facts;
    this.duplicates.remember(interfaceIndex, segment, destinationMacHigh, destinationMacLow);
  }

  private findReceiver(facts: FrameFacts): void {
    const { packetType } = facts;
    if (packetType === PacketType.Broadcast || packetType === PacketType.Multicast) return;
    if (facts.kind === FrameKind.Arp) this.findReceiverOfArp(facts);
    else if (packetType === PacketType.ToUs) this.sendToUs(facts);
  }

  private findReceiverOfArp(facts: FrameFacts): void {
    const isReply = facts.operation === ArpOperation.Reply;
    const announces = facts.senderIp === facts.targetIp;
    const namesTarget = (facts.targetMacHigh | facts.targetMacLow) !== 0 && !isGroupMac(facts.targetMacHigh);
    if (facts.packetType === PacketType.ToUs) {
      if (isReply && namesTarget && !announces) sendTo(facts, facts.targetMacHigh, facts.targetMacLow);
      else if (!this.sendToUs(facts)) sendToAll(facts);
    } else if (announces || (isReply && !namesTarget)) {
      sendToAll(facts);
    } else if (namesTarget) {
      // A kernel's reply goes to its target; a tool that names a target in a request means that one.
      sendTo(facts, facts.targetMacHigh, facts.targetMacLow);
    } else {
      this.sendAsKernelsAsk(facts);
    }
  }

  /** `arp_solicit`: to the MAC that the cache holds until `ucast_probes` such requests went unanswered, else to everybody. */
  private sendAsKernelsAsk(facts: FrameFacts): void {
    const asker = this.stations.get(facts.segment, facts.sourceMacHigh, facts.sourceMacLow);
    const entry = asker && this.caches.entry(asker, facts.targetIp);
    if (entry === undefined || entry.owner === null || hasFailedProbe(entry, this.timers)) sendToAll(facts);
    else sendTo(facts, entry.owner.macHigh, entry.owner.macLow);
  }

  /** @returns whether it is known by which MAC the machine received the frame */
  private sendToUs(facts: FrameFacts): boolean {
    const own = this.interfaces.receiverOf(facts);
    if (own === null) return false;
    sendTo(facts, own.macHigh, own.macLow);
    return true;
  }
}

function sendTo(facts: FrameFacts, macHigh: number, macLow: number): void {
  setDestination(facts, macHigh, macLow);
}

function sendToAll(facts: FrameFacts): void {
  setDestination(facts, BROADCAST_MAC_HIGH, BROADCAST_MAC_LOW);
}
