import type { CaptureSink } from "../capture-sink.ts";
import type { RecordWalker, Resynchronised } from "../record-walker.ts";
import { isBlockAt } from "./block-search.ts";
import { CaptureDescription } from "./description.ts";
import { INTERFACE_BLOCK, type Interface, readInterface } from "./interface.ts";
import { InterfaceIdentities } from "./interface-identities.ts";
import { OPTION_COMMENT, optionsOf, padded, tooShort } from "./options.ts";
import {
  BIG_ENDIAN_BLOCKS,
  BLOCK_TRAILER_BYTES,
  ENHANCED_PACKET_BLOCK,
  LITTLE_ENDIAN_BLOCKS,
  makeRecords,
  PACKET_AT,
  RECORD_AT,
} from "./packet-run.ts";
import {
  checkSection,
  SECTION_BLOCK,
  SECTION_OPTIONS_AT,
  sectionByteOrder,
  sectionLengthProblem,
} from "./section.ts";
import { readDropped, STATISTICS_BLOCK, STATISTICS_FIXED_BYTES } from "./statistics.ts";
import { optionText } from "./text.ts";

/** Type and length. */
const BLOCK_HEADER_BYTES = 8;
/** To the end of a section's byte-order magic, by which its length can be read. */
const SECTION_START_BYTES = 12;
/** INITIAL_MAX_BLOCKSIZE of libpcap's sf-pcapng.c. */
const LARGEST_BLOCK_BYTES = 16 << 20;
/** Of one section. Nobody has as many, and somebody could claim billions. */
const MOST_INTERFACES = 65_536;

const PACKET_BLOCK = 2;
const SIMPLE_PACKET_BLOCK = 3;
/** 8 original length. */
const SIMPLE_PACKET_AT = 12;

/** Goes through a pcapng file (draft-ietf-opsawg-pcapng) block by block, from its first section header on. */
export class PcapngWalker implements RecordWalker {
  readonly description = new CaptureDescription();
  wantedBytes = SECTION_START_BYTES;
  damage: string | null = null;
  readonly isWithinRecord = false;
  /** Whether a whole section header was read. */
  hasBegun = false;
  private readonly sink: CaptureSink;
  private littleEndian = true;
  private interfaces: Interface[] = [];
  private readonly identities = new InterfaceIdentities();
  /** The newest frame's. */
  private source: Interface | null = null;
  private linkType = -1;
  private frames = 0;
  private seconds = 0;
  private nanoseconds = 0;
  private timelessFrames = 0;
  private unpaddedBlocks = 0;
  private unpaddedBytes = 0;

  constructor(sink: CaptureSink) {
    this.sink = sink;
  }

  walk(view: DataView, start: number, end: number): number {
    let { littleEndian } = this;
    this.damage = null;
    let offset = start;
    for (;;) {
      if (end - offset < SECTION_START_BYTES) {
        this.wantedBytes = SECTION_START_BYTES;
        return offset;
      }
      const type = view.getUint32(offset, littleEndian);
      if (type === SECTION_BLOCK) {
        const order = sectionByteOrder(view, offset);
        if (order === null)
          return this.stop(offset, "the file has a section with a bad byte order magic field");
        littleEndian = order === "little";
        this.littleEndian = littleEndian;
      }
      const length = view.getUint32(offset + 4, littleEndian);
      let next = offset + length;
      if (
        length < 12 ||
        (length & 3) !== 0 ||
        next > end ||
        view.getUint32(next - 4, littleEndian) !== length
      ) {
        const lenient = this.unpaddedLength(view, offset, length, end);
        if (lenient === null) {
          this.wantedBytes = padded(length);
          return this.stop(offset, this.blockProblem(view, offset, length, end, type));
        }
        next = lenient;
      }
      if (type === ENHANCED_PACKET_BLOCK) {
        const body = next - BLOCK_TRAILER_BYTES;
        const source = this.interfaces[view.getUint32(offset + 8, littleEndian)];
        if (length < PACKET_AT + BLOCK_TRAILER_BYTES || source === undefined)
          return this.stop(offset, this.packetProblem(view, offset, length, type));
        const runEnd = this.takeRun(view, offset, end, source);
        if (runEnd > offset) {
          offset = runEnd;
          continue;
        }
        const capturedBytes = view.getUint32(offset + 20, littleEndian);
        if (offset + PACKET_AT + capturedBytes > body || capturedBytes > source.longestBytes)
          return this.stop(offset, this.lengthProblem(capturedBytes, source, type));
        this.setTime(view, offset, source);
        this.give(view, offset + PACKET_AT, capturedBytes, view.getUint32(offset + 24, littleEndian), source);
        const options = offset + PACKET_AT + padded(capturedBytes);
        if (options < body) this.readComments(view, options, body, type, this.frames);
      } else {
        const problem = this.takeBlock(view, offset, next, type);
        if (problem !== null) return this.stop(offset, problem);
      }
      offset = next;
    }
  }

