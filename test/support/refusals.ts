import { EtherType, ethernet, type Host, ipv4, Protocol, udp, uint16 } from "./frames.ts";

/** TCP segments, and the ICMP message of a host where nobody listens, byte by byte. */

export const TcpFlag = { Syn: 0x02, Rst: 0x04, Ack: 0x10 } as const;

export interface Segment {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly flags: number;
}

/** RFC 9293, section 3.1, without options. */
export function tcpSegment(sender: Host, receiver: Host, segment: Segment): Buffer {
  const payload = Buffer.concat([
    uint16(segment.sourcePort),
    uint16(segment.destinationPort),
    Buffer.alloc(8),
    Buffer.from([0x50, segment.flags]),
    uint16(0xffff),
    Buffer.alloc(4),
  ]);
  return inEthernet(sender, receiver, segment, Protocol.Tcp, payload);
}

/** RFC 792: port unreachable, about a UDP packet from the client's port to the VIP's port 80. */
export function portUnreachable(
  sender: Host,
  receiver: Host,
  about: { readonly client: string; readonly clientPort: number; readonly vip: string },
): Buffer {
  const quoted = ipv4({
    source: about.client,
    destination: about.vip,
    protocol: Protocol.Udp,
    payload: udp(about.clientPort, 80),
  });
  const payload = Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(6), quoted.subarray(0, 28)]);
  return inEthernet(
    sender,
    receiver,
    { source: about.vip, destination: about.client },
    Protocol.Icmp,
    payload,
  );
}

function inEthernet(
  sender: Host,
  receiver: Host,
  { source, destination }: Pick<Segment, "source" | "destination">,
  protocol: number,
  payload: Uint8Array,
): Buffer {
  return ethernet({
    to: receiver.mac,
    from: sender.mac,
    type: EtherType.Ipv4,
    payload: ipv4({ source, destination, protocol, payload }),
  });
}
