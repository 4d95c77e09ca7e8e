import type { PcapHeader } from "./pcap-header.ts";

export interface PcapLengths {
  readonly capturedBytes: number;
  readonly originalBytes: number;
}

/** What the record at `offset` claims, whichever way round the file's version has it. */
export function recordLengths(
  { littleEndian, lengthOrder }: PcapHeader,
  view: DataView,
  offset: number,
): PcapLengths {
  const first = view.getUint32(offset + 8, littleEndian);
  const second = view.getUint32(offset + 12, littleEndian);
  const isSwapped =
    lengthOrder === "original-first" || (lengthOrder === "smaller-is-captured" && second < first);
  return isSwapped
    ? { capturedBytes: second, originalBytes: first }
    : { capturedBytes: first, originalBytes: second };
}
