import { NotAnalysed } from "./not-analysed.ts";

/** What a frame turned out to be. */
export const FrameKind = { Other: 0, Arp: 1, Ipv4: 2, Malformed: 3, Beacon: 4 } as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** Why a frame is `Malformed`: a layer claims more than was captured, or says what its protocol does not allow. */
export const Anomaly = {
  None: 0,
  TruncatedEthernet: 1,
  TruncatedVlan: 2,
  TruncatedArp: 3,
  ForeignArp: 4,
  UnknownArpOperation: 5,
  TruncatedIpv4: 6,
  CorruptIpv4: 7,
  /** A link layer other than Ethernet. */
  TruncatedLinkHeader: 8,
  /** The frame inside is of a link layer that is not understood, or the header is not what its link type promises. */
  ForeignLinkLayer: 9,
  BadFrameCheckSequence: 10,
} as const;
export type Anomaly = (typeof Anomaly)[keyof typeof Anomaly];

/** Which cards a frame's link layer names: from whom to whom it goes, from whom only, or nobody. */
export const LinkAddresses = { Both: 0, SenderOnly: 1, None: 2 } as const;
export type LinkAddresses = (typeof LinkAddresses)[keyof typeof LinkAddresses];

/** sll_pkttype of packet(7), where the capturing kernel noted it in place of the destination. */
export const PacketType = {
  ToUs: 0,
  Broadcast: 1,
  Multicast: 2,
  ToOther: 3,
  Outgoing: 4,
  Unknown: -1,
} as const;
export type PacketType = (typeof PacketType)[keyof typeof PacketType];

/** How a frame went through the air, if it did: from a station, or sent on by an access point; and who can read it. */
export const Air = { Wired: 0, FromStation: 1, FromAccessPoint: 2, Encrypted: 3 } as const;
export type Air = (typeof Air)[keyof typeof Air];

export const ArpOperation = { Request: 1, Reply: 2 } as const;

/** The RST bit of `FrameFacts.tcpFlags` (RFC 9293, section 3.1). */
export const TCP_RST = 0x04;

export const IpProtocol = { Icmp: 1, IpIp: 4, Tcp: 6, Udp: 17, Gre: 47, Vrrp: 112 } as const;

/** What an IPv4 packet says about roles, where that is its purpose. */
export const Control = { None: 0, Vrrp: 1, Carp: 2, IpvsSync: 3, Lease: 4, Hsrp: 5 } as const;
export type Control = (typeof Control)[keyof typeof Control];

/** Frames by which a card or a cluster makes itself known below IP. */
export const Beacon = { ReverseArp: 0, NlbHeartbeat: 1, LearningFrame: 2 } as const;
export type Beacon = (typeof Beacon)[keyof typeof Beacon];

/** An address that a DHCP or BOOTP server granted, and the card that it granted it to. */
export class Lease {
  ip = 0;
  macHigh = 0;
  macLow = 0;
}

/** A VRRP advertisement; reused like the facts that hold it. */
export class VrrpAdvert {
  version = 0;
  /** VRID, or CARP's VHID. */
  virtualRouterId = 0;
  /** 0 resigns, 255 owns the addresses (RFC 9568, section 5.2.4). */
  priority = 0;
  /** How often its sender says that it advertises. */
  intervalMs = 0;
  addressCount = 0;
  readonly addresses = new Int32Array(255);
}

/** One datagram holds fewer; more would be a forger's. */
export const SYNC_MOST_CONNECTIONS = 255;

/** Connections of an IPVS synchronisation message, in parallel columns; reused like the facts that hold it. */
export class SyncMessage {
  connections = 0;
  readonly vips = new Int32Array(SYNC_MOST_CONNECTIONS);
  readonly realServers = new Int32Array(SYNC_MOST_CONNECTIONS);
  /** IP_VS_CONN_F_FWD_MASK: 0 masquerading, 1 local node, 2 tunnelling, 3 direct routing, 4 bypass. */
  readonly forwarding = new Uint8Array(SYNC_MOST_CONNECTIONS);
}

/**
 * What one frame says, in integers. One record is reused for all frames: its fields hold until the next frame, and
 * only those of the frame's `kind` mean anything.
 *
 * A MAC is its upper 16 and lower 32 bits, an IPv4 address 32 bits; 32-bit values are signed, because V8 keeps those
 * without a heap allocation.
 */
export class FrameFacts {
  /** Index of the capture in the order given. */
  capture = 0;
  /** 1-based, as Wireshark counts. */
  number = 0;
  seconds = 0;
  nanoseconds = 0;
  originalBytes = 0;

  kind: FrameKind = FrameKind.Other;
  anomaly: Anomaly = Anomaly.None;
  /** What it holds that no decoder looks into; set back by the caller before a frame is decoded. */
  notAnalysed: NotAnalysed = NotAnalysed.Nothing;

  /** Set by decoders of other link layers than Ethernet; whoever changes the decoder sets it back to `Both`. */
  linkAddresses: LinkAddresses = LinkAddresses.Both;
  packetType: PacketType = PacketType.Unknown;
  /** Of the capturing machine; 0 where it is not known. */
  interfaceIndex = 0;
  air: Air = Air.Wired;
  /** IEEE 802.11's sequence control field, and whether the frame is marked as sent again; where `air` is not `Wired`. */
  airSequence = 0;
  airRetry = false;

  /** Not known where `linkAddresses` is not `Both`; then it has the group bit, so that it is nobody's. */
  destinationMacHigh = 0;
  destinationMacLow = 0;
  sourceMacHigh = 0;
  sourceMacLow = 0;
  /**
   * The broadcast domain: 0 untagged, else the VLAN identifier, with QinQ's outer one 12 bits further up; above them, in
   * bits 24 to 29, a number of the capturing machine's further interfaces, and in bit 30 whether it is a backbone service.
   */
  segment = 0;

  /** Whether the packet came in LLC and SNAP on a link where Ethernet's own header would have told its type. */
  isSnap = false;

  operation = 0;
  senderMacHigh = 0;
  senderMacLow = 0;
  senderIp = 0;
  targetMacHigh = 0;
  targetMacLow = 0;
  targetIp = 0;

  sourceIp = 0;
  destinationIp = 0;
  protocol = 0;
  identification = 0;
  ttl = 0;
  /** Source port in the upper, destination port in the lower 16 bits; 0 where there are none or they were not captured. */
  ports = 0;
  /** RFC 9293, section 3.1; 0 where the packet is no TCP or they were not captured. */
  tcpFlags = 0;
  /** Whether this is an ICMP destination unreachable that quotes the packet it is about. */
  refuses = false;
  /** The quoted packet's, where `refuses`. */
  refusedSourceIp = 0;
  refusedDestinationIp = 0;
  refusedProtocol = 0;
  /** As `ports`. */
  refusedPorts = 0;
  /** Tunnel headers between the outer and the innermost IPv4 header; 0 where the packet is not tunnelled. */
  tunnelDepth = 0;
  innerSourceIp = 0;
  innerDestinationIp = 0;

  /** Of a `Beacon`: a RARP frame's card is the sender MAC, an NLB heartbeat's cluster the sender IP. */
  beacon: Beacon = Beacon.ReverseArp;

  /** Which of the records below holds something. */
  control: Control = Control.None;
  readonly advert = new VrrpAdvert();
  readonly sync = new SyncMessage();
  readonly lease = new Lease();
}
