import type { ByteSource } from "./byte-source.ts";
import { compressionOf, unpack } from "./compression.ts";
import { withStart } from "./derived.ts";
import { openByteSource } from "./source.ts";

const PIECE_BYTES = 1 << 18;
const START_BYTES = 4;

/**
 * Whether two files hold the same, either of them compressed or not. It is read as far as they agree.
 *
 * @throws LvsPcapError `unreadable-file`
 */
export async function haveSameContents(a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  const opened: ByteSource[] = [];
  try {
    const [ours, theirs] = [await contentsOf(a, opened), await contentsOf(b, opened)];
    if (ours.sizeBytes !== null && theirs.sizeBytes !== null && ours.sizeBytes !== theirs.sizeBytes)
      return false;
    const pieces = [Buffer.alloc(PIECE_BYTES), Buffer.alloc(PIECE_BYTES)] as const;
    for (;;) {
      const [had, has] = [await fill(ours, pieces[0]), await fill(theirs, pieces[1])];
      if (had !== has || pieces[0].compare(pieces[1], 0, has, 0, had) !== 0) return false;
      if (had < PIECE_BYTES) return true;
    }
  } finally {
    for (const source of opened.toReversed()) await source.close();
  }
}

/** @param opened gets what is to be closed, the last first */
async function contentsOf(path: string, opened: ByteSource[]): Promise<ByteSource> {
  const file = await openByteSource(path);
  opened.push(file);
  const start = new Uint8Array(START_BYTES);
  const taken = start.subarray(0, await fill(file, start));
  const compression = compressionOf(taken);
  if (compression === null) return withStart(taken, file);
  const unpacked = await unpack(compression, file, taken);
  opened.push(unpacked);
  return unpacked;
}

async function fill(source: ByteSource, target: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const got = await source.read(target, filled, target.length - filled);
    if (got === 0) break;
    filled += got;
  }
  return filled;
}
