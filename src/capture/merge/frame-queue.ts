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
  private head = 0;
  /** `FRAME`, `SKIP`, `INTERFACE`, or of a change its link type. */
  private readonly kinds: number[] = [];
  /** By index; a capture names few. */
  private readonly interfaces: CaptureInterface[] = [];
  /** Of a frame where its bytes begin, of a skip to which number, of an interface its index. */
  private readonly starts: number[] = [];
  private readonly captured: number[] = [];
  private readonly original: number[] = [];
  private readonly seconds: number[] = [];
  private readonly nanoseconds: number[] = [];

  /** From here on frames have somewhere to go. */
  attach(sink: MergeSink): void {
    this.sink = sink;
    this.emitChanges();
  }

  /** The time of the first frame that waits; null where none does. */
  get first(): Moment | null {
    for (let entry = this.head; entry < this.kinds.length; entry++) {
      if (this.kinds[entry] === FRAME)
        return { seconds: this.seconds[entry] ?? 0, nanoseconds: this.nanoseconds[entry] ?? 0 };
    }
    return null;
  }

  /** Gives the sink the first frame that waits. */
  emit(): void {
    const { sink, head } = this;
    if (sink === null || this.kinds[head] !== FRAME) return;
    this.head++;
    sink.frame(
      this.view,
      this.starts[head] ?? 0,
      this.captured[head] ?? 0,
      this.original[head] ?? 0,
      this.seconds[head] ?? 0,
      this.nanoseconds[head] ?? 0,
    );
    this.emitChanges();
  }

  link(linkType: number): void {
    if (this.sink !== null && this.isEmpty) this.sink.link(linkType);
    else this.put(linkType, 0, 0, 0, 0, 0);
  }

  interface(captured: CaptureInterface): void {
    this.interfaces[captured.index] = captured;
    if (this.sink !== null && this.isEmpty) this.sink.interface?.(captured);
    else this.put(INTERFACE, captured.index, 0, 0, 0, 0);
  }

  skipTo(number: number): void {
    if (this.sink !== null && this.isEmpty) this.sink.skipTo?.(number);
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
    return this.head === this.kinds.length;
  }

  private put(
    kind: number,
    start: number,
    captured: number,
    original: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    this.kinds.push(kind);
    this.starts.push(start);
    this.captured.push(captured);
    this.original.push(original);
    this.seconds.push(seconds);
    this.nanoseconds.push(nanoseconds);
  }

  /** Passes on what lies before the next frame. */
  private emitChanges(): void {
    const { sink } = this;
    if (sink === null) return;
    for (; !this.isEmpty && this.kinds[this.head] !== FRAME; this.head++) {
      const kind = this.kinds[this.head] ?? 0;
      if (kind === SKIP) sink.skipTo?.(this.starts[this.head] ?? 0);
      else if (kind === INTERFACE) this.emitInterface(this.starts[this.head] ?? 0);
      else sink.link(kind);
    }
    if (this.isEmpty) this.clear();
  }

  private emitInterface(index: number): void {
    const captured = this.interfaces[index];
    if (captured !== undefined) this.sink?.interface?.(captured);
  }

  private clear(): void {
    this.head = 0;
    this.usedBytes = 0;
    for (const column of [
      this.kinds,
      this.starts,
      this.captured,
      this.original,
      this.seconds,
      this.nanoseconds,
    ]) {
      column.length = 0;
    }
  }

  private grow(neededBytes: number): void {
    const bytes = new Uint8Array(Math.max(neededBytes, this.bytes.length * 2));
    bytes.set(this.bytes.subarray(0, this.usedBytes));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
