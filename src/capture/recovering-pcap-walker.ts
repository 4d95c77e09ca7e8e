import type { CaptureSink } from "./capture-sink.ts";
import { longestFrame } from "./link-type.ts";
import type { PcapHeader } from "./pcap-header.ts";
import { type PcapLengths, recordLengths } from "./pcap-lengths.ts";
import { impossibleLength, PcapWalker } from "./pcap-walker.ts";
import type { RecordWalker, Resynchronised } from "./record-walker.ts";

/** Frames of one capture lie closer together than this, in seconds. */
const LONGEST_GAP_SECONDS = 366 * 24 * 3600;
/** No frame was longer on the wire: offloading joins segments to 64 KiB, with BIG TCP to half a megabyte. */
const LONGEST_ORIGINAL_BYTES = 1 << 20;

type Verdict = "plausible" | "implausible" | "unknown";

/**
 * Goes through a pcap file that is damaged. What is not, it reads as everybody does.
 *
 * A pcap record has no mark to be known by. Where what follows one cannot be a record, either its own length is wrong
 * or the next one is damaged: if likely records begin within what it claims to hold, it is the length. After damage
 * two records in a row are believed to be some.
 */
export class RecoveringPcapWalker implements RecordWalker {
  readonly notes: readonly string[] = [];
  readonly faults: readonly string[] = [];
  wantedBytes = 0;
  damage: string | null = null;
  /** How far one must see to judge. */
  private wantedEnd = 0;
  private readonly header: PcapHeader;
  private readonly sink: CaptureSink;
  private readonly unhurried: PcapWalker;
  readonly isWithinRecord = false;
  private lastSeconds: number | null = null;

  constructor(header: PcapHeader, sink: CaptureSink) {
    this.header = header;
    this.sink = sink;
    this.unhurried = new PcapWalker(header, sink);
  }

  walk(view: DataView, start: number, end: number, isEnd = false): number {
    const { recordHeaderBytes, snapLengthBytes, littleEndian } = this.header;
    let offset = start;
    this.damage = null;
    for (;;) {
      if (offset === end) {
        this.wantedBytes = recordHeaderBytes;
        return offset;
      }
      const verdict = this.judge(view, offset, end, isEnd);
      if (verdict === "unknown") {
        this.wantedBytes = this.wantedEnd - offset;
        return offset;
      }
      const lengths = end - offset < recordHeaderBytes ? null : recordLengths(this.header, view, offset);
      if (verdict === "implausible" || lengths === null) {
        this.damage = this.describe(lengths, view, offset, end, isEnd);
        return offset;
      }
      const seconds = view.getUint32(offset, littleEndian);
      this.lastSeconds = seconds;
      this.sink.frame(
        view,
        offset + recordHeaderBytes,
        Math.min(lengths.capturedBytes, snapLengthBytes),
        lengths.originalBytes,
        seconds,
        this.nanosecondsAt(view, offset),
      );
      offset += recordHeaderBytes + lengths.capturedBytes;
    }
  }

  describeCut(view: DataView, start: number, end: number): string {
    return this.unhurried.describeCut(view, start, end);
  }

  resynchronise(view: DataView, start: number, end: number, isEnd: boolean): Resynchronised {
    for (let offset = start; offset < end; offset++) {
      const verdict = this.judgeChain(view, offset, end, isEnd);
      if (verdict === "plausible") {
        this.damage = null;
        return { offset, isFound: true };
      }
      if (verdict === "unknown") {
        this.wantedBytes = this.wantedEnd - offset;
        return { offset, isFound: false };
      }
    }
    this.wantedBytes = 0;
    return { offset: end, isFound: false };
  }

