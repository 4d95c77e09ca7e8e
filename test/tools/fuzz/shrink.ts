const MOST_ATTEMPTS = 400;

/** Cuts pieces out of `bytes` while `holds` still holds, by halves down to single bytes (Zeller's ddmin, its simple half). */
export async function shrink(bytes: Buffer, holds: (candidate: Buffer) => Promise<boolean>): Promise<Buffer> {
  let smallest = bytes;
  let attempts = 0;
  for (let piece = Math.ceil(bytes.length / 2); piece >= 1; piece = Math.floor(piece / 2)) {
    for (let at = 0; at < smallest.length && attempts < MOST_ATTEMPTS; attempts++) {
      const candidate = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + piece)]);
      if (await holds(candidate)) smallest = candidate;
      else at += piece;
    }
  }
  return smallest;
}
