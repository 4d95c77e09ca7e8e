import type { PcapHeader } from "./pcap-header.ts";
import { type FrameSink, LONGEST_RECORD_BYTES, type WalkEnd } from "./pcap-records.ts";

/**
 * As `walkPcapRecords`, for files that differ from what everybody writes: old versions, the modified record header, a
 * snap length that frames may exceed.
 *
 * Of such a frame the bytes up to the snap length are given, as sf-pcap.c of libpcap does (`pcap_next_packet`).
 */
export function walkOddPcapRecords(
  header: PcapHeader,
  view: DataView,
  start: number,
  end: number,
  sink: FrameSink,
): WalkEnd {
  const { littleEndian, recordHeaderBytes, lengthOrder, snapLengthBytes } = header;
  const nanosecondsPerUnit = header.nanosecond ? 1 : 1000;
  const lastHeader = end - recordHeaderBytes;
  let offset = start;
  while (offset <= lastHeader) {
    let capturedBytes = view.getUint32(offset + 8, littleEndian);
    let originalBytes = view.getUint32(offset + 12, littleEndian);
    if (
      lengthOrder === "original-first" ||
      (lengthOrder === "smaller-is-captured" && originalBytes < capturedBytes)
    ) {
      [capturedBytes, originalBytes] = [originalBytes, capturedBytes];
    }
    if (capturedBytes > LONGEST_RECORD_BYTES) return { offset, impossibleLengthBytes: capturedBytes };
    const frameStart = offset + recordHeaderBytes;
    const next = frameStart + capturedBytes;
    if (next > end) break;
    sink.frame(
      view,
      frameStart,
      Math.min(capturedBytes, snapLengthBytes),
      originalBytes,
      view.getUint32(offset, littleEndian),
      view.getUint32(offset + 4, littleEndian) * nanosecondsPerUnit,
    );
    offset = next;
  }
  return { offset, impossibleLengthBytes: null };
}