  /** @returns where the first block begins that is not like the one at `offset`, and was not taken with it */
  private takeRun(view: DataView, offset: number, end: number, source: Interface): number {
    const { sink, littleEndian } = this;
    const framesBefore = source.frames;
    const runEnd = makeRecords(view, offset, end, littleEndian, source);
    if (runEnd === offset) return offset;
    if (source !== this.source) this.turnTo(source);
    this.frames += source.frames - framesBefore;
    this.seconds = source.clock.seconds;
    this.nanoseconds = source.clock.nanoseconds;
    const form = littleEndian ? LITTLE_ENDIAN_BLOCKS : BIG_ENDIAN_BLOCKS;
    const recordsEnd = runEnd + RECORD_AT;
    let record = offset + RECORD_AT;
    for (;;) {
      if (sink.skipOrdinary !== undefined) record = sink.skipOrdinary(view, form, record, runEnd);
      if (record >= recordsEnd) return runEnd;
      sink.frame(
        view,
        record - RECORD_AT + PACKET_AT,
        view.getUint32(record + 8, littleEndian),
        view.getUint32(record + 12, littleEndian),
        view.getUint32(record, littleEndian),
        view.getUint32(record + 4, littleEndian),
      );
      record += view.getUint32(record - RECORD_AT + 4, littleEndian);
    }
  }

  describeCut(view: DataView, start: number, end: number): string {
    const found = end - start;
    const expected =
      found < BLOCK_HEADER_BYTES ? BLOCK_HEADER_BYTES : view.getUint32(start + 4, this.littleEndian);
    return `cut short: truncated pcapng dump file; tried to read ${expected} bytes, only got ${found}; expected a whole block`;
  }

  resynchronise(view: DataView, start: number, end: number, isEnd: boolean): Resynchronised {
    for (let offset = start; offset < end; offset++) {
      const found = isBlockAt(view, offset, end, this.littleEndian, this.interfaces.length);
      if (found === "yes") {
        this.damage = null;
        return { offset, isFound: true };
      }
      if (found === "no" || isEnd) continue;
      this.wantedBytes = found;
      return { offset, isFound: false };
    }
    this.wantedBytes = 0;
    return { offset: end, isFound: false };
  }

  get notes(): readonly string[] {
    const { timelessFrames: frames } = this;
    if (frames === 0) return [];
    return [
      `${frames} ${frames === 1 ? "frame has" : "frames have"} no time (Simple Packet Blocks), and took that of the frame before`,
    ];
  }

  get faults(): readonly string[] {
    const { unpaddedBlocks: blocks, unpaddedBytes: bytes } = this;
    if (blocks === 0) return [];
    return [
      `${blocks} ${blocks === 1 ? "block" : "blocks"} in pcapng dump file, the last one with a length of ${bytes} that is not a multiple of 4; read as if padded to it`,
    ];
  }

  private stop(offset: number, damage: string | null): number {
    this.damage = damage;
    return offset;
  }

