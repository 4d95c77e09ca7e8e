import type { ByteSource } from "../../bytes/byte-source.ts";
import type { CaptureSink } from "../../capture/capture-sink.ts";
import { readCapture } from "../../capture/read-capture.ts";
import { FrameFacts } from "../../decode/facts.ts";
import { type LinkDecoder, linkDecoder } from "../../decode/link-layer.ts";
import type { FrameFields } from "./frame-fields.ts";
import { ownFields } from "./own-fields.ts";

/**
 * A capture's frames as our decoders read them, one after the other as they are asked for: the capture is read no
 * further than that, so that no more of it than one chunk waits in memory.
 */
export class OwnFrames {
  /** Of the capture, read so far; all of it once `next` has returned null. */
  bytes = 0;
  problem: string | null = null;

  private waiting: FrameFields[] = [];
  private taken = 0;
  private isAtEnd = false;
  private failure: unknown = null;
  /** Lets the capture be read on. */
  private readOn: () => void = () => undefined;
  /** Tells that frames came, or the end. */
  private arrived: () => void = () => undefined;

  constructor(source: ByteSource, onProgress: (bytes: number) => void = () => undefined) {
    this.begin(source, onProgress);
  }

  /** @returns null at the end */
  async next(): Promise<FrameFields | null> {
    while (this.taken === this.waiting.length) {
      if (this.failure !== null) throw this.failure;
      if (this.isAtEnd) return null;
      this.waiting = [];
      this.taken = 0;
      const arrival = new Promise<void>((resolve) => {
        this.arrived = resolve;
      });
      this.readOn();
      await arrival;
    }
    return this.waiting[this.taken++] ?? null;
  }

  /** The next chunk's turn comes when all frames of the last one were taken. */
  private untilWanted(): Promise<void> {
    const wanted = new Promise<void>((resolve) => {
      this.readOn = resolve;
    });
    this.arrived();
    return wanted;
  }

  private async begin(source: ByteSource, onProgress: (bytes: number) => void): Promise<void> {
    try {
      const end = await readCapture(source, new Snapshots((frame) => this.waiting.push(frame)), {
        onProgress,
        turn: () => this.untilWanted(),
      });
      this.bytes = end.bytes;
      this.problem = end.problem;
    } catch (error) {
      this.failure = error;
    }
    this.isAtEnd = true;
    this.arrived();
  }
}

/** Decodes each frame and keeps what was decoded, because the record of facts is reused. */
class Snapshots implements CaptureSink {
  private readonly facts = new FrameFacts();
  private readonly take: (frame: FrameFields) => void;
  private linkType = 0;
  private decode: LinkDecoder | undefined;

  constructor(take: (frame: FrameFields) => void) {
    this.take = take;
  }

  link(linkType: number): void {
    this.linkType = linkType;
    this.decode = linkDecoder(linkType);
  }

  /** Fields are compared frame by frame, whatever the interface. */
  interface(): void {}

  skipTo(number: number): void {
    this.facts.number = number - 1;
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
    facts.seconds = seconds;
    facts.nanoseconds = nanoseconds;
    facts.originalBytes = originalBytes;
    facts.kind = 0;
    facts.anomaly = 0;
    facts.segment = 0;
    this.decode?.(view, start, start + capturedBytes, facts);
    this.take(ownFields(facts, this.linkType, capturedBytes));
  }
}
