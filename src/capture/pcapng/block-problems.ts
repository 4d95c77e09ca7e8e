import { padded, tooShort } from "./options.ts";
import { BLOCK_TRAILER_BYTES, PACKET_AT } from "./packet-run.ts";
import { SECTION_BLOCK, sectionLengthProblem } from "./section.ts";

/** INITIAL_MAX_BLOCKSIZE of libpcap's sf-pcapng.c. */
export const LARGEST_BLOCK_BYTES = 16 << 20;

export const PACKET_BLOCK = 2;
export const SIMPLE_PACKET_BLOCK = 3;

/** The five checks of libpcap's `read_block`, in its order and words; null where only bytes are missing so far. */
export function blockProblem(
  view: DataView,
  offset: number,
  end: number,
  littleEndian: boolean,
): string | null {
  const length = view.getUint32(offset + 4, littleEndian);
  const isSection = view.getUint32(offset, littleEndian) === SECTION_BLOCK;
  const sectionProblem = isSection ? sectionLengthProblem(length) : null;
  if (sectionProblem !== null) return sectionProblem;
  if (length < 12) return `block in pcapng dump file has a length of ${length} < 12`;
  if (length % 4 !== 0 && offset + padded(length) > end && length <= LARGEST_BLOCK_BYTES) return null;
  if (length % 4 !== 0)
    return `block in pcapng dump file has a length of ${length} that is not a multiple of 4`;
  if (length > LARGEST_BLOCK_BYTES) return `pcapng block size ${length} > maximum ${LARGEST_BLOCK_BYTES}`;
  if (offset + length > end) return null;
  const trailer = view.getUint32(offset + length - BLOCK_TRAILER_BYTES, littleEndian);
  return `block total length in header ${length} and trailer ${trailer} don't match`;
}

/** Of a packet block that is too short, or whose interface is not there. */
export function packetProblem(
  view: DataView,
  offset: number,
  length: number,
  littleEndian: boolean,
  interfaces: number,
): string {
  const type = view.getUint32(offset, littleEndian);
  if (length < PACKET_AT + BLOCK_TRAILER_BYTES) return tooShort(type).message;
  if (interfaces === 0) return "the capture file has a packet block before any Interface Description Blocks";
  const id =
    type === PACKET_BLOCK
      ? view.getUint16(offset + 8, littleEndian)
      : view.getUint32(offset + 8, littleEndian);
  return `a packet arrived on interface ${id}, but there's no Interface Description Block for that interface`;
}

/** Of a packet that is longer than its block, or than its interface allows. */
export function lengthProblem(capturedBytes: number, longestBytes: number, type: number): string {
  if (capturedBytes <= longestBytes) return tooShort(type).message;
  return `invalid packet capture length ${capturedBytes}, bigger than maximum of ${longestBytes}`;
}
