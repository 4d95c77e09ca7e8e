import { Anomaly, type FrameFacts, LinkAddresses } from "./facts.ts";
import { decodeIpv4 } from "./ipv4.ts";
import { beginFrame, refuseFrame } from "./link-addresses.ts";
import { NotAnalysed, ofIpv6 } from "./not-analysed.ts";

const IPV4 = 4;
const IPV6 = 6;

const FAMILY_BYTES = 4;
/** AF_INET is 2 everywhere. */
const AF_INET = 2;
const AF_INET_SWAPPED = AF_INET << 24;

/** Decodes a packet that has no link layer: its first four bits say whether it is IPv4. */
export function decodeRawIp(view: DataView, start: number, end: number, facts: FrameFacts): void {
  beginFrame(facts, LinkAddresses.None);
  if (end - start < 1) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  const version = view.getUint8(start) >> 4;
  if (version === IPV4) decodePacket(view, start, end, facts);
  else if (version === IPV6) facts.notAnalysed = ofIpv6(view, start, end);
  else refuseFrame(facts, Anomaly.ForeignLinkLayer);
}

/** Decodes a packet of which it is known that it is IPv4. */
export function decodeRawIpv4(view: DataView, start: number, end: number, facts: FrameFacts): void {
  beginFrame(facts, LinkAddresses.None);
  decodePacket(view, start, end, facts);
}

/**
 * Decodes BSD's loopback encapsulation: an address family in the capturing machine's byte order, which the file does not
 * tell (LINKTYPE_NULL), or in the network's (LINKTYPE_LOOP); then the packet.
 */
export function decodeLoopback(view: DataView, start: number, end: number, facts: FrameFacts): void {
  beginFrame(facts, LinkAddresses.None);
  if (end - start < FAMILY_BYTES) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  const family = view.getUint32(start);
  if (family === AF_INET || family === AF_INET_SWAPPED) decodePacket(view, start + FAMILY_BYTES, end, facts);
  else if (isIpv6Family(family)) facts.notAnalysed = NotAnalysed.Ipv6;
}

/** AF_INET6: 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS; in either byte order. */
function isIpv6Family(family: number): boolean {
  const value = family > 0xffff ? family >>> 24 : family;
  return value === 10 || value === 24 || value === 28 || value === 30;
}

function decodePacket(view: DataView, start: number, end: number, facts: FrameFacts): void {
  decodeIpv4(view, start, end, facts);
}
