import { decodeEtherType, EtherType } from "./ether-type.ts";
import { decodeEthernet } from "./ethernet.ts";
import { Anomaly, type FrameFacts, LinkAddresses } from "./facts.ts";
import { beginFrame, readMacs, refuseFrame } from "./link-addresses.ts";

/** LINKTYPE_NFLOG: family 0 · version 1 · group 2..4 · attributes. */
const HEADER_BYTES = 4;
const VERSION_0 = 0;

/** Each attribute: its length with these four bytes, its type, its value, padded to four bytes. */
const ATTRIBUTE_HEADER_BYTES = 4;
const TYPE_MASK = 0x7fff;

/** `enum nfulnl_attr_type` of nfnetlink_log.h. */
const NFULA_PACKET_HDR = 1;
const NFULA_IFINDEX_INDEV = 4;
const NFULA_IFINDEX_OUTDEV = 5;
const NFULA_PAYLOAD = 9;
const NFULA_HWTYPE = 15;
const NFULA_HWHEADER = 16;
const NFULA_L2HDR = 21;

/** Netfilter's families; the others' packets say in their header what they are. */
const NFPROTO_IPV4 = 2;
const NFPROTO_ARP = 3;

const ARPHRD_ETHER = 1;
const ETHERNET_HEADER_BYTES = 14;
/** How an ARP packet for Ethernet and IPv4 begins. */
const ARP_OF_ETHERNET = 0x00010800;

/**
 * Decodes what a firewall rule logged: a packet from the network layer up. Of one that came in from an Ethernet the
 * kernel adds the header that it came with.
 */
export function decodeNflog(view: DataView, start: number, end: number, facts: FrameFacts): void {
  beginFrame(facts, LinkAddresses.None);
  if (end - start < HEADER_BYTES) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  if (view.getUint8(start + 1) !== VERSION_0) {
    refuseFrame(facts, Anomaly.ForeignLinkLayer);
    return;
  }
  const attributes = start + HEADER_BYTES;
  const littleEndian = isWalkable(view, attributes, end, true);
  let etherType = etherTypeOfFamily(view.getUint8(start));
  let payload = -1;
  let payloadEnd = -1;
  let header = -1;
  let isEthernet = true;
  let interfaceIndex = 0;
  for (let at = attributes; end - at >= ATTRIBUTE_HEADER_BYTES; ) {
    const bytes = view.getUint16(at, littleEndian);
    if (bytes < ATTRIBUTE_HEADER_BYTES) break;
    const value = at + ATTRIBUTE_HEADER_BYTES;
    const valueEnd = Math.min(end, at + bytes);
    const valueBytes = valueEnd - value;
    switch (view.getUint16(at + 2, littleEndian) & TYPE_MASK) {
      case NFULA_PACKET_HDR:
        if (etherType < 0 && valueBytes >= 2) etherType = view.getUint16(value);
        break;
      case NFULA_IFINDEX_INDEV:
        if (valueBytes >= 4) interfaceIndex = view.getInt32(value);
        break;
      case NFULA_IFINDEX_OUTDEV:
        if (valueBytes >= 4 && interfaceIndex === 0) interfaceIndex = view.getInt32(value);
        break;
      case NFULA_HWTYPE:
        isEthernet = valueBytes >= 2 && view.getUint16(value) === ARPHRD_ETHER;
        break;
      case NFULA_HWHEADER:
      case NFULA_L2HDR:
        if (valueBytes >= ETHERNET_HEADER_BYTES) header = value;
        break;
      case NFULA_PAYLOAD:
        payload = value;
        payloadEnd = valueEnd;
        break;
    }
    at += (bytes + 3) & ~3;
  }
  if (payload < 0) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  if (header >= 0 && isEthernet) {
    facts.linkAddresses = LinkAddresses.Both;
    readMacs(view, header, header + 6, facts);
  }
  if (header < 0 && etherType === EtherType.Arp && isWholeFrame(view, payload, payloadEnd)) {
    beginFrame(facts, LinkAddresses.Both);
    decodeEthernet(view, payload, payloadEnd, facts);
  } else if (etherType >= 0) decodeEtherType(view, payload, payloadEnd, etherType, facts);
  facts.interfaceIndex = interfaceIndex;
}

/** In the output hook of family arp the Ethernet header is there already, in front of the ARP packet. */
function isWholeFrame(view: DataView, start: number, end: number): boolean {
  if (end - start < ETHERNET_HEADER_BYTES + 4) return false;
  return view.getUint16(start + 12) === EtherType.Arp && view.getUint32(start + 14) === ARP_OF_ETHERNET;
}

function etherTypeOfFamily(family: number): number {
  if (family === NFPROTO_IPV4) return EtherType.Ipv4;
  return family === NFPROTO_ARP ? EtherType.Arp : -1;
}

/**
 * Lengths and types are in the capturing machine's byte order, which the frame does not tell. In the wrong one the first
 * length is far too long, or leads to another that cannot be.
 */
function isWalkable(view: DataView, start: number, end: number, littleEndian: boolean): boolean {
  let at = start;
  while (end - at >= ATTRIBUTE_HEADER_BYTES) {
    const bytes = view.getUint16(at, littleEndian);
    const type = view.getUint16(at + 2, littleEndian) & TYPE_MASK;
    if (bytes < ATTRIBUTE_HEADER_BYTES) return false;
    // The packet itself comes last, and may have been cut.
    if (type === NFULA_PAYLOAD) return true;
    if (type > 0xff || at + bytes > end) return false;
    at += (bytes + 3) & ~3;
  }
  return true;
}
