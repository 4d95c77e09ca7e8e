import type { ByteSource } from "./byte-source.ts";
import type { Compression, UnpackedSource } from "./unpacked-source.ts";

/** By the first four bytes, whatever the file is called; null for what is not compressed, or not so. */
export function compressionOf(start: Uint8Array): Compression | null {
  const [a, b, c, d] = start;
  // RFC 1952, section 2.3.1.
  if (a === 0x1f && b === 0x8b) return "gzip";
  // RFC 8878, section 3.1: a frame, or one to be skipped.
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return "zstd";
  if (a !== undefined && a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18) return "zstd";
  return null;
}

/**
 * Unpacks in constant memory; gzip beside the reader: what comes next is unpacked while the last is decoded.
 *
 * Loaded when it is wanted: most captures are not compressed.
 *
 * @param start what was already taken from `source`
 */
export async function unpack(
  compression: Compression,
  source: ByteSource,
  start: Uint8Array,
): Promise<UnpackedSource> {
  if (compression === "gzip") {
    const { Gunzip } = await import("./gunzip.ts");
    return new Gunzip(source, start);
  }
  const { Unzstd } = await import("./unzstd.ts");
  return new Unzstd(source, start);
}
