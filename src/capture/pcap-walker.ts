import type { CaptureSink } from "./capture-sink.ts";
import { longestFrame } from "./link-type.ts";
import { walkOddPcapRecords } from "./odd-pcap-records.ts";
import type { PcapHeader } from "./pcap-header.ts";
import { type PcapLengths, recordLengths } from "./pcap-lengths.ts";
import { PCAP_RECORD_HEADER_BYTES, type WalkEnd, walkPcapRecords } from "./pcap-records.ts";
import type { RecordWalker, Resynchronised } from "./record-walker.ts";

/** Goes through a classic pcap file from its first record on. */
export class PcapWalker implements RecordWalker {
  readonly notes: readonly string[] = [];
  readonly faults: readonly string[] = [];
  wantedBytes = 0;
  damage: string | null = null;
  private readonly header: PcapHeader;
  private readonly sink: CaptureSink;
  private readonly walkRecords: (view: DataView, start: number, end: number) => WalkEnd;
  private readonly longestBytes: number;
  /** A record of a link type with frames too long for any buffer: its header, until its bytes have gone by. */
  private passing: {
    readonly seconds: number;
    readonly nanoseconds: number;
    readonly lengths: PcapLengths;
  } | null = null;
  private passingBytes = 0;

  constructor(header: PcapHeader, sink: CaptureSink) {
    this.header = header;
    this.sink = sink;
    this.longestBytes = longestFrame(header.linkType);
    const walk = isOdd(header) ? walkOddPcapRecords : walkPcapRecords;
    this.walkRecords = (view, start, end) => walk(header, view, start, end, sink);
  }

  walk(view: DataView, start: number, end: number): number {
    let offset = start;
    for (;;) {
      if (this.passing !== null) {
        offset = this.pass(view, offset, end);
        if (this.passing !== null) return offset;
      }
      const walk = this.walkRecords(view, offset, end);
      offset = walk.offset;
      if (walk.impossibleLengthBytes === null) {
        this.wantedBytes = this.recordBytes(view, offset, end);
        return offset;
      }
      if (walk.impossibleLengthBytes > this.longestBytes) {
        this.damage = impossibleLength(walk.impossibleLengthBytes, this.header);
        return offset;
      }
      offset = this.beginPassing(view, offset);
    }
  }

  describeCut(view: DataView, start: number, end: number): string {
    const { passing, passingBytes, header } = this;
    if (passing !== null)
      return frameCut(passing.lengths.capturedBytes, passing.lengths.capturedBytes - passingBytes);
    const { recordHeaderBytes } = header;
    const found = end - start;
    if (found < recordHeaderBytes) {
      return `cut short: expected a record header of ${recordHeaderBytes} bytes, found ${found}`;
    }
    return frameCut(recordLengths(header, view, start).capturedBytes, found - recordHeaderBytes);
  }

  get isWithinRecord(): boolean {
    return this.passing !== null;
  }

  resynchronise(_view: DataView, _start: number, end: number): Resynchronised {
    return { offset: end, isFound: false };
  }

  private recordBytes(view: DataView, offset: number, end: number): number {
    const { recordHeaderBytes } = this.header;
    if (end - offset < recordHeaderBytes) return recordHeaderBytes;
    return recordHeaderBytes + recordLengths(this.header, view, offset).capturedBytes;
  }

  private beginPassing(view: DataView, offset: number): number {
    const { littleEndian, nanosecond, recordHeaderBytes } = this.header;
    const lengths = recordLengths(this.header, view, offset);
    this.passing = {
      seconds: view.getUint32(offset, littleEndian),
      nanoseconds: view.getUint32(offset + 4, littleEndian) * (nanosecond ? 1 : 1000),
      lengths,
    };
    this.passingBytes = lengths.capturedBytes;
    return offset + recordHeaderBytes;
  }

  /** Nobody decodes such frames, so only that there was one is told. */
  private pass(view: DataView, start: number, end: number): number {
    const passed = Math.min(this.passingBytes, end - start);
    this.passingBytes -= passed;
    this.wantedBytes = 0;
    if (this.passingBytes === 0 && this.passing !== null) {
      const { seconds, nanoseconds, lengths } = this.passing;
      this.passing = null;
      this.sink.frame(view, start, 0, lengths.originalBytes, seconds, nanoseconds);
    }
    return start + passed;
  }
}

/** Whoever takes whole records looks no further into a frame than this, and need not know of a larger snap length. */
const SHORTEST_LOOK_BYTES = 64;

/** Whether it takes the slower walk. */
function isOdd({ recordHeaderBytes, lengthOrder, snapLengthBytes }: PcapHeader): boolean {
  return (
    recordHeaderBytes !== PCAP_RECORD_HEADER_BYTES ||
    lengthOrder !== "captured-first" ||
    snapLengthBytes < SHORTEST_LOOK_BYTES
  );
}

/** In the words of sf-pcap.c of libpcap. */
export function impossibleLength(claimedBytes: number, { snapLengthBytes, linkType }: PcapHeader): string {
  const longest = longestFrame(linkType);
  const bigger = claimedBytes > snapLengthBytes ? `snaplen of ${snapLengthBytes}` : `maximum of ${longest}`;
  return `invalid packet capture length ${claimedBytes}, bigger than ${bigger}; a record claims ${claimedBytes} bytes; expected at most ${longest}`;
}

function frameCut(expected: number, found: number): string {
  return `cut short: expected a frame of ${expected} bytes, found ${found}`;
}
