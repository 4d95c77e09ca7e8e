import { ArpOperation, type FrameFacts, FrameKind, PacketType } from "../../decode/facts.ts";
import { MOST_DOMAINS, MOST_MACS_OF_MACHINE, MOST_NUMBERED_INTERFACES } from "../../limits.ts";
import { DOMAIN_SHIFT } from "../base/segment.ts";
import { isGroupMac } from "../base/station.ts";

export interface Mac {
  readonly macHigh: number;
  readonly macLow: number;
}

/**
 * The capturing machine's own interfaces: to which broadcast domain each leads, and which MAC it has.
 *
 * The first one seen stands for the network that a capture of a single interface would show. Without an interface's index
 * all are one.
 */
export class Interfaces {
  private readonly domains = new Map<number, number>();
  private readonly macs = new Map<number, Mac>();
  private readonly own = new Map<number, Mac>();
  private readonly arrived = new Set<number>();
  /** By a neighbour's MAC the own one that it knows, where no index tells the interface. */
  private readonly facing = new Map<number, Mac>();
  private readonly claimedNetworks = new Set<number>();
  private domainCount = 0;
  /** Another one whenever something was learnt by which further frames may be understood otherwise. */
  version = 0;

  /** The part of `FrameFacts.segment` that stands for the interface. */
  segmentOf(interfaceIndex: number): number {
    if (interfaceIndex === 0) return 0;
    let domain = this.domains.get(interfaceIndex);
    if (domain === undefined) {
      domain = Math.min(this.domainCount, MOST_DOMAINS - 1);
      if (this.domains.size < MOST_NUMBERED_INTERFACES) {
        this.domains.set(interfaceIndex, domain);
        this.domainCount++;
        this.version++;
      }
    }
    return domain << DOMAIN_SHIFT;
  }

  /** A further network of a capture that tells its interfaces in another way; @returns as `segmentOf` does */
  openDomain(): number {
    // The first one is the one that goes without a number as long as it is the only one.
    this.domainCount = Math.max(this.domainCount, 1);
    return Math.min(this.domainCount++, MOST_DOMAINS - 1) << DOMAIN_SHIFT;
  }

  /** Both are on one broadcast domain: from here on what either shows is said of it. */
  join(interfaceIndex: number, other: number): void {
    if (interfaceIndex === 0 || interfaceIndex === other) return;
    const domain = this.domains.get(other) ?? 0;
    const before = this.domains.get(interfaceIndex);
    if (before === domain) return;
    this.version++;
    if (before === undefined) {
      if (this.domains.size < MOST_NUMBERED_INTERFACES) this.domains.set(interfaceIndex, domain);
      return;
    }
    for (const [index, known] of this.domains) if (known === before) this.domains.set(index, domain);
  }

  /**
   * Learns the machine's own MACs: it sends from them, and nobody else does.
   *
   * @returns whether the frame's sender is the machine itself
   */
  noteSender(facts: FrameFacts): boolean {
    const { interfaceIndex } = facts;
    const mac = { macHigh: facts.sourceMacHigh, macLow: facts.sourceMacLow };
    const key = keyOf(mac);
    // A frame that arrived and leaves again is bridged, and its sender another machine.
    const isOwn = facts.packetType === PacketType.Outgoing && !this.arrived.has(key);
    if (!isOwn) {
      if (this.arrived.size < MOST_MACS_OF_MACHINE && !this.arrived.has(key)) {
        this.arrived.add(key);
        this.version++;
      }
      if (this.own.delete(key)) this.version++;
    } else if (this.own.size < MOST_MACS_OF_MACHINE) {
      if (!this.own.has(key)) this.version++;
      this.own.set(key, mac);
      const known = this.macs.get(interfaceIndex);
      const isNew = known === undefined && this.macs.size < MOST_NUMBERED_INTERFACES;
      if (isNew || (known !== undefined && !this.own.has(keyOf(known)))) {
        this.macs.set(interfaceIndex, mac);
        this.version++;
      }
    }
    if (interfaceIndex === 0) this.noteFacing(facts, mac);
    return isOwn;
  }

  noteClaim({ segment, senderIp }: FrameFacts): void {
    if (senderIp !== 0 && this.claimedNetworks.size < MOST_MACS_OF_MACHINE) {
      this.claimedNetworks.add(networkKey(segment, senderIp));
    }
  }

  /** Whether an address of the same /24 was claimed on the interface's network; false where all interfaces are one. */
  hasClaimNear(segment: number, ip: number): boolean {
    return this.isNumbered(segment) && this.claimedNetworks.has(networkKey(segment, ip));
  }

  /** Whether the segment is one of interfaces that the capture tells apart. */
  isNumbered(segment: number): boolean {
    return (segment >>> DOMAIN_SHIFT) % MOST_DOMAINS < this.domainCount;
  }

  isOwn(mac: Mac): boolean {
    return this.own.has(keyOf(mac));
  }

  /** The own MAC at which a frame to the machine arrived; null where it is not known. */
  receiverOf({ interfaceIndex, sourceMacHigh, sourceMacLow }: FrameFacts): Mac | null {
    if (interfaceIndex !== 0) return this.macs.get(interfaceIndex) ?? null;
    const facing = this.facing.get(keyOf({ macHigh: sourceMacHigh, macLow: sourceMacLow }));
    const [only, another] = this.own.values();
    return facing ?? (another === undefined ? (only ?? null) : null);
  }

  private noteFacing(facts: FrameFacts, sender: Mac): void {
    if (facts.kind !== FrameKind.Arp || facts.operation !== ArpOperation.Reply) return;
    const target = { macHigh: facts.targetMacHigh, macLow: facts.targetMacLow };
    if (isGroupMac(target.macHigh) || this.facing.size >= MOST_MACS_OF_MACHINE) return;
    if (facts.packetType === PacketType.Outgoing) this.face(target, sender);
    else if (facts.packetType === PacketType.ToUs) this.face(sender, target);
  }

  private face(neighbour: Mac, own: Mac): void {
    const key = keyOf(neighbour);
    const known = this.facing.get(key);
    if (known?.macHigh === own.macHigh && known.macLow === own.macLow) return;
    this.facing.set(key, own);
    this.version++;
  }
}

function keyOf({ macHigh, macLow }: Mac): number {
  return macHigh * 2 ** 32 + (macLow >>> 0);
}

function networkKey(segment: number, ip: number): number {
  return (segment >>> 0) * 2 ** 24 + (ip >>> 8);
}
