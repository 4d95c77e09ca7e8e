/** Frames byte by byte, written from the protocols and by no code of src. */

export interface Host {
  readonly mac: string;
  readonly ip: string;
}

/** The cluster of the letter: its addresses, on one switch. */
export const GATEWAY: Host = { mac: "02:00:00:00:00:01", ip: "192.168.1.1" };
export const DIRECTOR: Host = { mac: "02:00:00:00:00:10", ip: "192.168.1.10" };
export const SECOND_DIRECTOR: Host = { mac: "02:00:00:00:00:20", ip: "192.168.1.20" };
export const REAL_SERVER: Host = { mac: "02:00:00:00:00:11", ip: "192.168.1.11" };
export const SECOND_REAL_SERVER: Host = { mac: "02:00:00:00:00:12", ip: "192.168.1.12" };
/** Somebody on the same switch who has no part in the cluster. */
export const NEIGHBOUR: Host = { mac: "02:00:00:00:00:50", ip: "192.168.1.50" };
export const INTRUDER: Host = { mac: "02:00:00:00:00:66", ip: "192.168.1.66" };
/** Behind the gateway: on the switch its packets carry the gateway's MAC. */
export const CLIENT: Host = { mac: "02:00:00:00:0a:0a", ip: "10.10.10.10" };
export const VIP = "192.168.1.2";

export const BROADCAST_MAC = "ff:ff:ff:ff:ff:ff";
export const NO_MAC = "00:00:00:00:00:00";
export const NO_IP = "0.0.0.0";

export const EtherType = {
  Ipv4: 0x0800,
  Arp: 0x0806,
  Vlan: 0x8100,
  ServiceVlan: 0x88a8,
  Ipv6: 0x86dd,
} as const;
export const Protocol = { Icmp: 1, IpIp: 4, Tcp: 6, Udp: 17, Gre: 47, Vrrp: 112 } as const;

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(":", ""), "hex");
}

export function ipBytes(ip: string): Buffer {
  return Buffer.from(ip.split(".").map(Number));
}

export interface VlanTag {
  /** 0 in a priority tag. */
  readonly vlan: number;
  readonly priority?: number;
  readonly type?: number;
}

export interface EthernetFields {
  readonly to: string;
  readonly from: string;
  /** Outer first. */
  readonly tags?: readonly VlanTag[];
  readonly type: number;
  readonly payload: Uint8Array;
}

/** IEEE 802.3 clause 3, with tags as in 802.1Q clause 9. */
export function ethernet({ to, from, tags = [], type, payload }: EthernetFields): Buffer {
  const tagBytes = tags.map((tag) =>
    Buffer.concat([uint16(tag.type ?? EtherType.Vlan), uint16(((tag.priority ?? 0) << 13) | tag.vlan)]),
  );
  return Buffer.concat([macBytes(to), macBytes(from), ...tagBytes, uint16(type), payload]);
}

export interface ArpFields {
  readonly hardwareType?: number;
  readonly protocolType?: number;
  readonly hardwareLength?: number;
  readonly protocolLength?: number;
  readonly operation: number;
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;
}

/** RFC 826 for Ethernet and IPv4: 28 bytes. */
export function arp(fields: ArpFields): Buffer {
  return Buffer.concat([
    uint16(fields.hardwareType ?? 1),
    uint16(fields.protocolType ?? EtherType.Ipv4),
    Buffer.from([fields.hardwareLength ?? 6, fields.protocolLength ?? 4]),
    uint16(fields.operation),
    macBytes(fields.senderMac),
    ipBytes(fields.senderIp),
    macBytes(fields.targetMac),
    ipBytes(fields.targetIp),
  ]);
}

export interface Ipv4Fields {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly payload: Uint8Array;
  /** Padded by the caller to a multiple of four bytes. */
  readonly options?: Uint8Array;
  readonly version?: number;
  /** In 32-bit words; by default what header and options need. */
  readonly headerWords?: number;
  readonly totalLength?: number;
  readonly moreFragments?: boolean;
  /** In units of 8 bytes. */
  readonly fragmentOffset?: number;
  readonly identification?: number;
  readonly timeToLive?: number;
}

/** RFC 791, section 3.1; its checksum is right, so that other tools do not complain. */
export function ipv4(fields: Ipv4Fields): Buffer {
  const { options = Buffer.alloc(0), payload, version = 4 } = fields;
  const headerBytes = 20 + options.length;
  const header = Buffer.concat([
    Buffer.from([(version << 4) | (fields.headerWords ?? headerBytes / 4), 0]),
    uint16(fields.totalLength ?? headerBytes + payload.length),
    uint16(fields.identification ?? 0),
    uint16((fields.moreFragments === true ? 0x2000 : 0) | (fields.fragmentOffset ?? 0)),
    Buffer.from([fields.timeToLive ?? 64, fields.protocol]),
    uint16(0),
    ipBytes(fields.source),
    ipBytes(fields.destination),
    options,
  ]);
  header.writeUInt16BE(internetChecksum(header), 10);
  return Buffer.concat([header, payload]);
}

/** RFC 768; a checksum of zero says that there is none. */
export function udp(
  sourcePort: number,
  destinationPort: number,
  payload: Uint8Array = Buffer.alloc(8),
): Buffer {
  return Buffer.concat([
    uint16(sourcePort),
    uint16(destinationPort),
    uint16(8 + payload.length),
    uint16(0),
    payload,
  ]);
}

/** RFC 2003: `packet` inside another one from one tunnel end to the other. */
export function ipip(source: string, destination: string, packet: Uint8Array): Buffer {
  return ipv4({ source, destination, protocol: Protocol.IpIp, payload: packet });
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** RFC 1071. */
export function internetChecksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
