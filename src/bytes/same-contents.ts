import { compressionOf, unpack } from "./compression.ts";
import { withStart } from "./derived.ts";
import { type ByteSource, openByteSource } from "./source.ts";

const PIECE_BYTES = 1 << 18;
const START_BYTES = 4;

/**
 * Whether two files hold the same, either of them compressed or not. It is read as far as they agree.
 *
 * @throws LvsPcapError `unreadable-file`
 */
export async function haveSameContents(a: string, b: string): Promise<boolean> {
  if (a === b) return true;
  const files = [await openByteSource(a), await openByteSource(b)] as const;
  try {
    const [ours, theirs] = [await contentsOf(files[0]), await contentsOf(files[1])];
    if (ours.sizeBytes !== null && theirs.sizeBytes !== null && ours.sizeBytes !== theirs.sizeBytes)
      return false;
    const pieces = [Buffer.alloc(PIECE_BYTES), Buffer.alloc(PIECE_BYTES)] as const;
    for (;;) {
      const [had, has] = [await fill(ours, pieces[0]), await fill(theirs, pieces[1])];
      if (had !== has || pieces[0].compare(pieces[1], 0, has, 0, had) !== 0) return false;
      if (had < PIECE_BYTES) return true;
    }
  } finally {
    for (const file of files) await file.close();
  }
}

async function contentsOf(file: ByteSource): Promise<ByteSource> {
  const start = new Uint8Array(START_BYTES);
  const taken = start.subarray(0, await fill(file, start));
  const compression = compressionOf(taken);
  return compression === null ? withStart(taken, file) : unpack(compression, file, taken);
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