  /** Whether the record can be believed, as far as `end` lets one see. */
  private judge(view: DataView, offset: number, end: number, isEnd: boolean): Verdict {
    const { recordHeaderBytes } = this.header;
    if (end - offset < recordHeaderBytes) return this.lacking(offset + recordHeaderBytes, isEnd);
    if (!this.isPossible(view, offset)) return "implausible";
    const bytes = recordHeaderBytes + recordLengths(this.header, view, offset).capturedBytes;
    const next = offset + bytes;
    if (next === end && isEnd) return "plausible";
    if (next + recordHeaderBytes > end && !isEnd) return this.lacking(next + recordHeaderBytes, isEnd);
    if (next > end) return "implausible";
    if (next + recordHeaderBytes <= end && this.isPossible(view, next)) return "plausible";
    const within = this.resynchroniseWithin(view, offset + 1, next, end, isEnd);
    return within === "plausible" ? "implausible" : within === "unknown" ? "unknown" : "plausible";
  }

  /** Whether records begin between `start` and `limit`. */
  private resynchroniseWithin(
    view: DataView,
    start: number,
    limit: number,
    end: number,
    isEnd: boolean,
  ): Verdict {
    for (let offset = start; offset < limit; offset++) {
      const verdict = this.judgeChain(view, offset, end, isEnd);
      if (verdict !== "implausible") return verdict;
    }
    return "implausible";
  }

  /** Two records one after the other, or one and the end. */
  private judgeChain(view: DataView, offset: number, end: number, isEnd: boolean): Verdict {
    const { recordHeaderBytes } = this.header;
    if (end - offset < recordHeaderBytes) return this.lacking(offset + recordHeaderBytes, isEnd);
    if (!this.isLikely(view, offset)) return "implausible";
    const bytes = recordHeaderBytes + recordLengths(this.header, view, offset).capturedBytes;
    const next = offset + bytes;
    if (next === end && isEnd) return "plausible";
    if (next + recordHeaderBytes > end) return this.lacking(next + recordHeaderBytes, isEnd);
    if (!this.isLikely(view, next)) return "implausible";
    return this.areClose(
      view.getUint32(offset, this.header.littleEndian),
      view.getUint32(next, this.header.littleEndian),
    )
      ? "plausible"
      : "implausible";
  }

  private lacking(wantedEnd: number, isEnd: boolean): Verdict {
    this.wantedEnd = wantedEnd;
    return isEnd ? "implausible" : "unknown";
  }

  /** Nothing in the record's header is out of the question, as a length or the zeros of a disk's empty block are. */
  private isPossible(view: DataView, offset: number): boolean {
    const { capturedBytes, originalBytes } = recordLengths(this.header, view, offset);
    if (capturedBytes > longestFrame(this.header.linkType)) return false;
    return originalBytes > 0 || view.getUint32(offset) !== 0 || !this.lastSeconds;
  }

  /** Among bytes that may be anything, it looks like what a capturing program writes. */
  private isLikely(view: DataView, offset: number): boolean {
    const { capturedBytes, originalBytes } = recordLengths(this.header, view, offset);
    return (
      capturedBytes > 0 &&
      capturedBytes <= originalBytes &&
      capturedBytes <= longestFrame(this.header.linkType) &&
      originalBytes <= LONGEST_ORIGINAL_BYTES &&
      this.nanosecondsAt(view, offset) < 1e9 &&
      (this.lastSeconds === null ||
        this.areClose(view.getUint32(offset, this.header.littleEndian), this.lastSeconds))
    );
  }

  private areClose(a: number, b: number): boolean {
    return Math.abs(a - b) <= LONGEST_GAP_SECONDS;
  }

  private nanosecondsAt(view: DataView, offset: number): number {
    return view.getUint32(offset + 4, this.header.littleEndian) * (this.header.nanosecond ? 1 : 1000);
  }

  private describe(
    lengths: PcapLengths | null,
    view: DataView,
    offset: number,
    end: number,
    isEnd: boolean,
  ): string {
    if (lengths !== null && lengths.capturedBytes > longestFrame(this.header.linkType))
      return impossibleLength(lengths.capturedBytes, this.header);
    const { recordHeaderBytes } = this.header;
    if (isEnd && (lengths === null || offset + recordHeaderBytes + lengths.capturedBytes > end))
      return this.describeCut(view, offset, end);
    return "expected a record that another follows";
  }
}
