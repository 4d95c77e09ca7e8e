import type { FrameWriter } from "./frame-writer.ts";

const FIRST_BYTES = 1 << 20;
const LONGEST_FRAME = 1 << 16;
const RECORD_HEADER_BYTES = 16;

/** The records of a little-endian pcap file, without its header, in memory. */
export class MemoryWriter implements FrameWriter {
  bytes = new Uint8Array(FIRST_BYTES);
  view = new DataView(this.bytes.buffer);
  frames = 0;
  writtenBytes = 0;
  /** Where each frame begins in `bytes`. */
  readonly starts: number[] = [];

  reserve(frameBytes: number, seconds: number, microseconds: number): number {
    if (this.writtenBytes + LONGEST_FRAME > this.bytes.length) this.grow();
    const { view, writtenBytes } = this;
    view.setUint32(writtenBytes, seconds, true);
    view.setUint32(writtenBytes + 4, microseconds, true);
    view.setUint32(writtenBytes + 8, frameBytes, true);
    view.setUint32(writtenBytes + 12, frameBytes, true);
    const start = writtenBytes + RECORD_HEADER_BYTES;
    this.starts.push(start);
    this.writtenBytes = start + frameBytes;
    this.frames++;
    return start;
  }

  private grow(): void {
    const larger = new Uint8Array(this.bytes.length * 2);
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}
