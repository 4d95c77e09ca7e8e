/** RFC 791, section 3.1. */
const VERSION_AND_IHL = 0;
const TOTAL_LENGTH = 2;
const IDENTIFICATION = 4;
const FRAGMENT = 6;
const TTL = 8;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;

export const IPV4_HEADER_BYTES = 20;

const FRAGMENT_OFFSET_MASK = 0x1fff;

/** The header's length with its options, 0 where the bytes cannot be an IPv4 header. */
export function ipv4HeaderBytes(view: DataView, start: number): number {
  const versionAndIhl = view.getUint8(start + VERSION_AND_IHL);
  const headerBytes = (versionAndIhl & 0xf) * 4;
  if (versionAndIhl >> 4 !== 4 || headerBytes < IPV4_HEADER_BYTES) return 0;
  // Zero is what a sender with segmentation offload leaves for its card to fill in.
  const totalBytes = view.getUint16(start + TOTAL_LENGTH);
  return totalBytes !== 0 && totalBytes < headerBytes ? 0 : headerBytes;
}

export function isLaterFragment(view: DataView, start: number): boolean {
  return (view.getUint16(start + FRAGMENT) & FRAGMENT_OFFSET_MASK) !== 0;
}

export function ipv4Protocol(view: DataView, start: number): number {
  return view.getUint8(start + PROTOCOL);
}

export function ipv4Source(view: DataView, start: number): number {
  return view.getInt32(start + SOURCE);
}

export function ipv4Destination(view: DataView, start: number): number {
  return view.getInt32(start + DESTINATION);
}

/** Where the packet ends by its own word; what follows in the frame is Ethernet's padding. */
export function packetEnd(view: DataView, start: number, end: number): number {
  const totalBytes = view.getUint16(start + TOTAL_LENGTH);
  return totalBytes === 0 ? end : Math.min(end, start + totalBytes);
}

/** Where the packet ended on the wire, though the capture may hold less of it. */
export function sentPacketEnd(view: DataView, start: number, end: number): number {
  const totalBytes = view.getUint16(start + TOTAL_LENGTH);
  return totalBytes === 0 ? end : start + totalBytes;
}

export function ipv4Identification(view: DataView, start: number): number {
  return view.getUint16(start + IDENTIFICATION);
}

export function ipv4Ttl(view: DataView, start: number): number {
  return view.getUint8(start + TTL);
}
