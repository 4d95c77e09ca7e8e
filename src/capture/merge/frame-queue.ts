import type { CaptureInterface, CaptureSink } from "../capture-sink.ts";
import type { RecordForm } from "../pcap-records.ts";
import { BEGINNING, type Moment } from "./moment.ts";

/** Who gets one capture's frames, now and then between those of others. */
export interface MergeSink extends CaptureSink {
  /** The frames that follow are of this capture, up to another one's call. */
  resume(): void;
  /** From here on captures are open besides this one, or none is any more: their frames lie between its own. */
  overlap?(isShared: boolean): void;
}

const FRAME = -1;
const SKIP = -2;
const INTERFACE = -3;
const SMALLEST_BYTES = 1 << 16;

/** What waits, in 6 doubles, because a frame's number and its lengths may take more than 31 bits. */
const Entry = {
  /** `FRAME`, `SKIP`, `INTERFACE`, or of a change its link type. */
  Kind: 0,
  /** Of a frame where its bytes begin, of a skip to which number, of an interface its index. */
  Start: 1,
  CapturedBytes: 2,
  OriginalBytes: 3,
  Seconds: 4,
  Nanoseconds: 5,
} as const;
const ENTRY_DOUBLES = 6;
const SMALLEST_ENTRIES = 1 << 8;

/**
 * Stands between a capture's reader and its sink: frames before the limit go through, the others wait.
 *
 * What waits is copied, because the reader's buffer is its own; it is one chunk's frames at most.
 */
export class FrameQueue implements CaptureSink {
  /** Frames before it pass through; it is the earliest moment at which another capture may have one. */
  limit: Moment = BEGINNING;
  private sink: MergeSink | null = null;
  private bytes = new Uint8Array(SMALLEST_BYTES);
  private view = new DataView(this.bytes.buffer);
  private usedBytes = 0;
  private entries = new Float64Array(SMALLEST_ENTRIES * ENTRY_DOUBLES);
  /** Where in `entries` the first one begins that waits, and where the next one will. */
  private head = 0;
  private tail = 0;
  private readonly waiting = { seconds: 0, nanoseconds: 0 };
  /** By index; a capture names few. */
  private readonly interfaces: CaptureInterface[] = [];

  /** From here on frames have somewhere to go. */
  attach(sink: MergeSink): void {
    this.sink = sink;
    this.emitChanges();
  }

  /** The time of the first frame that waits, good until the next one does; null where none does. */
  get first(): Moment | null {
    const { entries, waiting } = this;
    for (let entry = this.head; entry < this.tail; entry += ENTRY_DOUBLES) {
      if (entries[entry + Entry.Kind] !== FRAME) continue;
      waiting.seconds = entries[entry + Entry.Seconds] ?? 0;
      waiting.nanoseconds = entries[entry + Entry.Nanoseconds] ?? 0;
      return waiting;
    }
    return null;
  }

  /** Gives the sink the first frame that waits. */
  emit(): void {
    const { sink, head, entries } = this;
    if (sink === null || this.isEmpty || entries[head + Entry.Kind] !== FRAME) return;
    this.head += ENTRY_DOUBLES;
    sink.frame(
      this.view,
      entries[head + Entry.Start] ?? 0,
      entries[head + Entry.CapturedBytes] ?? 0,
      entries[head + Entry.OriginalBytes] ?? 0,
      entries[head + Entry.Seconds] ?? 0,
      entries[head + Entry.Nanoseconds] ?? 0,
    );
    this.emitChanges();
  }

  link(linkType: number): void {
    if (this.sink !== null && this.isEmpty) this.sink.link(linkType);
    else this.put(linkType, 0, 0, 0, 0, 0);
  }

  interface(captured: CaptureInterface): void {
    this.interfaces[captured.index] = captured;
    if (this.sink !== null && this.isEmpty) this.sink.interface(captured);
    else this.put(INTERFACE, captured.index, 0, 0, 0, 0);
  }

  skipTo(number: number): void {
    if (this.sink !== null && this.isEmpty) this.sink.skipTo(number);
    else this.put(SKIP, number, 0, 0, 0, 0);
  }

  /** Nothing can come between its frames once it is the last capture. */
  skipOrdinary(view: DataView, header: RecordForm, start: number, end: number): number {
    const isLast = this.limit.seconds === Number.POSITIVE_INFINITY && this.isEmpty;
    return isLast ? (this.sink?.skipOrdinary?.(view, header, start, end) ?? start) : start;
  }

  frame(
    view: DataView,
    start: number,
    capturedBytes: number,
    originalBytes: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    const { limit, sink } = this;
    const passes = seconds < limit.seconds || (seconds === limit.seconds && nanoseconds < limit.nanoseconds);
    if (passes && sink !== null && this.isEmpty) {
      sink.frame(view, start, capturedBytes, originalBytes, seconds, nanoseconds);
      return;
    }
    const at = this.usedBytes;
    if (at + capturedBytes > this.bytes.length) this.grow(at + capturedBytes);
    this.bytes.set(new Uint8Array(view.buffer, view.byteOffset + start, capturedBytes), at);
    this.usedBytes = at + capturedBytes;
    this.put(FRAME, at, capturedBytes, originalBytes, seconds, nanoseconds);
  }

  private get isEmpty(): boolean {
    return this.head === this.tail;
  }

  private put(
    kind: number,
    start: number,
    captured: number,
    original: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    const { tail } = this;
    if (tail === this.entries.length) this.growEntries();
    const { entries } = this;
    entries[tail + Entry.Kind] = kind;
    entries[tail + Entry.Start] = start;
    entries[tail + Entry.CapturedBytes] = captured;
    entries[tail + Entry.OriginalBytes] = original;
    entries[tail + Entry.Seconds] = seconds;
    entries[tail + Entry.Nanoseconds] = nanoseconds;
    this.tail = tail + ENTRY_DOUBLES;
  }

  /** Passes on what lies before the next frame. */
  private emitChanges(): void {
    const { sink } = this;
    if (sink === null) return;
    for (; !this.isEmpty; this.head += ENTRY_DOUBLES) {
      const kind = this.entries[this.head + Entry.Kind] ?? 0;
      if (kind === FRAME) return;
      const value = this.entries[this.head + Entry.Start] ?? 0;
      if (kind === SKIP) sink.skipTo(value);
      else if (kind === INTERFACE) this.emitInterface(value);
      else sink.link(kind);
    }
    this.head = 0;
    this.tail = 0;
    this.usedBytes = 0;
  }

  private emitInterface(index: number): void {
    const captured = this.interfaces[index];
    if (captured !== undefined) this.sink?.interface(captured);
  }

  private growEntries(): void {
    const entries = new Float64Array(this.entries.length * 2);
    entries.set(this.entries);
    this.entries = entries;
  }

  private grow(neededBytes: number): void {
    const bytes = new Uint8Array(Math.max(neededBytes, this.bytes.length * 2));
    bytes.set(this.bytes.subarray(0, this.usedBytes));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
