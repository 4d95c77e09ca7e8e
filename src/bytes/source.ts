import { readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { LvsPcapError } from "../errors.ts";

/** Where the bytes of a capture come from, in order and once. */
export interface ByteSource {
  /** The file's path as given, `-` for standard input. */
  readonly name: string;
  /** The size in bytes, null where it cannot be known: a pipe. */
  readonly sizeBytes: number | null;
  /**
   * Fills `target` from `offset` with at most `length` bytes.
   *
   * @returns how many bytes were written; 0 means the end.
   * @throws LvsPcapError `unreadable-file`
   */
  read(target: Uint8Array, offset: number, length: number): Promise<number>;
  close(): Promise<void>;
}

/** @throws LvsPcapError `unreadable-file`, its message naming the file and what the system said */
export async function openByteSource(path: string): Promise<ByteSource> {
  return path === "-" ? standardInput() : openFile(path);
}

async function openFile(path: string): Promise<ByteSource> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const status = await handle.stat();
  if (status.isDirectory()) {
    await handle.close();
    throw new LvsPcapError("unreadable-file", `${path}: is a directory; expected a capture file`);
  }
  const readSome = status.isFile() ? readFile : readAnything;
  let turnBytes = 0;
  return {
    name: path,
    sizeBytes: status.isFile() ? status.size : null,
    async read(target, offset, length) {
      if (turnBytes >= TURN_BYTES) {
        turnBytes = 0;
        await nextTurn();
      }
      try {
        const got = await readSome(handle, target, offset, length);
        turnBytes += got;
        return got;
      } catch (error) {
        throw unreadable(path, error);
      }
    },
    close: () => handle.close(),
  };
}

/** So much is read before whoever else waits for the event loop gets his turn. */
const TURN_BYTES = 64 << 20;

/**
 * Synchronous, so that the bytes lie in the cache of the core that decodes them: what a thread of Node's pool has read
 * has to come over from another, and that takes longer than the reading.
 */
function readFile(handle: FileHandle, target: Uint8Array, offset: number, length: number): number {
  return readSync(handle.fd, target, offset, length, null);
}

/** A pipe or a device may keep its reader waiting. */
async function readAnything(
  handle: FileHandle,
  target: Uint8Array,
  offset: number,
  length: number,
): Promise<number> {
  return (await handle.read(target, offset, length, null)).bytesRead;
}

function standardInput(): ByteSource {
  const stream = process.stdin;
  let pending: Buffer | null = null;
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  return {
    name: "-",
    sizeBytes: null,
    async read(target, offset, length) {
      if (pending === null) {
        const next = await chunks.next().catch((error: unknown) => {
          throw unreadable("-", error);
        });
        if (next.done === true) return 0;
        pending = next.value;
      }
      const taken = Math.min(length, pending.length);
      target.set(pending.subarray(0, taken), offset);
      pending = taken === pending.length ? null : pending.subarray(taken);
      return taken;
    },
    async close() {
      stream.destroy();
    },
  };
}

function unreadable(path: string, error: unknown): LvsPcapError {
  const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const inWords: Record<string, string> = {
    ENOENT: "no such file",
    EACCES: "permission denied",
    EISDIR: "is a directory; expected a capture file",
    EMFILE: "too many open files",
  };
  return new LvsPcapError("unreadable-file", `${path}: cannot be read: ${inWords[reason] ?? reason}`, {
    cause: error,
  });
}
