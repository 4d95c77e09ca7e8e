import { PCAP_RECORD_HEADER_BYTES, type RecordForm } from "../pcap-records.ts";
import type { Interface } from "./interface.ts";
import { padded } from "./options.ts";

export const ENHANCED_PACKET_BLOCK = 6;
/** To the packet's first byte, from the block's: 8 interface · 12 and 16 time · 20 captured · 24 original length. */
export const PACKET_AT = 28;
export const BLOCK_TRAILER_BYTES = 4;

/** Where in a block lies what can be taken for a pcap record. */
export const RECORD_AT = PACKET_AT - PCAP_RECORD_HEADER_BYTES;

export const LITTLE_ENDIAN_BLOCKS: RecordForm = { littleEndian: true, nanosecond: true, isInBlocks: true };
export const BIG_ENDIAN_BLOCKS: RecordForm = { littleEndian: false, nanosecond: true, isInBlocks: true };

/**
 * Makes records of the Enhanced Packet Blocks that follow each other from `offset` on, as long as they are of one
 * interface and carry nothing but a whole packet.
 *
 * What stands before such a block's packet is what stands before a pcap record's, but for the time. So with the time
 * written over, nobody being left to read it, the block holds a record, and many can be taken at once.
 *
 * @param source the interface of the block at `offset`; its frames are counted, and its clock shows the last one's time
 * @returns where the first block begins that is none of them
 */
export function makeRecords(
  view: DataView,
  offset: number,
  end: number,
  littleEndian: boolean,
  source: Interface,
): number {
  const { clock } = source;
  const longestBytes = Math.min(source.longestBytes, source.snapLengthBytes);
  const id = view.getUint32(offset + 8, littleEndian);
  const lastBlock = end - PACKET_AT - BLOCK_TRAILER_BYTES;
  let at = offset;
  while (at <= lastBlock) {
    if (view.getUint32(at, littleEndian) !== ENHANCED_PACKET_BLOCK) break;
    if (view.getUint32(at + 8, littleEndian) !== id) break;
    const length = view.getUint32(at + 4, littleEndian);
    const capturedBytes = view.getUint32(at + 20, littleEndian);
    if (capturedBytes > longestBytes || length !== PACKET_AT + padded(capturedBytes) + BLOCK_TRAILER_BYTES)
      break;
    const next = at + length;
    if (next > end || view.getUint32(next - BLOCK_TRAILER_BYTES, littleEndian) !== length) break;
    clock.set(view.getUint32(at + 12, littleEndian), view.getUint32(at + 16, littleEndian));
    view.setUint32(at + RECORD_AT, clock.seconds, littleEndian);
    view.setUint32(at + RECORD_AT + 4, clock.nanoseconds, littleEndian);
    source.frames++;
    at = next;
  }
  return at;
}
