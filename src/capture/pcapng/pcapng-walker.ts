import { MOST_INTERFACES_OF_SECTION } from "../../limits.ts";
import type { CaptureSink } from "../capture-sink.ts";
import type { RecordWalker, Resynchronised } from "../record-walker.ts";
import {
  blockProblem,
  lengthProblem,
  PACKET_BLOCK,
  packetProblem,
  SIMPLE_PACKET_BLOCK,
} from "./block-problems.ts";
import { isBlockAt } from "./block-search.ts";
import { CaptureDescription } from "./description.ts";
import { INTERFACE_BLOCK, type Interface, readInterface } from "./interface.ts";
import { InterfaceIdentities } from "./interface-identities.ts";
import { Oddities } from "./oddities.ts";
import { padded, tooShort } from "./options.ts";
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

/** Type and length. */
const BLOCK_HEADER_BYTES = 8;
/** To the end of a section's byte-order magic, by which its length can be read. */
const SECTION_START_BYTES = 12;

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
  private readonly oddities = new Oddities();

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
        const lenient = this.oddities.unpaddedEnd(view, offset, end, littleEndian);
        if (lenient === null) {
          this.wantedBytes = padded(length);
          return this.stop(offset, blockProblem(view, offset, end, littleEndian));
        }
        next = lenient;
      }
      if (type === ENHANCED_PACKET_BLOCK) {
        const body = next - BLOCK_TRAILER_BYTES;
        const source = this.interfaces[view.getUint32(offset + 8, littleEndian)];
        if (length < PACKET_AT + BLOCK_TRAILER_BYTES || source === undefined)
          return this.stop(offset, packetProblem(view, offset, length, littleEndian, this.interfaces.length));
        const runEnd = this.takeRun(view, offset, end, source);
        if (runEnd > offset) {
          offset = runEnd;
          continue;
        }
        const capturedBytes = view.getUint32(offset + 20, littleEndian);
        if (offset + PACKET_AT + capturedBytes > body || capturedBytes > source.longestBytes)
          return this.stop(offset, lengthProblem(capturedBytes, source.longestBytes, type));
        this.setTime(view, offset, source);
        this.give(view, offset + PACKET_AT, capturedBytes, view.getUint32(offset + 24, littleEndian), source);
        const options = offset + PACKET_AT + padded(capturedBytes);
        if (options < body)
          this.description.readComments(view, options, body, littleEndian, type, this.frames);
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
    return this.oddities.notes;
  }

  get faults(): readonly string[] {
    return this.oddities.faults;
  }

  private stop(offset: number, damage: string | null): number {
    this.damage = damage;
    return offset;
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
          this.description.readComments(
            view,
            body + SECTION_OPTIONS_AT,
            bodyEnd,
            this.littleEndian,
            type,
            null,
          );
          return null;
        }
        case INTERFACE_BLOCK:
          if (this.interfaces.length >= MOST_INTERFACES_OF_SECTION)
            return `more than ${MOST_INTERFACES_OF_SECTION} interfaces in one section`;
          this.addInterface(readInterface(view, body, bodyEnd, this.littleEndian));
          this.description.readComments(view, body + 8, bodyEnd, this.littleEndian, type, null);
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
      return lengthProblem(capturedBytes, source.longestBytes, SIMPLE_PACKET_BLOCK);
    this.oddities.timelessFrames++;
    this.give(view, offset + SIMPLE_PACKET_AT, capturedBytes, originalBytes, source);
    return null;
  }

  /** The obsolete Packet Block: its interface has 16 bits, and a count of drops follows. */
  private takePacket(view: DataView, offset: number, bodyEnd: number): string | null {
    const { littleEndian } = this;
    const length = bodyEnd + BLOCK_TRAILER_BYTES - offset;
    if (length < PACKET_AT + BLOCK_TRAILER_BYTES) return tooShort(PACKET_BLOCK).message;
    const source = this.interfaces[view.getUint16(offset + 8, littleEndian)];
    if (source === undefined)
      return packetProblem(view, offset, length, littleEndian, this.interfaces.length);
    const capturedBytes = view.getUint32(offset + 20, littleEndian);
    if (offset + PACKET_AT + capturedBytes > bodyEnd || capturedBytes > source.longestBytes)
      return lengthProblem(capturedBytes, source.longestBytes, PACKET_BLOCK);
    this.setTime(view, offset, source);
    const originalBytes = view.getUint32(offset + 24, littleEndian);
    this.give(view, offset + PACKET_AT, capturedBytes, originalBytes, source);
    const options = offset + PACKET_AT + padded(capturedBytes);
    this.description.readComments(view, options, bodyEnd, littleEndian, PACKET_BLOCK, this.frames);
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
    for (const captured of this.identities.turnTo(source)) this.sink.interface(captured);
  }
}