  /**
   * Some writers state the length without the padding at both ends of a block, and Wireshark reads such files. libpcap
   * does not: it is a fault all the same.
   *
   * @returns where the next block begins; null where this is not such a block
   */
  private unpaddedLength(view: DataView, offset: number, length: number, end: number): number | null {
    const next = offset + padded(length);
    if (length < 12 || (length & 3) === 0 || length > LARGEST_BLOCK_BYTES || next > end) return null;
    if (view.getUint32(next - BLOCK_TRAILER_BYTES, this.littleEndian) !== length) return null;
    this.unpaddedBlocks++;
    this.unpaddedBytes = length;
    return next;
  }

  /** The five checks of libpcap's `read_block`, in its order and words; null where only bytes are missing so far. */
  private blockProblem(
    view: DataView,
    offset: number,
    length: number,
    end: number,
    type: number,
  ): string | null {
    const sectionProblem = type === SECTION_BLOCK ? sectionLengthProblem(length) : null;
    if (sectionProblem !== null) return sectionProblem;
    if (length < 12) return `block in pcapng dump file has a length of ${length} < 12`;
    if (length % 4 !== 0 && offset + padded(length) > end && length <= LARGEST_BLOCK_BYTES) return null;
    if (length % 4 !== 0)
      return `block in pcapng dump file has a length of ${length} that is not a multiple of 4`;
    if (length > LARGEST_BLOCK_BYTES) return `pcapng block size ${length} > maximum ${LARGEST_BLOCK_BYTES}`;
    if (offset + length > end) return null;
    const trailer = view.getUint32(offset + length - BLOCK_TRAILER_BYTES, this.littleEndian);
    return `block total length in header ${length} and trailer ${trailer} don't match`;
  }

  private packetProblem(view: DataView, offset: number, length: number, type: number): string {
    if (length < PACKET_AT + BLOCK_TRAILER_BYTES) return tooShort(type).message;
    if (this.interfaces.length === 0)
      return "the capture file has a packet block before any Interface Description Blocks";
    const id =
      type === PACKET_BLOCK
        ? view.getUint16(offset + 8, this.littleEndian)
        : type === SIMPLE_PACKET_BLOCK
          ? 0
          : view.getUint32(offset + 8, this.littleEndian);
    return `a packet arrived on interface ${id}, but there's no Interface Description Block for that interface`;
  }

  private lengthProblem(capturedBytes: number, source: Interface, type: number): string {
    if (capturedBytes <= source.longestBytes) return tooShort(type).message;
    return `invalid packet capture length ${capturedBytes}, bigger than maximum of ${source.longestBytes}`;
  }

