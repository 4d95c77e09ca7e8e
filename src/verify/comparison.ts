import type { CaptureSink } from "../capture/capture-sink.ts";
import { LINKTYPE_ETHERNET, linkTypeName } from "../capture/link-type.ts";
import { PCAP_HEADER_BYTES, type PcapHeader } from "../capture/pcap-header.ts";
import { LONGEST_RECORD_BYTES, PCAP_RECORD_HEADER_BYTES } from "../capture/pcap-records.ts";
import type { CaptureEnd } from "../capture/read-capture.ts";
import { decodeEthernet } from "../decode/ethernet.ts";
import { FrameFacts } from "../decode/facts.ts";
import { countText } from "../words/counts.ts";
import { compareArp } from "./compare-arp.ts";
import { compareRecord } from "./compare-record.ts";
import { DifferenceLog } from "./difference.ts";
import { readSecondArp } from "./second-arp.ts";
import type { Feed, OpenSecondDecoder, SecondRecord } from "./second-decoder.ts";

/** So few records wait that they die young: those of a whole chunk live until V8 moves them to its old space. */
const SLICE_BYTES = 1 << 16;

/**
 * Runs a second decoder in step with ours and compares them record by record.
 *
 * The second decoder is fed in slices, each when ours arrives at a record that it has not told of yet. So it is never
 * given more than the chunk that ours is in, whatever a record claims of its length; and where that chunk ends, both
 * must have found equally many records. Once they have not, nothing is left that could be compared.
 */
export class Comparison implements CaptureSink {
  readonly differences = new DifferenceLog();
  records = 0;
  /** Of the capture, up to the end of the last record compared. */
  bytes = 0;
  arpFrames = 0;

  private readonly feed: Feed;
  private readonly onRefusal: (reason: string, header: PcapHeader) => never;
  private readonly facts = new FrameFacts();
  private refusal: string | null = null;
  private ourLinkType: number | null = null;
  private theirLinkType: number | null = null;
  private theirRecords = 0;
  private unfed = Buffer.alloc(0);
  private waiting: SecondRecord[] = [];
  private taken = 0;
  private isOutOfStep = false;

  /** @param onRefusal called before the first frame where the second decoder does not read this kind of capture */
  constructor(
    openSecondDecoder: OpenSecondDecoder,
    onRefusal: (reason: string, header: PcapHeader) => never,
  ) {
    this.onRefusal = onRefusal;
    this.feed = openSecondDecoder({
      header: (linkType) => {
        this.theirLinkType = linkType;
      },
      record: (record) => {
        this.theirRecords++;
        this.waiting.push(record);
      },
      refused: (reason) => {
        this.refusal ??= reason;
      },
    });
  }

  /** Of the capture, by our decoder. */
  get linkType(): number {
    return this.ourLinkType ?? 0;
  }

  /** Takes each chunk before the frames in it come. */
  chunk(bytes: Uint8Array): void {
    this.checkStep();
    if (this.isOutOfStep) return;
    // A copy, because the second decoder keeps what it is given, and ours reads a later chunk into the same memory.
    this.unfed = Buffer.from(bytes);
  }

  begin(header: PcapHeader): void {
    this.feedSlice();
    if (this.refusal !== null) this.onRefusal(this.refusal, header);
    this.bytes = PCAP_HEADER_BYTES;
  }

  /** pcap-parser reads captures of one interface, whose frames are numbered without gaps. */
  interface(): void {}

  skipTo(): void {}

  link(linkType: number): void {
    this.ourLinkType = linkType;
    if (this.ourLinkType !== this.theirLinkType) {
      const theirs = this.theirLinkType === null ? "none" : linkTypeName(this.theirLinkType);
      this.differences.add(null, "link-type", linkTypeName(this.ourLinkType), theirs);
    }
  }

  frame(
    view: DataView,
    start: number,
    capturedBytes: number,
    originalBytes: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    if (this.isOutOfStep) return;
    const { facts, differences } = this;
    facts.number++;
    facts.seconds = seconds;
    facts.nanoseconds = nanoseconds;
    facts.originalBytes = originalBytes;
    const theirs = this.next();
    if (theirs === undefined) return;
    this.records++;
    this.bytes += PCAP_RECORD_HEADER_BYTES + capturedBytes;

    const frame = Buffer.from(view.buffer, view.byteOffset + start, capturedBytes);
    compareRecord(facts, frame, theirs, differences);
    if (this.ourLinkType === LINKTYPE_ETHERNET) decodeEthernet(view, start, start + capturedBytes, facts);
    const theirArp = this.theirLinkType === LINKTYPE_ETHERNET ? readSecondArp(theirs.frame) : null;
    if (compareArp(facts, theirArp, differences)) this.arpFrames++;
  }

  /** Must be called once no frame follows, with how the capture ended. */
  finish({ problem }: CaptureEnd): void {
    const beyond = this.next();
    // Ours refuses a record that claims too much, and what the second decoder then makes of it is beside the point.
    if (problem !== null && beyond !== undefined && beyond.capturedBytes > LONGEST_RECORD_BYTES) return;
    this.checkStep();
  }

  /** The second decoder's next record, undefined where it finds no other up to the end of the chunk. */
  private next(): SecondRecord | undefined {
    while (this.taken === this.waiting.length && this.unfed.length > 0) {
      this.waiting = [];
      this.taken = 0;
      this.feedSlice();
    }
    const record = this.waiting[this.taken];
    if (record !== undefined) this.taken++;
    return record;
  }

  private feedSlice(): void {
    const slice = this.unfed.subarray(0, SLICE_BYTES);
    this.unfed = this.unfed.subarray(slice.length);
    this.feed(slice);
  }

  /** Where ours has walked a chunk to its end, both must have found equally many records. */
  private checkStep(): void {
    while (this.unfed.length > 0) this.feedSlice();
    const ours = this.facts.number;
    if (this.isOutOfStep || ours === this.theirRecords) return;
    this.isOutOfStep = true;
    this.differences.addOnTop("record-count", countText(ours), countText(this.theirRecords));
  }
}
