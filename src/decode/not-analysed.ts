/**
 * What a frame holds that no decoder looks into. Each may carry ARP, or IPv6's counterpart of it, so a report names and
 * counts it.
 */
export const NotAnalysed = {
  Nothing: 0,
  NeighbourDiscovery: 1,
  Ipv6: 2,
  Vxlan: 3,
  Geneve: 4,
  EthernetInGre: 5,
  Erspan: 6,
  Tzsp: 7,
  Mpls: 8,
  Pppoe: 9,
  EtherIp: 10,
  L2tp: 11,
  Ipv6InIpv4: 12,
  PortTag: 13,
  VlanStack: 14,
  EncryptedAir: 15,
} as const;
export type NotAnalysed = (typeof NotAnalysed)[keyof typeof NotAnalysed];

/** How many kinds there are, `Nothing` among them. */
export const NOT_ANALYSED_KINDS = 16;

const ETHER_TYPES: ReadonlyMap<number, NotAnalysed> = new Map<number, NotAnalysed>([
  [0x86dd, NotAnalysed.Ipv6],
  [0x8847, NotAnalysed.Mpls],
  [0x8848, NotAnalysed.Mpls],
  [0x8864, NotAnalysed.Pppoe],
  // Cisco metadata, VN-Tag, E-Tag (IEEE 802.1BR): tags of a switch, before the frame's own type.
  [0x8909, NotAnalysed.PortTag],
  [0x8926, NotAnalysed.PortTag],
  [0x893f, NotAnalysed.PortTag],
  // A VLAN tag here is deeper than any that is followed.
  [0x8100, NotAnalysed.VlanStack],
  [0x88a8, NotAnalysed.VlanStack],
  [0x9100, NotAnalysed.VlanStack],
]);

/** RFC 8200, section 3: next header 6 · hop limit 7 · header 40 bytes. */
const IPV6_HEADER_BYTES = 40;
const IPV6_NEXT_HEADER = 6;
const ICMPV6 = 58;
/** Router solicitation to redirect (RFC 4861, section 4). */
const FIRST_DISCOVERY_TYPE = 133;
const LAST_DISCOVERY_TYPE = 137;

/** What an ethertype without a decoder announces at `start..end` of `view`. */
export function ofEtherType(view: DataView, start: number, end: number, etherType: number): NotAnalysed {
  const kind = ETHER_TYPES.get(etherType) ?? NotAnalysed.Nothing;
  return kind === NotAnalysed.Ipv6 ? ofIpv6(view, start, end) : kind;
}

/** Neighbour discovery has no extension header but those that stacks refuse it with (RFC 6980). */
export function ofIpv6(view: DataView, start: number, end: number): NotAnalysed {
  if (end - start <= IPV6_HEADER_BYTES || view.getUint8(start + IPV6_NEXT_HEADER) !== ICMPV6)
    return NotAnalysed.Ipv6;
  const type = view.getUint8(start + IPV6_HEADER_BYTES);
  return type >= FIRST_DISCOVERY_TYPE && type <= LAST_DISCOVERY_TYPE
    ? NotAnalysed.NeighbourDiscovery
    : NotAnalysed.Ipv6;
}

const IPV6_IN_IPV4 = 41;
const GRE = 47;
const ETHER_IP = 97;
const L2TP = 115;
/** RFC 1701 and 7637: transparent Ethernet bridging, NVGRE included. 0x6400 is MikroTik's EoIP. */
const GRE_ETHERNET = 0x6558;
const GRE_EOIP = 0x6400;
/** ERSPAN types I and II share one, type III has the other. */
const GRE_ERSPAN = 0x88be;
const GRE_ERSPAN_III = 0x22eb;
const GRE_PROTOCOL_END = 4;

/** What an IPv4 packet's payload of this protocol at `payload..end` of `view` carries. */
export function ofIpProtocol(view: DataView, payload: number, end: number, protocol: number): NotAnalysed {
  switch (protocol) {
    case IPV6_IN_IPV4:
      return NotAnalysed.Ipv6InIpv4;
    case ETHER_IP:
      return NotAnalysed.EtherIp;
    case L2TP:
      return NotAnalysed.L2tp;
    case GRE:
      return end - payload < GRE_PROTOCOL_END
        ? NotAnalysed.Nothing
        : ofGreProtocol(view.getUint16(payload + 2));
    default:
      return NotAnalysed.Nothing;
  }
}

function ofGreProtocol(protocol: number): NotAnalysed {
  if (protocol === GRE_ETHERNET || protocol === GRE_EOIP) return NotAnalysed.EthernetInGre;
  return protocol === GRE_ERSPAN || protocol === GRE_ERSPAN_III ? NotAnalysed.Erspan : NotAnalysed.Nothing;
}

/**
 * What a UDP datagram carries, by its destination port and the first two bytes of its payload: a port may be anybody's,
 * so the header must begin as the protocol's does.
 *
 * - VXLAN (RFC 7348, section 5; Linux's 8472; VXLAN-GPE): the I flag, and a reserved byte
 * - Geneve (RFC 8926, section 3.4): version 0
 * - TZSP: version 1, a frame that was received
 */
export function ofUdp(destinationPort: number, firstOfPayload: number): NotAnalysed {
  switch (destinationPort) {
    case 4789:
    case 4790:
    case 8472:
      return (firstOfPayload & 0x0800) !== 0 ? NotAnalysed.Vxlan : NotAnalysed.Nothing;
    case 6081:
      return firstOfPayload >>> 14 === 0 ? NotAnalysed.Geneve : NotAnalysed.Nothing;
    case 37008:
      return firstOfPayload === 0x0100 ? NotAnalysed.Tzsp : NotAnalysed.Nothing;
    default:
      return NotAnalysed.Nothing;
  }
}
