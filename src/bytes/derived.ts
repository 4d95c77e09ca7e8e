import type { ByteSource } from "./byte-source.ts";

/** The source with bytes that were already taken from it put back in front. */
export function withStart(start: Uint8Array, source: ByteSource): ByteSource {
  let rest = start;
  return reading(source, async (target, offset, length) => {
    if (rest.length === 0) return source.read(target, offset, length);
    const taken = Math.min(length, rest.length);
    target.set(rest.subarray(0, taken), offset);
    rest = rest.subarray(taken);
    return taken;
  });
}

/** The source, every byte of which is shown to `listener` as it is read; what is reopened is not. */
export function listenedTo(source: ByteSource, listener: (chunk: Uint8Array) => void): ByteSource {
  return reading(source, async (target, offset, length) => {
    const got = await source.read(target, offset, length);
    if (got > 0) listener(target.subarray(offset, offset + got));
    return got;
  });
}

/** The source, which `turn` keeps waiting before each read. */
export function paced(source: ByteSource, turn: () => Promise<void>): ByteSource {
  return reading(source, async (target, offset, length) => {
    await turn();
    return source.read(target, offset, length);
  });
}

/** The source up to so many bytes, as if it ended there. */
export function limited(source: ByteSource, mostBytes: number): ByteSource {
  let left = mostBytes;
  return reading(source, async (target, offset, length) => {
    if (left === 0) return 0;
    const got = await source.read(target, offset, Math.min(length, left));
    left -= got;
    return got;
  });
}

function reading(source: ByteSource, read: ByteSource["read"]): ByteSource {
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    read,
    close: () => source.close(),
    ...(source.reopen === undefined ? {} : { reopen: source.reopen }),
  };
}

const DRAIN_BYTES = 1 << 18;

/** Reads to the end. */
export async function drain(source: ByteSource): Promise<void> {
  const target = new Uint8Array(DRAIN_BYTES);
  while ((await source.read(target, 0, target.length)) > 0);
}
