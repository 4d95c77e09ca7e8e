import type { ByteSource } from "../bytes/byte-source.ts";
import { LONGEST_RECORD_BYTES, PCAP_RECORD_HEADER_BYTES } from "./pcap-records.ts";

/** Big enough that a read costs the kernel's copy and little else, small enough to be decoded from the second-level cache. */
const CHUNK_BYTES = 1 << 18;
/** The longest tail that one chunk of pcap can leave for the next: a record that lacks its last byte. */
const CARRY_BYTES = LONGEST_RECORD_BYTES + PCAP_RECORD_HEADER_BYTES;
/** Less room is not worth a call. */
const LEAST_ROOM_BYTES = 1 << 12;

/**
 * The one buffer through which a capture's bytes go: `[room for the unfinished tail | what was read]`. The tail is
 * copied right before the next chunk, so a record is never split. It grows where a block is larger than any record.
 */
export class ReadBuffer {
  private bytes = new Uint8Array(CARRY_BYTES + CHUNK_BYTES);
  view = new DataView(this.bytes.buffer);
  /** Where what was not used yet begins, and ends. */
  start = CARRY_BYTES;
  end = CARRY_BYTES;
  /** Read so far, used or not. */
  readBytes = 0;
  private carryBytes = CARRY_BYTES;

  /** What is there and not used yet; good until the next `fill`. */
  get taken(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }

  use(bytes: number): void {
    this.start += bytes;
  }

  clear(): void {
    this.start = this.carryBytes;
    this.end = this.carryBytes;
    this.readBytes = 0;
  }

  /** Where in the capture what was not used yet begins. */
  get offset(): number {
    return this.readBytes - (this.end - this.start);
  }

  /** Reads until `wantedBytes` are there, however few come at once; less only where no more come. */
  async fill(
    source: ByteSource,
    wantedBytes: number,
    onBytes: (chunk: Uint8Array) => void = () => undefined,
  ): Promise<void> {
    while (this.end - this.start < wantedBytes) {
      const got = await this.readOnce(source, wantedBytes);
      if (got === 0) break;
      onBytes(this.bytes.subarray(this.end - got, this.end));
    }
  }

  private readOnce(source: ByteSource, wantedBytes: number): Promise<number> {
    const tail = this.end - this.start;
    if (wantedBytes > this.carryBytes) this.grow(wantedBytes);
    if (tail === 0 || this.end + LEAST_ROOM_BYTES > this.bytes.length || this.isTight(wantedBytes))
      this.makeRoom(tail);
    return this.readAt(source, Math.min(CHUNK_BYTES, this.bytes.length - this.end));
  }

  private async readAt(source: ByteSource, length: number): Promise<number> {
    const got = await source.read(this.bytes, this.end, length);
    this.end += got;
    this.readBytes += got;
    return got;
  }

  /** Whether what is wanted does not fit behind what is there. */
  private isTight(wantedBytes: number): boolean {
    return this.start + wantedBytes > this.bytes.length;
  }

  private makeRoom(tail: number): void {
    const start = tail > this.carryBytes ? 0 : this.carryBytes - tail;
    this.bytes.copyWithin(start, this.start, this.end);
    this.start = start;
    this.end = start + tail;
  }

  private grow(wantedBytes: number): void {
    const tail = this.taken;
    this.carryBytes = wantedBytes;
    const bytes = new Uint8Array(wantedBytes + CHUNK_BYTES);
    bytes.set(tail, wantedBytes - tail.length);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.start = wantedBytes - tail.length;
    this.end = wantedBytes;
  }
}
