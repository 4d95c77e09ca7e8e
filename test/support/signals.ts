import {
  arp,
  BROADCAST_MAC,
  EtherType,
  ethernet,
  type Host,
  ipBytes,
  ipv4,
  NO_IP,
  Protocol,
  udp,
} from "./frames.ts";

/** What clears the innocent: leases, heartbeats, hellos, and frames by which cards make themselves known. */

const REVERSE_ARP = 0x8035;
const NLB_HEARTBEAT = 0x886f;
const LOOPBACK = 0x9000;

export const DhcpType = { Discover: 1, Offer: 2, Request: 3, Ack: 5, Nak: 6 } as const;

export interface DhcpFields {
  readonly type?: number;
  /** 1 is the client's, 2 the server's. */
  readonly op?: number;
  /** Without RFC 2132's options: plain BOOTP. */
  readonly bare?: boolean;
}

/** RFC 2131: the server tells `client` that it may have its address. */
export function dhcp(
  server: Host,
  client: Host,
  { type = DhcpType.Ack, op = 2, bare = false }: DhcpFields = {},
): Buffer {
  const body = Buffer.alloc(236);
  body.set([op, 1, 6, 0]);
  body.set(ipBytes(client.ip), 16);
  body.set(Buffer.from(client.mac.replaceAll(":", ""), "hex"), 28);
  const options = bare ? Buffer.alloc(0) : Buffer.from([0x63, 0x82, 0x53, 0x63, 0, 53, 1, type, 255]);
  const isAnswer = op === 2;
  return ethernet({
    to: BROADCAST_MAC,
    from: server.mac,
    type: EtherType.Ipv4,
    payload: ipv4({
      source: server.ip,
      destination: "255.255.255.255",
      protocol: Protocol.Udp,
      payload: udp(isAnswer ? 67 : 68, isAnswer ? 68 : 67, Buffer.concat([body, options])),
    }),
  });
}

/** net/announce.c of QEMU: after a migration the switch shall learn where the card is now. */
export function reverseArp(card: Host, operation = 3): Buffer {
  const { mac } = card;
  return ethernet({
    to: BROADCAST_MAC,
    from: mac,
    type: REVERSE_ARP,
    payload: arp({ operation, senderMac: mac, senderIp: NO_IP, targetMac: mac, targetIp: NO_IP }),
  });
}

/** A heartbeat of Microsoft's NLB as Wireshark's packet-msnlb.c reads it. */
export function nlbHeartbeat(host: Host, priority: number, clusterIp: string): Buffer {
  const payload = Buffer.alloc(64);
  payload.writeUInt32LE(0xc0de01bf, 0);
  payload.writeUInt32LE(0x0201, 4);
  payload.writeUInt32LE(priority, 8);
  payload.set(ipBytes(clusterIp), 12);
  payload.set(ipBytes(host.ip), 16);
  return ethernet({ to: BROADCAST_MAC, from: host.mac, type: NLB_HEARTBEAT, payload });
}

/** alb_send_lp_vid of bond_alb.c: a slave's frame to itself. */
export function learningFrame(mac: string, to = mac): Buffer {
  return ethernet({ to, from: mac, type: LOOPBACK, payload: Buffer.alloc(46) });
}

/** An HSRP message of version 1 (RFC 2281), sent with the MAC named: 16 is the state of the active router. */
export function hsrp(
  router: Host,
  groupIp: string,
  { opcode = 0, state = 16, group = 1 }: { opcode?: number; state?: number; group?: number } = {},
): Buffer {
  const body = Buffer.from([0, opcode, state, 3, 10, 100, group, 0]);
  return ethernet({
    to: "01:00:5e:00:00:02",
    from: router.mac,
    type: EtherType.Ipv4,
    payload: ipv4({
      source: router.ip,
      destination: "224.0.0.2",
      protocol: Protocol.Udp,
      timeToLive: 1,
      payload: udp(1985, 1985, Buffer.concat([body, Buffer.alloc(8), Buffer.from(ipBytes(groupIp))])),
    }),
  });
}

export const HSRP = { port: 1985, group: "224.0.0.2", groupMac: "01:00:5e:00:00:02" };
export const GLBP = { port: 3222, group: "224.0.0.102", groupMac: "01:00:5e:00:00:66" };

/** A hello of HSRP (RFC 2281) or GLBP. */
export function hello(router: Host, { port, group, groupMac }: typeof HSRP): Buffer {
  return ethernet({
    to: groupMac,
    from: router.mac,
    type: EtherType.Ipv4,
    payload: ipv4({
      source: router.ip,
      destination: group,
      protocol: Protocol.Udp,
      timeToLive: 1,
      payload: udp(port, port, Buffer.alloc(20)),
    }),
  });
}
