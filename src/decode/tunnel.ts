import { type FrameFacts, IpProtocol } from "./facts.ts";
import {
  IPV4_HEADER_BYTES,
  ipv4Destination,
  ipv4HeaderBytes,
  ipv4Protocol,
  ipv4Source,
  isLaterFragment,
} from "./ipv4-header.ts";

/** RFC 2003 nests without end; LVS wraps once, and each further level only costs time that a forger chooses. */
const DEEPEST_TUNNEL = 4;

/** RFC 2784: flags and version 0..2 · protocol 2..4 · checksum and a reserved field 4..8 where flagged. */
const GRE_HEADER_BYTES = 4;
const GRE_CHECKSUM_FLAG = 0x8000;
const GRE_CHECKSUM_BYTES = 4;
const GRE_PROTOCOL_IPV4 = 0x0800;

const UDP_HEADER_BYTES = 8;
/** draft-ietf-intarea-gue: version, C and hlen 0..1 · protocol 1..2 · flags 2..4 · hlen words of options. */
const GUE_HEADER_BYTES = 4;
const GUE_VERSION_AND_C = 0xe0;
const GUE_HLEN = 0x1f;
/** Remote checksum offload is all that `ip_vs_gue_encap` adds: a flag word and two offsets. */
const LONGEST_GUE_OPTIONS_WORDS = 2;

/**
 * Follows the three ways in which IPVS tunnels (include/uapi/linux/ip_vs.h: IPIP, GUE, GRE) to the innermost IPv4
 * header, which it puts into `facts`.
 *
 * @param start the outer IPv4 header
 * @param payload what follows it
 */
export function decodeTunnel(
  view: DataView,
  start: number,
  payload: number,
  end: number,
  facts: FrameFacts,
): void {
  let outer = start;
  let inner = tunnelledAt(view, outer, payload, end);
  while (inner >= 0 && facts.tunnelDepth < DEEPEST_TUNNEL) {
    const headerBytes = end - inner < IPV4_HEADER_BYTES ? 0 : ipv4HeaderBytes(view, inner);
    if (headerBytes === 0) return;
    facts.tunnelDepth++;
    facts.innerSourceIp = ipv4Source(view, inner);
    facts.innerDestinationIp = ipv4Destination(view, inner);
    outer = inner;
    inner = isLaterFragment(view, outer) ? -1 : tunnelledAt(view, outer, outer + headerBytes, end);
  }
}

/** Where the packet inside begins, -1 where there is none. */
function tunnelledAt(view: DataView, outer: number, payload: number, end: number): number {
  switch (ipv4Protocol(view, outer)) {
    case IpProtocol.IpIp:
      return payload;
    case IpProtocol.Gre:
      return greInner(view, payload, end);
    case IpProtocol.Udp:
      return gueInner(view, payload, end);
    default:
      return -1;
  }
}

function greInner(view: DataView, payload: number, end: number): number {
  if (end - payload < GRE_HEADER_BYTES) return -1;
  const flags = view.getUint16(payload);
  if ((flags & ~GRE_CHECKSUM_FLAG) !== 0 || view.getUint16(payload + 2) !== GRE_PROTOCOL_IPV4) return -1;
  return payload + GRE_HEADER_BYTES + (flags === 0 ? 0 : GRE_CHECKSUM_BYTES);
}

/** IPVS lets the administrator choose GUE's port, so the header must say what it is: version 0 and IPv4 right behind. */
function gueInner(view: DataView, payload: number, end: number): number {
  const gue = payload + UDP_HEADER_BYTES;
  if (end - gue < GUE_HEADER_BYTES + IPV4_HEADER_BYTES) return -1;
  const first = view.getUint8(gue);
  const optionsWords = first & GUE_HLEN;
  if ((first & GUE_VERSION_AND_C) !== 0 || optionsWords > LONGEST_GUE_OPTIONS_WORDS) return -1;
  if (view.getUint8(gue + 1) !== IpProtocol.IpIp) return -1;
  const inner = gue + GUE_HEADER_BYTES + optionsWords * 4;
  if (end - inner < IPV4_HEADER_BYTES) return -1;
  // Any UDP payload may begin so; one whose inner packet also fills it to the byte is a tunnel.
  const udpBytes = view.getUint16(payload + 4);
  return view.getUint16(inner + 2) === udpBytes - (inner - payload) ? inner : -1;
}
