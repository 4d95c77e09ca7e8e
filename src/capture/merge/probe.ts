import { createHash } from "node:crypto";
import type { ByteSource } from "../../bytes/byte-source.ts";
import { CaptureCursor } from "./cursor.ts";
import { END, type Moment } from "./moment.ts";

/** By so many of its first bytes a capture is known to be another one than the next. */
const PRINT_BYTES = 1 << 16;

/** What one look at a capture's beginning tells. */
export interface Probe {
  /** When its first frame was captured; `END` where it has none. */
  readonly first: Moment;
  /** The same for captures that begin with the same bytes. */
  readonly print: string;
}

/** Reads up to the first frame. The cursor has waiting what was read. */
export async function probe(cursor: CaptureCursor, print: BeginningPrint): Promise<Probe> {
  while (cursor.end === null && (cursor.queue.first === null || !print.isFull)) await cursor.step();
  return { first: { ...(cursor.queue.first ?? END) }, print: print.text };
}

/** Takes the print of the bytes that are shown to it. */
export class BeginningPrint {
  private readonly hash = createHash("sha256");
  private leftBytes = PRINT_BYTES;

  take(chunk: Uint8Array): void {
    if (this.leftBytes === 0) return;
    const taken = chunk.subarray(0, this.leftBytes);
    this.hash.update(taken);
    this.leftBytes -= taken.length;
  }

  get isFull(): boolean {
    return this.leftBytes === 0;
  }

  get text(): string {
    return `${this.hash.copy().digest("hex")} ${PRINT_BYTES - this.leftBytes}`;
  }
}

/** Looks at the beginning of a source that can be opened again, and closes it. */
export async function probeOnce(source: ByteSource): Promise<Probe> {
  const print = new BeginningPrint();
  const cursor = new CaptureCursor(source, { onBytes: (chunk) => print.take(chunk) });
  try {
    return await probe(cursor, print);
  } finally {
    await cursor.close();
  }
}