  /** @returns what is wrong with the block, null where nothing is */
  private takeBlock(view: DataView, offset: number, next: number, type: number): string | null {
    const body = offset + BLOCK_HEADER_BYTES;
    const bodyEnd = next - BLOCK_TRAILER_BYTES;
    try {
      switch (type) {
        case SECTION_BLOCK: {
          const problem = sectionLengthProblem(next - offset);
          if (problem !== null) return problem;
          checkSection(view, body, bodyEnd, this.littleEndian);
          this.hasBegun = true;
          this.interfaces = [];
          this.identities.beginSection();
          this.readComments(view, body + SECTION_OPTIONS_AT, bodyEnd, type, null);
          return null;
        }
        case INTERFACE_BLOCK:
          this.addInterface(readInterface(view, body, bodyEnd, this.littleEndian));
          this.readComments(view, body + 8, bodyEnd, type, null);
          return null;
        case SIMPLE_PACKET_BLOCK:
          return this.takeSimplePacket(view, offset, bodyEnd);
        case PACKET_BLOCK:
          return this.takePacket(view, offset, bodyEnd);
        case STATISTICS_BLOCK:
          this.takeStatistics(view, body, bodyEnd);
          return null;
        default:
          return null;
      }
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private takeStatistics(view: DataView, body: number, bodyEnd: number): void {
    if (bodyEnd - body < STATISTICS_FIXED_BYTES) return;
    const source = this.interfaces[view.getUint32(body, this.littleEndian)];
    const dropped = readDropped(view, body + STATISTICS_FIXED_BYTES, bodyEnd, this.littleEndian);
    if (source === undefined || dropped === null) return;
    const { description } = this;
    description.dropped = (description.dropped ?? 0) + dropped - (source.dropped ?? 0);
    source.dropped = dropped;
  }

  private addInterface(described: Interface): void {
    if (this.interfaces.length >= MOST_INTERFACES)
      throw new Error(`more than ${MOST_INTERFACES} interfaces in one section`);
    this.identities.add(described, this.interfaces.length);
    // From the second one on the next frame's is to be told.
    this.source = null;
    this.interfaces.push(described);
    this.description.addInterface(described);
  }

  /** A Simple Packet Block tells neither interface nor time nor captured length. */
  private takeSimplePacket(view: DataView, offset: number, bodyEnd: number): string | null {
    const [source] = this.interfaces;
    if (bodyEnd - offset < SIMPLE_PACKET_AT) return tooShort(SIMPLE_PACKET_BLOCK).message;
    if (source === undefined)
      return "the capture file has a packet block before any Interface Description Blocks";
    const originalBytes = view.getUint32(offset + 8, this.littleEndian);
    const capturedBytes = Math.min(originalBytes, source.snapLengthBytes);
    if (capturedBytes > source.longestBytes || offset + SIMPLE_PACKET_AT + capturedBytes > bodyEnd)
      return this.lengthProblem(capturedBytes, source, SIMPLE_PACKET_BLOCK);
    this.timelessFrames++;
    this.give(view, offset + SIMPLE_PACKET_AT, capturedBytes, originalBytes, source);
    return null;
  }

  /** The obsolete Packet Block: its interface has 16 bits, and a count of drops follows. */
  private takePacket(view: DataView, offset: number, bodyEnd: number): string | null {
    const { littleEndian } = this;
    const length = bodyEnd + BLOCK_TRAILER_BYTES - offset;
    if (length < PACKET_AT + BLOCK_TRAILER_BYTES) return tooShort(PACKET_BLOCK).message;
    const source = this.interfaces[view.getUint16(offset + 8, littleEndian)];
    if (source === undefined) return this.packetProblem(view, offset, length, PACKET_BLOCK);
    const capturedBytes = view.getUint32(offset + 20, littleEndian);
    if (offset + PACKET_AT + capturedBytes > bodyEnd || capturedBytes > source.longestBytes)
      return this.lengthProblem(capturedBytes, source, PACKET_BLOCK);
    this.setTime(view, offset, source);
    const originalBytes = view.getUint32(offset + 24, littleEndian);
    this.give(view, offset + PACKET_AT, capturedBytes, originalBytes, source);
    this.readComments(view, offset + PACKET_AT + padded(capturedBytes), bodyEnd, PACKET_BLOCK, this.frames);
    return null;
  }

  private setTime(view: DataView, offset: number, { clock }: Interface): void {
    clock.set(view.getUint32(offset + 12, this.littleEndian), view.getUint32(offset + 16, this.littleEndian));
    this.seconds = clock.seconds;
    this.nanoseconds = clock.nanoseconds;
  }

  private give(
    view: DataView,
    start: number,
    capturedBytes: number,
    originalBytes: number,
    source: Interface,
  ): void {
    if (source !== this.source) this.turnTo(source);
    source.frames++;
    this.frames++;
    const given = Math.min(capturedBytes, source.snapLengthBytes);
    this.sink.frame(view, start, given, originalBytes, this.seconds, this.nanoseconds);
  }

  private turnTo(source: Interface): void {
    const { linkType } = source;
    this.source = source;
    if (linkType !== this.linkType) {
      this.linkType = linkType;
      this.sink.link(linkType);
    }
    for (const captured of this.identities.turnTo(source)) this.sink.interface?.(captured);
  }

  /** Options that do not fit are no damage where only a comment could be lost. */
  private readComments(view: DataView, start: number, end: number, type: number, frame: number | null): void {
    const { description, littleEndian } = this;
    if (start >= end) return;
    try {
      for (const option of optionsOf(view, start, end, littleEndian, type)) {
        if (option.code !== OPTION_COMMENT || option.length === 0) continue;
        if (description.takesComments) description.addComment({ frame, text: optionText(view, option) });
        else description.commentsOmitted++;
      }
    } catch {
      return;
    }
  }
}
