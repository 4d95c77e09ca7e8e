import type { Hash } from "node:crypto";
import type { ByteSource } from "./byte-source.ts";
import { drain, listenedTo } from "./derived.ts";
import { openByteSource } from "./source.ts";

/** Counts a file's bytes as they are read, and takes their SHA-256 where that is wanted. */
export class StoredBytes {
  private readonly hash: Hash | null;
  private readBytes = 0;
  private source: ByteSource | null = null;

  /** @param hash of nothing yet, of the SHA-256; null where that is not wanted */
  constructor(hash: Hash | null) {
    this.hash = hash;
  }

  /** @returns the source to read from instead */
  watch(source: ByteSource): ByteSource {
    const watched = listenedTo(source, (chunk) => {
      this.readBytes += chunk.length;
      this.hash?.update(chunk);
    });
    this.source = source;
    return watched;
  }

  /** So many so far, of those stored. */
  get progress(): { bytes: number; sizeBytes: number | null } {
    return { bytes: this.readBytes, sizeBytes: this.source?.sizeBytes ?? null };
  }

  /** Of the file as a whole, what was not read of it included. */
  get bytes(): number {
    return Math.max(this.readBytes, this.source?.sizeBytes ?? 0);
  }

  /** To be asked before the source is closed: what is past damage belongs to the file, too. Null where it was not wanted. */
  async sha256(watched: ByteSource): Promise<string | null> {
    if (this.hash === null) return null;
    await drain(watched);
    return this.hash.digest("hex");
  }
}

/** Size of a file that is not read otherwise, and its SHA-256 if wanted. */
export async function measureFile(
  path: string,
  hashes: boolean,
): Promise<{ bytes: number; sha256: string | null }> {
  const source = await openByteSource(path);
  try {
    const stored = new StoredBytes(hashes ? await newHash() : null);
    const watched = stored.watch(source);
    const sha256 = await stored.sha256(watched);
    return { bytes: stored.bytes, sha256 };
  } finally {
    await source.close();
  }
}

/** Node's cryptography takes longer to load than a small capture to read. */
export async function newHash(): Promise<Hash> {
  const { createHash } = await import("node:crypto");
  return createHash("sha256");
}
