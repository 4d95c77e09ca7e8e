import { readSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { LvsPcapError } from "../errors.ts";
import { cannotRead } from "../files/system-error.ts";
import type { ByteSource } from "./byte-source.ts";
import { standardInput } from "./standard-input.ts";

/** @throws LvsPcapError `unreadable-file`, its message naming the file and what the system said */
export async function openByteSource(path: string): Promise<ByteSource> {
  return path === "-" ? standardInput() : openFile(path);
}

/** Whether its bytes can be had more than once: a pipe's and a device's cannot. It is not opened, which might wait. */
export async function canBeReadAgain(path: string): Promise<boolean> {
  if (path === "-") return false;
  const status = await stat(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  return status.isFile();
}

async function openFile(path: string): Promise<ByteSource> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  const status = await handle.stat().catch(async (error: unknown) => {
    await handle.close().catch(() => undefined);
    throw cannotRead(path, error);
  });
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
        throw cannotRead(path, error);
      }
    },
    close: () => handle.close(),
    ...(status.isFile() ? { reopen: () => openFile(path) } : {}),
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
