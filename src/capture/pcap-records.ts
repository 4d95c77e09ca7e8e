import type { PcapHeader } from "./pcap-header.ts";

/** Bytes before each frame: 0 seconds · 4 fraction · 8 captured length · 12 original length. */
export const PCAP_RECORD_HEADER_BYTES = 16;

/** MAXIMUM_SNAPLEN of libpcap: no Ethernet capture holds a longer record, so a longer one is damage. */
export const LONGEST_RECORD_BYTES = 262_144;

/** How the numbers before a record's frame are to be read, and where the next record is. */
export interface RecordForm extends Pick<PcapHeader, "littleEndian" | "nanosecond"> {
  /** Whether each lies in a pcapng block, whose length stands eight bytes before it; else the next follows the frame. */
  readonly isInBlocks?: true;
}

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
  /**
   * Takes whole records at once, as long as none of them needs a closer look.
   *
   * @param start of a record in `view`; none may be kept after the call, either
   * @returns where the first record begins that was not taken
   */
  skipOrdinary?(view: DataView, header: RecordForm, start: number, end: number): number;
}

/** How a walk over some bytes ended: where the first byte lies that was not used, and whether it cannot be a record. */
export interface WalkEnd {
  offset: number;
  impossibleLengthBytes: number | null;
}

/**
 * Gives every whole record between `start` and `end` of a file such as everybody writes to `sink`.
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
  const { littleEndian, snapLengthBytes } = header;
  const nanosecondsPerUnit = header.nanosecond ? 1 : 1000;
  const lastHeader = end - PCAP_RECORD_HEADER_BYTES;
  let offset = start;
  for (;;) {
    if (sink.skipOrdinary !== undefined) offset = sink.skipOrdinary(view, header, offset, end);
    if (offset > lastHeader) break;
    const capturedBytes = view.getUint32(offset + 8, littleEndian);
    if (capturedBytes > LONGEST_RECORD_BYTES) return { offset, impossibleLengthBytes: capturedBytes };
    const frameStart = offset + PCAP_RECORD_HEADER_BYTES;
    const next = frameStart + capturedBytes;
    if (next > end) break;
    sink.frame(
      view,
      frameStart,
      Math.min(capturedBytes, snapLengthBytes),
      view.getUint32(offset + 12, littleEndian),
      view.getUint32(offset, littleEndian),
      view.getUint32(offset + 4, littleEndian) * nanosecondsPerUnit,
    );
    offset = next;
  }
  return { offset, impossibleLengthBytes: null };
}
