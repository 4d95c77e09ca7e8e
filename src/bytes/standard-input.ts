import { readSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { cannotRead, systemCode } from "../files/system-error.ts";
import type { ByteSource } from "./byte-source.ts";

const STANDARD_INPUT = 0;
/** As for a file: so much is read before whoever else waits for the event loop gets his turn. */
const TURN_BYTES = 64 << 20;

/**
 * Standard input, read where it lies: a stream of Node's takes each piece from a pipe in another thread, and twice as
 * long for it.
 *
 * Who started the process may have set the pipe to answer at once, with nothing if there is nothing yet (`O_NONBLOCK`).
 * Then Node's stream does the waiting from there on.
 */
export function standardInput(): ByteSource {
  let stream: StreamReader | null = null;
  let turnBytes = 0;
  return {
    name: "-",
    sizeBytes: null,
    async read(target, offset, length) {
      if (turnBytes >= TURN_BYTES) {
        turnBytes = 0;
        await nextTurn();
      }
      try {
        const got =
          stream === null ? readNow(target, offset, length) : await stream.read(target, offset, length);
        if (got !== null) {
          turnBytes += got;
          return got;
        }
        stream = new StreamReader(process.stdin);
        return await stream.read(target, offset, length);
      } catch (error) {
        throw cannotRead("-", error);
      }
    },
    async close() {
      stream?.close();
    },
  };
}

/** @returns null where nothing is there yet and the pipe does not wait */
function readNow(target: Uint8Array, offset: number, length: number): number | null {
  try {
    return readSync(STANDARD_INPUT, target, offset, length, null);
  } catch (error) {
    const code = systemCode(error);
    if (code === "EAGAIN") return null;
    // Windows reports the end of a pipe so.
    if (code === "EOF") return 0;
    throw error;
  }
}

class StreamReader {
  private readonly stream: NodeJS.ReadStream;
  private readonly chunks: AsyncIterator<Buffer>;
  private pending: Buffer | null = null;

  constructor(stream: NodeJS.ReadStream) {
    this.stream = stream;
    this.chunks = stream[Symbol.asyncIterator]();
  }

  async read(target: Uint8Array, offset: number, length: number): Promise<number> {
    if (this.pending === null) {
      const next = await this.chunks.next();
      if (next.done === true) return 0;
      this.pending = next.value;
    }
    const { pending } = this;
    const taken = Math.min(length, pending.length);
    target.set(pending.subarray(0, taken), offset);
    this.pending = taken === pending.length ? null : pending.subarray(taken);
    return taken;
  }

  close(): void {
    this.stream.destroy();
  }
}
