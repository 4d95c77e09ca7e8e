import { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { type UnpackedSource, unpackedName } from "./compression.ts";
import { withStart } from "./derived.ts";
import { NODE_INFLATER_OPTIONS, NodeInflater } from "./node-inflater.ts";
import type { ByteSource } from "./source.ts";
import { UnpackedQueue } from "./unpacked-queue.ts";
import { ZstdFrames, type ZstdPiece } from "./zstd-frames.ts";

const PIECE_BYTES = 1 << 17;

/**
 * What decoding may cost, in bytes of windows moved or made: some hundred times what comes out of it, which no encoder
 * comes near. A crafted file, of blocks of a byte each under a window of megabytes, would take hours.
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
  private readonly decoder: FrameDecoder;
  private windowBytes = 0;
  private isClosed = false;

  constructor(source: ByteSource, start: Uint8Array) {
    this.name = unpackedName(source);
    this.queue = new UnpackedQueue(() => this.decoder.resume());
    this.decoder = decoderFor(this.queue);
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
      const error = await this.decode(buffer.subarray(0, got)).catch(asError);
      if (error !== null)
        this.problem = `offset ${this.frames.offset}: the zstd data cannot be unpacked: ${error.message}`;
      offset += got;
    }
    if (this.problem === null && !this.frames.isBetweenFrames)
      this.problem = `offset ${offset}: cut short: the zstd data ends within a frame`;
  }

  private async decode(chunk: Uint8Array): Promise<Error | null> {
    for (const piece of this.frames.pieces(chunk)) {
      if (this.isClosed) return null;
      if (piece.completes) this.windowBytes += this.frames.windowBytes;
      if (this.windowBytes > WINDOW_BYTES_FREE + WINDOW_BYTES_PER_UNPACKED * this.queue.putBytes) {
        return new Error(
          "expected blocks of some size under so large a window: unpack it with zstd -d if you trust it",
        );
      }
      const error = await this.decoder.decode(piece);
      if (error !== null) return error;
    }
    return null;
  }
}

interface FrameDecoder {
  decode(piece: ZstdPiece): Promise<Error | null>;
  resume(): void;
  close(): void;
}

function decoderFor(queue: UnpackedQueue): FrameDecoder {
  const create: unknown = Reflect.get(zlib, "createZstdDecompress");
  return isFactory(create) ? new NativeDecoder(queue, create) : new PortableDecoder(queue);
}

type Factory = (options: typeof NODE_INFLATER_OPTIONS) => unknown;

function isFactory(value: unknown): value is Factory {
  return typeof value === "function";
}

/** Node's own, from 22.15 on. It stops after one frame, so each gets one of its own. */
class NativeDecoder implements FrameDecoder {
  private readonly queue: UnpackedQueue;
  private readonly create: Factory;
  private inflater: NodeInflater | null = null;

  constructor(queue: UnpackedQueue, create: Factory) {
    this.queue = queue;
    this.create = create;
  }

  async decode({ bytes, begins, ends }: ZstdPiece): Promise<Error | null> {
    if (begins || this.inflater === null) this.inflater = this.open();
    const error = await this.inflater.write(bytes);
    return error === null && ends ? this.inflater.end() : error;
  }

  resume(): void {
    this.inflater?.resume();
  }

  close(): void {
    this.inflater?.close();
  }

  private open(): NodeInflater {
    const transform = this.create(NODE_INFLATER_OPTIONS);
    if (!(transform instanceof Transform)) throw new Error("this Node's zstd is no stream");
    return new NodeInflater(transform, this.queue);
  }
}

/** fzstd, for Node 20. It runs where the reader does, block by block. */
class PortableDecoder implements FrameDecoder {
  private readonly queue: UnpackedQueue;
  private frame: Decompress | null = null;
  private wake: () => void = () => undefined;
  private isClosed = false;

  constructor(queue: UnpackedQueue) {
    this.queue = queue;
  }

  async decode({ bytes, begins, ends }: ZstdPiece): Promise<Error | null> {
    while (this.queue.isFull && !this.isClosed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (begins || this.frame === null) this.frame = new Decompress((unpacked) => this.queue.put(unpacked));
    // It keeps what is not yet a whole block, and the buffer is read into again.
    this.frame.push(bytes.slice(), ends);
    return null;
  }

  resume(): void {
    this.wake();
  }

  close(): void {
    this.isClosed = true;
    this.wake();
  }
}

/** fzstd throws RangeErrors and TypeErrors of JavaScript's, too, at what it did not expect. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
