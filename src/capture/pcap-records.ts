import type { PcapHeader } from "./pcap-header.ts";

/** Bytes before each frame: 0 seconds · 4 fraction · 8 captured length · 12 original length. */
export const PCAP_RECORD_HEADER_BYTES = 16;

/** MAXIMUM_SNAPLEN of libpcap: no Ethernet capture holds a longer record, so a longer one is damage. */
export const LONGEST_RECORD_BYTES = 262_144;

/** Takes each frame where it lies; nothing may be kept of `view` after the call. */
export interface FrameSink {
  frame(
    view: DataView,
    start: number,
    capturedBytes: number,
    originalBytes: number,
    seconds: number,
    nanoseconds: number,
  ): void;
}

/** How a walk over some bytes ended: where the first byte lies that was not used, and whether it cannot be a record. */
export interface WalkEnd {
  offset: number;
  impossibleLengthBytes: number | null;
}

/**
 * Gives every whole record between `start` and `end` to `sink`.
 *
 * Stops at the first record that is not all there, or whose length is impossible; the latter is damage that no later
 * byte can mend, because a pcap file has nothing to synchronise on.
 */
export function walkPcapRecords(
  header: PcapHeader,
  view: DataView,
  start: number,
  end: number,
  sink: FrameSink,
): WalkEnd {
  const { littleEndian } = header;
  const isOld = header.lengthOrder !== "captured-first";
  const nanosecondsPerUnit = header.nanosecond ? 1 : 1000;
  const lastHeader = end - PCAP_RECORD_HEADER_BYTES;
  let offset = start;
  while (offset <= lastHeader) {
    let capturedBytes = view.getUint32(offset + 8, littleEndian);
    let originalBytes = view.getUint32(offset + 12, littleEndian);
    if (isOld && (header.lengthOrder === "original-first" || originalBytes < capturedBytes)) {
      [capturedBytes, originalBytes] = [originalBytes, capturedBytes];
    }
    if (capturedBytes > LONGEST_RECORD_BYTES) return { offset, impossibleLengthBytes: capturedBytes };
    const frameStart = offset + PCAP_RECORD_HEADER_BYTES;
    const next = frameStart + capturedBytes;
    if (next > end) break;
    sink.frame(
      view,
      frameStart,
      capturedBytes,
      originalBytes,
      view.getUint32(offset, littleEndian),
      view.getUint32(offset + 4, littleEndian) * nanosecondsPerUnit,
    );
    offset = next;
  }
  return { offset, impossibleLengthBytes: null };
}
