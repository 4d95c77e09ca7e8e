import type { Transform } from "node:stream";
import { systemCode } from "../files/system-error.ts";
import type { UnpackedQueue } from "./unpacked-queue.ts";

/**
 * For the making of a decompressor. Smaller pieces than a megabyte cost more than their unpacking; and with such a mark
 * it holds one piece at most while the queue is full, so that what was unpacked before an error is never lost.
 */
export const NODE_INFLATER_OPTIONS = { chunkSize: 1 << 20, readableHighWaterMark: 1 };

/** One of Node's decompressors, which works in a thread of Node's own. */
export class NodeInflater {
  private readonly transform: Transform;
  private error: Error | null = null;
  private isOver = false;
  private release: () => void = () => undefined;

  constructor(transform: Transform, queue: UnpackedQueue) {
    this.transform = transform;
    transform.on("data", (chunk: Uint8Array) => {
      queue.put(chunk);
      if (queue.isFull) transform.pause();
    });
    transform.on("error", (error) => {
      this.error = error;
      this.finish();
    });
    transform.on("end", () => this.finish());
    transform.on("close", () => this.finish());
  }

  /** The reader has made room. */
  resume(): void {
    this.transform.resume();
  }

  /** Resolves once `bytes` may be written over. @returns what is wrong with them, null where nothing is */
  async write(bytes: Uint8Array): Promise<Error | null> {
    if (!this.isOver) {
      await new Promise<void>((resolve) => {
        this.release = resolve;
        this.transform.write(bytes, () => resolve());
      });
    }
    return this.error;
  }

  /** Resolves once all was unpacked. @returns why it is not whole, null where it is */
  async end(): Promise<Error | null> {
    if (!this.isOver) {
      await new Promise<void>((resolve) => {
        this.release = resolve;
        this.transform.end();
      });
    }
    return this.error;
  }

  close(): void {
    this.transform.destroy();
  }

  private finish(): void {
    this.isOver = true;
    this.release();
  }
}

/** Whether the compressed data ended too early, and is else as it should be. */
export function isCutShort(error: Error): boolean {
  return systemCode(error) === "Z_BUF_ERROR";
}
