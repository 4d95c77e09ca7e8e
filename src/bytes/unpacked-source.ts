import type { ByteSource } from "./byte-source.ts";

export type Compression = "gzip" | "zstd";

/** A compressed file's contents. To close it leaves the file itself open. */
export interface UnpackedSource extends ByteSource {
  readonly compression: Compression;
  /** To be asked once `read` gave 0: where and why the compressed data breaks off; null where it was whole. */
  readonly problem: string | null;
  /** What is odd and harmless, as bytes after the end; null where nothing is. */
  readonly note: string | null;
}

/** Offsets in what was unpacked are not those in the file. */
export function unpackedName({ name }: ByteSource): string {
  return `${name} (unpacked)`;
}
