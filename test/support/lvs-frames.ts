import { EtherType, ethernet, type Host, ipBytes, ipv4, Protocol, udp, uint16 } from "./frames.ts";

/** What directors tell each other, and the tunnels of LVS besides IP in IP, byte by byte. */

export interface VrrpFields {
  readonly version?: 2 | 3;
  readonly virtualRouterId?: number;
  readonly priority?: number;
  readonly addresses: readonly string[];
}

/** RFC 9568, section 5.1, and RFC 3768 for version 2, which ends in authentication data. */
export function vrrp({ version = 2, virtualRouterId = 51, priority = 100, addresses }: VrrpFields): Buffer {
  return Buffer.concat([
    Buffer.from([(version << 4) | 1, virtualRouterId, priority, addresses.length]),
    version === 2 ? Buffer.from([0, 1]) : uint16(100),
    uint16(0),
    ...addresses.map(ipBytes),
    Buffer.alloc(version === 2 ? 8 : 0),
  ]);
}

/** OpenBSD's ip_carp.h: 36 bytes that begin as VRRP does, and name no address. */
export function carp(virtualHostId: number): Buffer {
  return Buffer.concat([Buffer.from([0x21, virtualHostId, 0, 7, 0, 1]), Buffer.alloc(30)]);
}

/** A packet of protocol 112 to the group of VRRP and CARP. */
export function advertisement(sender: Host, payload: Uint8Array): Buffer {
  return ethernet({
    to: "01:00:5e:00:00:12",
    from: sender.mac,
    type: EtherType.Ipv4,
    payload: ipv4({
      source: sender.ip,
      destination: "224.0.0.18",
      protocol: Protocol.Vrrp,
      timeToLive: 255,
      payload,
    }),
  });
}

export interface SyncedConnection {
  readonly client: string;
  readonly vip: string;
  readonly realServer: string;
  /** IP_VS_CONN_F_FWD_MASK: 0 masquerading, 1 local, 2 tunnelling, 3 direct routing. */
  readonly forwarding: number;
  /** Options behind the entry, in version 1. */
  readonly options?: Uint8Array;
}

/** `struct ip_vs_sync_mesg` of net/netfilter/ipvs/ip_vs_sync.c. */
export function syncV1(connections: readonly SyncedConnection[]): Buffer {
  const entries = connections.map(({ client, vip, realServer, forwarding, options = Buffer.alloc(0) }) => {
    const padding = Buffer.alloc((4 - (options.length % 4)) % 4);
    return Buffer.concat([
      Buffer.from([0, 6]),
      uint16(36 + options.length),
      Buffer.from([0, 0, 0, forwarding]),
      uint16(0),
      uint16(40_000),
      uint16(80),
      uint16(80),
      Buffer.alloc(8),
      ipBytes(client),
      ipBytes(vip),
      ipBytes(realServer),
      options,
      padding,
    ]);
  });
  const body = Buffer.concat(entries);
  return Buffer.concat([
    Buffer.from([0, 1]),
    uint16(8 + body.length),
    Buffer.from([connections.length, 1, 0, 0]),
    body,
  ]);
}

/** `struct ip_vs_sync_mesg_v0`, older kernels'. */
export function syncV0(connections: readonly SyncedConnection[]): Buffer {
  const entries = connections.map(({ client, vip, realServer, forwarding }) =>
    Buffer.concat([
      Buffer.from([0, 6]),
      uint16(40_000),
      uint16(80),
      uint16(80),
      ipBytes(client),
      ipBytes(vip),
      ipBytes(realServer),
      uint16(forwarding),
      uint16(0),
    ]),
  );
  const body = Buffer.concat(entries);
  return Buffer.concat([Buffer.from([connections.length, 1]), uint16(4 + body.length), body]);
}

/** A synchronisation message to the group of IPVS. */
export function synchronisation(master: Host, message: Uint8Array): Buffer {
  return ethernet({
    to: "01:00:5e:00:00:51",
    from: master.mac,
    type: EtherType.Ipv4,
    payload: ipv4({
      source: master.ip,
      destination: "224.0.0.81",
      protocol: Protocol.Udp,
      timeToLive: 1,
      payload: udp(8848, 8848, message),
    }),
  });
}

/** RFC 2784 with or without a checksum. */
export function gre(source: string, destination: string, packet: Uint8Array, withChecksum = false): Buffer {
  const header = Buffer.concat([
    uint16(withChecksum ? 0x8000 : 0),
    uint16(0x0800),
    Buffer.alloc(withChecksum ? 4 : 0),
  ]);
  return ipv4({ source, destination, protocol: Protocol.Gre, payload: Buffer.concat([header, packet]) });
}

/** draft-ietf-intarea-gue, as ip_vs_gue_encap writes it; with remote checksum offload eight bytes more. */
export function gue(source: string, destination: string, packet: Uint8Array, withOffload = false): Buffer {
  const header = withOffload
    ? Buffer.from([0x02, 4, 0x00, 0x01, 0x80, 0, 0, 0, 0, 20, 0, 26])
    : Buffer.from([0x00, 4, 0x00, 0x00]);
  const payload = udp(50_000, 6080, Buffer.concat([header, packet]));
  return ipv4({ source, destination, protocol: Protocol.Udp, payload });
}
