import {
  arp,
  BROADCAST_MAC,
  EtherType,
  ethernet,
  type Host,
  ipip,
  ipv4,
  NO_IP,
  NO_MAC,
  Protocol,
  udp,
  type VlanTag,
} from "./frames.ts";
import type { CapturedFrame } from "./pcap.ts";

/** What hosts say to each other, as frames. */

const REQUEST = 1;
const REPLY = 2;

/** A frame at a moment, in milliseconds since the capture began. */
export function at(milliseconds: number, bytes: Uint8Array): CapturedFrame {
  return { atNs: Math.round(milliseconds * 1e6), bytes };
}

interface Tagged {
  readonly tags?: readonly VlanTag[];
}

export interface Asking extends Tagged {
  /** The sender address; by default the asker's own. */
  readonly tell?: string;
  /** Who alone gets to hear it: a unicast request. */
  readonly only?: Host;
  /** All zero as a kernel asks, unless said otherwise. */
  readonly targetMac?: string;
}

/** `who-has ip tell ...`, as the kernel of `asker` asks it. */
export function whoHas(ip: string, asker: Host, asking: Asking = {}): Buffer {
  return ethernet({
    to: asking.only?.mac ?? BROADCAST_MAC,
    from: asker.mac,
    type: EtherType.Arp,
    ...(asking.tags && { tags: asking.tags }),
    payload: arp({
      operation: REQUEST,
      senderMac: asker.mac,
      senderIp: asking.tell ?? asker.ip,
      targetMac: asking.targetMac ?? NO_MAC,
      targetIp: ip,
    }),
  });
}

/** As arping and arp-scan ask: from a socket of their own, with a broadcast target MAC. */
export function arping(ip: string, asker: Host): Buffer {
  return whoHas(ip, asker, { targetMac: BROADCAST_MAC });
}

/** RFC 5227: is anybody using this address? Says nothing of the asker. */
export function probe(ip: string, asker: Host): Buffer {
  return whoHas(ip, asker, { tell: NO_IP });
}

export interface Answering extends Tagged {
  /** The address that the answer is meant for, where it is not the receiver's own. */
  readonly toIp?: string;
  /** The MAC in the answer, where it is not the sender's own. */
  readonly mac?: string;
}

/** `ip is-at ...`, sent to `receiver` alone. */
export function isAt(ip: string, sender: Host, receiver: Host, answering: Answering = {}): Buffer {
  return ethernet({
    to: receiver.mac,
    from: sender.mac,
    type: EtherType.Arp,
    ...(answering.tags && { tags: answering.tags }),
    payload: arp({
      operation: REPLY,
      senderMac: answering.mac ?? sender.mac,
      senderIp: ip,
      targetMac: receiver.mac,
      targetIp: answering.toIp ?? receiver.ip,
    }),
  });
}

export interface Announcing extends Tagged {
  readonly as?: "request" | "reply";
  readonly targetMac?: string;
}

/** Gratuitous ARP: `ip` announced to everybody, as keepalived and `arping -U` do unless said otherwise. */
export function announcement(ip: string, sender: Host, announcing: Announcing = {}): Buffer {
  return ethernet({
    to: BROADCAST_MAC,
    from: sender.mac,
    type: EtherType.Arp,
    ...(announcing.tags && { tags: announcing.tags }),
    payload: arp({
      operation: announcing.as === "reply" ? REPLY : REQUEST,
      senderMac: sender.mac,
      senderIp: ip,
      targetMac: announcing.targetMac ?? BROADCAST_MAC,
      targetIp: ip,
    }),
  });
}

export interface Sending extends Tagged {
  readonly source?: string;
  readonly destination?: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly identification?: number;
  readonly timeToLive?: number;
}

/** A UDP packet from card to card; the addresses are the hosts' own unless the packet is only passed on. */
export function packet(sender: Host, receiver: Host, sending: Sending = {}): Buffer {
  return ethernet({
    to: receiver.mac,
    from: sender.mac,
    type: EtherType.Ipv4,
    ...(sending.tags && { tags: sending.tags }),
    payload: datagram(sender, receiver, sending),
  });
}

/** The same packet wrapped by `sender` for `receiver`, as a director tunnels it to a real server. */
export function tunnelled(sender: Host, receiver: Host, sending: Sending = {}): Buffer {
  return ethernet({
    to: receiver.mac,
    from: sender.mac,
    type: EtherType.Ipv4,
    payload: ipip(sender.ip, receiver.ip, datagram(sender, receiver, sending)),
  });
}

function datagram(sender: Host, receiver: Host, sending: Sending): Buffer {
  return ipv4({
    source: sending.source ?? sender.ip,
    destination: sending.destination ?? receiver.ip,
    protocol: Protocol.Udp,
    ...(sending.identification !== undefined && { identification: sending.identification }),
    ...(sending.timeToLive !== undefined && { timeToLive: sending.timeToLive }),
    payload: udp(sending.sourcePort ?? 40_000, sending.destinationPort ?? 80),
  });
}
