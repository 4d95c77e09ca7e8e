import { Anomaly, type FrameFacts, FrameKind, IpProtocol } from "./facts.ts";

/** RFC 791, section 3.1. */
const VERSION_AND_IHL = 0;
const TOTAL_LENGTH = 2;
const FRAGMENT = 6;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;
const HEADER_BYTES = 20;

/** TCP and UDP both begin with source and destination port (RFC 9293, RFC 768). */
const PORTS_BYTES = 4;

const FRAGMENT_OFFSET_MASK = 0x1fff;

/** RFC 2003 nests without end; LVS wraps once, and each further level only costs time that a forger chooses. */
const DEEPEST_TUNNEL = 4;

/**
 * Decodes the IPv4 header at `start..end` of `view` into `facts`, and those inside it while they are IP in IP.
 *
 * Only a first fragment has an inner header; of a later one the outer header is all there is. A tunnelled header that
 * was not captured whole ends the descent: the outer facts hold.
 */
export function decodeIpv4(view: DataView, start: number, end: number, facts: FrameFacts): void {
  if (end - start < HEADER_BYTES) {
    facts.kind = FrameKind.Malformed;
    facts.anomaly = Anomaly.TruncatedIpv4;
    return;
  }
  const headerBytes = ipv4HeaderBytes(view, start);
  if (headerBytes === 0) {
    facts.kind = FrameKind.Malformed;
    facts.anomaly = Anomaly.CorruptIpv4;
    return;
  }
  facts.kind = FrameKind.Ipv4;
  facts.protocol = view.getUint8(start + PROTOCOL);
  facts.sourceIp = view.getInt32(start + SOURCE);
  facts.destinationIp = view.getInt32(start + DESTINATION);
  facts.tunnelDepth = 0;
  facts.ports = 0;
  const ports = start + headerBytes;
  if (
    (facts.protocol === IpProtocol.Tcp || facts.protocol === IpProtocol.Udp) &&
    (view.getUint16(start + FRAGMENT) & FRAGMENT_OFFSET_MASK) === 0 &&
    end - ports >= PORTS_BYTES
  ) {
    facts.ports = view.getInt32(ports);
  }
  if (facts.protocol === IpProtocol.IpIp) descend(view, start, headerBytes, end, facts);
}

function descend(
  view: DataView,
  outerStart: number,
  outerHeaderBytes: number,
  end: number,
  facts: FrameFacts,
) {
  let start = outerStart;
  let headerBytes = outerHeaderBytes;
  while (facts.tunnelDepth < DEEPEST_TUNNEL) {
    if ((view.getUint16(start + FRAGMENT) & FRAGMENT_OFFSET_MASK) !== 0) return;
    start += headerBytes;
    if (end - start < HEADER_BYTES) return;
    headerBytes = ipv4HeaderBytes(view, start);
    if (headerBytes === 0) return;
    facts.tunnelDepth++;
    facts.innerSourceIp = view.getInt32(start + SOURCE);
    facts.innerDestinationIp = view.getInt32(start + DESTINATION);
    if (view.getUint8(start + PROTOCOL) !== IpProtocol.IpIp) return;
  }
}

/** The header's length with its options, 0 where the bytes cannot be an IPv4 header. */
function ipv4HeaderBytes(view: DataView, start: number): number {
  const versionAndIhl = view.getUint8(start + VERSION_AND_IHL);
  const headerBytes = (versionAndIhl & 0xf) * 4;
  if (versionAndIhl >> 4 !== 4 || headerBytes < HEADER_BYTES) return 0;
  // Zero is what a sender with segmentation offload leaves for its card to fill in.
  const totalBytes = view.getUint16(start + TOTAL_LENGTH);
  return totalBytes !== 0 && totalBytes < headerBytes ? 0 : headerBytes;
}
