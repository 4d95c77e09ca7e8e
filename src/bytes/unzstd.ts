import type { ByteSource } from "./byte-source.ts";
import { withStart } from "./derived.ts";
import { UnpackedQueue } from "./unpacked-queue.ts";
import { type UnpackedSource, unpackedName } from "./unpacked-source.ts";
import { LARGEST_BLOCK_BYTES, ZstdFrames, type ZstdPiece } from "./zstd-frames.ts";
import { openZstdDecoder, type ZstdDecoder } from "./zstd-wasm.ts";

const PIECE_BYTES = 1 << 17;

/**
 * What decoding may cost, in bytes of windows moved or made: some hundred times what comes out of it, which no encoder
 * comes near. In a crafted file each byte may be a frame of its own that asks for megabytes.
 */
const WINDOW_BYTES_PER_UNPACKED = 512;
const WINDOW_BYTES_FREE = 2 ** 32;

/** A zstd file's contents: all frames, one after the other. */
export class Unzstd implements UnpackedSource {
  readonly compression = "zstd";
  readonly name: string;
  readonly sizeBytes = null;
  readonly note = null;
  problem: string | null = null;
  private readonly frames = new ZstdFrames();
  private readonly queue: UnpackedQueue;
  private readonly decoder: PacedDecoder;
  private windowBytes = 0;
  private isClosed = false;

  constructor(source: ByteSource, start: Uint8Array) {
    this.name = unpackedName(source);
    this.queue = new UnpackedQueue(() => this.decoder.resume());
    this.decoder = new PacedDecoder(this.queue);
    this.feed(withStart(start, source)).then(
      () => this.queue.end(),
      (error: unknown) => this.queue.fail(error),
    );
  }

  read(target: Uint8Array, offset: number, length: number): Promise<number> {
    return this.queue.read(target, offset, length);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.decoder.close();
  }

  private async feed(source: ByteSource): Promise<void> {
    const buffer = new Uint8Array(PIECE_BYTES);
    let offset = 0;
    while (!this.isClosed && this.problem === null) {
      const got = await source.read(buffer, 0, buffer.length);
      if (got === 0) break;
      await this.decode(buffer.subarray(0, got)).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.problem = `offset ${this.frames.offset}: the zstd data cannot be unpacked: ${reason}`;
      });
      offset += got;
    }
    if (this.problem === null && !this.frames.isBetweenFrames)
      this.problem = `offset ${offset}: cut short: the zstd data ends within a frame`;
  }

  private async decode(chunk: Uint8Array): Promise<void> {
    for (const piece of this.frames.pieces(chunk)) {
      if (this.isClosed) return;
      if (piece.completes) this.windowBytes += this.frames.windowBytes;
      if (this.windowBytes > WINDOW_BYTES_FREE + WINDOW_BYTES_PER_UNPACKED * this.queue.putBytes) {
        throw new Error(
          "expected blocks of some size under so large a window: unpack it with zstd -d if you trust it",
        );
      }
      await this.decoder.decode(piece);
    }
  }
}

/** So much is unpacked before the reader has its turn, into the same memory each time: new memory costs a third more. */
const ROOM_BYTES = 1 << 18;

/** Decodes where the reader runs, a block or two before it. */
class PacedDecoder {
  private readonly queue: UnpackedQueue;
  private readonly room = new Uint8Array(ROOM_BYTES);
  private filled = 0;
  private decoder: ZstdDecoder | null = null;
  private wake: () => void = () => undefined;
  private isClosed = false;

  constructor(queue: UnpackedQueue) {
    this.queue = queue;
  }

  async decode({ bytes, ends }: ZstdPiece): Promise<void> {
    if (this.filled > ROOM_BYTES - LARGEST_BLOCK_BYTES) await this.untilAllIsRead();
    this.decoder ??= await openZstdDecoder();
    if (this.isClosed) {
      this.decoder.close();
      return;
    }
    const isComplete = this.decoder.decode(bytes, (unpacked) => this.put(unpacked));
    if (ends && !isComplete) throw new Error("its last block ends before the frame does");
  }

  resume(): void {
    this.wake();
  }

  close(): void {
    this.isClosed = true;
    this.decoder?.close();
    this.wake();
  }

  private put(unpacked: Uint8Array): void {
    const end = this.filled + unpacked.length;
    this.room.set(unpacked, this.filled);
    this.queue.put(this.room.subarray(this.filled, end));
    this.filled = end;
  }

  private async untilAllIsRead(): Promise<void> {
    while (!this.queue.isEmpty && !this.isClosed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.filled = 0;
  }
}
