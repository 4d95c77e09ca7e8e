import { closeSync, openSync, writeSync } from "node:fs";
import type { FrameWriter } from "./frame-writer.ts";

const BLOCK_BYTES = 4 << 20;
const HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const SNAP_LENGTH = 262_144;

/** A classic pcap file, little-endian with microseconds as tcpdump writes it, put on disk in blocks of 4 MiB. */
export class PcapWriter implements FrameWriter {
  readonly bytes = new Uint8Array(BLOCK_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  frames = 0;
  private readonly descriptor: number;
  private filled = HEADER_BYTES;
  private flushed = 0;

  constructor(path: string) {
    this.descriptor = openSync(path, "w");
    this.view.setUint32(0, 0xa1b2c3d4, true);
    this.view.setUint16(4, 2, true);
    this.view.setUint16(6, 4, true);
    this.view.setUint32(16, SNAP_LENGTH, true);
    this.view.setUint32(20, 1, true);
  }

  get writtenBytes(): number {
    return this.flushed + this.filled;
  }

  reserve(frameBytes: number, seconds: number, microseconds: number): number {
    if (this.filled + RECORD_HEADER_BYTES + frameBytes > BLOCK_BYTES) this.flush();
    const { view, filled } = this;
    view.setUint32(filled, seconds, true);
    view.setUint32(filled + 4, microseconds, true);
    view.setUint32(filled + 8, frameBytes, true);
    view.setUint32(filled + 12, frameBytes, true);
    this.filled = filled + RECORD_HEADER_BYTES + frameBytes;
    this.frames++;
    return filled + RECORD_HEADER_BYTES;
  }

  close(): void {
    this.flush();
    closeSync(this.descriptor);
  }

  private flush(): void {
    let written = 0;
    while (written < this.filled)
      written += writeSync(this.descriptor, this.bytes, written, this.filled - written);
    this.flushed += this.filled;
    this.filled = 0;
  }
}
