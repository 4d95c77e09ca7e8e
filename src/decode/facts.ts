/** What a frame turned out to be. */
export const FrameKind = { Other: 0, Arp: 1, Ipv4: 2, Malformed: 3 } as const;
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
} as const;
export type Anomaly = (typeof Anomaly)[keyof typeof Anomaly];

export const ArpOperation = { Request: 1, Reply: 2 } as const;

export const IpProtocol = { Icmp: 1, IpIp: 4, Tcp: 6, Udp: 17 } as const;

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

  destinationMacHigh = 0;
  destinationMacLow = 0;
  sourceMacHigh = 0;
  sourceMacLow = 0;
  etherType = 0;
  /** The broadcast domain: 0 untagged, else the VLAN identifier, with QinQ's outer one 12 bits further up. */
  segment = 0;

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
  /** Source port in the upper, destination port in the lower 16 bits; 0 where there are none or they were not captured. */
  ports = 0;
  /** Tunnel headers between the outer and the innermost IPv4 header; 0 where the packet is not tunnelled. */
  tunnelDepth = 0;
  innerSourceIp = 0;
  innerDestinationIp = 0;
}
