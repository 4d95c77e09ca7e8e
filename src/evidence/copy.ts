import type { CaptureInterface } from "../capture/capture-sink.ts";
import { linkTypeName } from "../capture/link-type.ts";
import type { MergeSink } from "../capture/merge/frame-queue.ts";
import { FrameFacts, FrameKind, LinkAddresses } from "../decode/facts.ts";
import { beginFrame } from "../decode/link-addresses.ts";
import { type LinkDecoder, linkDecoder } from "../decode/link-layer.ts";
import { printable } from "../words/letters.ts";
import type { Comments } from "./comments.ts";
import type { FrameNumbers } from "./frame-numbers.ts";
import { enhancedPacket, interfaceDescription } from "./pcapng-writer.ts";

/** Where the blocks of the file go, in order. */
export interface BlockSink {
  write(block: Uint8Array): void;
}

/** The interfaces of the file, one for each capture, link type and interface of its own; it knows how many frames were written. */
export class EvidenceWriter {
  frames = 0;
  private readonly out: BlockSink;
  private readonly interfaces = new Map<string, number>();

  constructor(out: BlockSink) {
    this.out = out;
  }

  interfaceOf(capture: number, file: string, linkType: number, network: string): number {
    const key = `${capture},${linkType},${network}`;
    const known = this.interfaces.get(key);
    if (known !== undefined) return known;
    const id = this.interfaces.size;
    this.interfaces.set(key, id);
    const description = `${file === "-" ? "standard input" : file} (${linkTypeName(linkType)})`;
    this.out.write(interfaceDescription(linkType, 0, printable(description), printable(network)));
    return id;
  }

  get hasInterfaces(): boolean {
    return this.interfaces.size > 0;
  }

  add(frame: Parameters<typeof enhancedPacket>[0]): void {
    this.frames++;
    this.out.write(enhancedPacket(frame));
  }
}

/** Copies the wanted frames of one capture. */
export class Copy implements MergeSink {
  private readonly facts = new FrameFacts();
  private readonly file: string;
  private readonly wanted: FrameNumbers;
  private readonly comments: Comments;
  private readonly writer: EvidenceWriter;
  private decode: LinkDecoder | undefined;
  private linkType = 0;
  /** Captures of several networks are one file now, whose interfaces tell them apart. */
  private readonly site: string;
  private network: string;
  /** Null where the frames that follow have another than those before. */
  private interfaceId: number | null = null;

  constructor(
    capture: number,
    file: string,
    network: number,
    wanted: FrameNumbers,
    comments: Comments,
    writer: EvidenceWriter,
  ) {
    this.facts.capture = capture;
    this.file = file;
    this.site = network === 0 ? "" : `network ${network}, `;
    this.network = `${this.site}interface 0`;
    this.wanted = wanted;
    this.comments = comments;
    this.writer = writer;
  }

  link(linkType: number): void {
    this.decode = linkDecoder(linkType);
    beginFrame(this.facts, LinkAddresses.Both);
    this.linkType = linkType;
    this.interfaceId = null;
  }

  interface({ network }: CaptureInterface): void {
    this.network = `${this.site}${network}`;
    this.interfaceId = null;
  }

  /** There is nothing to switch: each numbers its own capture's frames. */
  resume(): void {}

  skipTo(number: number): void {
    this.facts.number = number - 1;
  }

  /** A file without any frame still has an interface: libpcap reads none without. */
  finish(): void {
    const { writer, facts } = this;
    if (!writer.hasInterfaces) writer.interfaceOf(facts.capture, this.file, this.linkType, this.network);
  }

  frame(
    view: DataView,
    start: number,
    capturedBytes: number,
    originalBytes: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    const { facts } = this;
    facts.number++;
    if (!this.wanted.isNext(facts.number)) return;
    facts.seconds = seconds;
    facts.nanoseconds = nanoseconds;
    facts.originalBytes = originalBytes;
    facts.kind = FrameKind.Other;
    this.interfaceId ??= this.writer.interfaceOf(facts.capture, this.file, this.linkType, this.network);
    const { interfaceId } = this;
    this.decode?.(view, start, start + capturedBytes, facts);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + start, capturedBytes);
    const comment = this.comments.of(facts);
    this.writer.add({ interfaceId, seconds, nanoseconds, bytes, originalBytes, comment });
  }
}
