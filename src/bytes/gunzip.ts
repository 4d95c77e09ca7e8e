import { createGunzip } from "node:zlib";
import type { ByteSource } from "./byte-source.ts";
import { withStart } from "./derived.ts";
import { isCutShort, NODE_INFLATER_OPTIONS, NodeInflater } from "./node-inflater.ts";
import { UnpackedQueue } from "./unpacked-queue.ts";
import { type UnpackedSource, unpackedName } from "./unpacked-source.ts";

/** Compressed bytes handed over at once. */
const PIECE_BYTES = 1 << 17;
/** Into so many pieces one with damage in it is cut to get at what comes before the damage. */
const CUTS = 1024;

/** A gzip file's contents: all members, one after the other. */
export class Gunzip implements UnpackedSource {
  readonly compression = "gzip";
  readonly name: string;
  readonly sizeBytes = null;
  problem: string | null = null;
  note: string | null = null;
  private readonly source: ByteSource;
  private readonly queue: UnpackedQueue;
  private inflater: NodeInflater | null = null;
  private isClosed = false;

  constructor(source: ByteSource, start: Uint8Array) {
    this.name = unpackedName(source);
    this.source = source;
    this.queue = new UnpackedQueue(() => this.inflater?.resume());
    this.feed(withStart(start, source)).then(
      () => this.queue.end(),
      (error: unknown) => this.queue.fail(error),
    );
  }

  read(target: Uint8Array, offset: number, length: number): Promise<number> {
    return this.queue.read(target, offset, length);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.inflater?.close();
  }

  private async feed(source: ByteSource): Promise<void> {
    let failed = await this.inflate(source, 0, 0, PIECE_BYTES);
    // zlib gives nothing of what it unpacked in the call that found the damage. So it is told again, in small bites.
    let bite = PIECE_BYTES;
    while (failed !== null && bite > 1 && this.source.reopen !== undefined && !this.isClosed) {
      bite = Math.max(1, Math.floor(bite / CUTS));
      const again = await this.source.reopen();
      try {
        failed = (await this.inflate(again, this.queue.putBytes, failed.offset, bite)) ?? failed;
      } finally {
        await again.close();
      }
    }
    if (failed === null || this.isClosed) return;
    const { offset, error } = failed;
    if (isAtHeader(error) && this.queue.putBytes > 0) {
      this.note = `offset ${offset}: what follows the gzip data is not gzip; it was left out`;
      return;
    }
    this.problem = `offset ${offset}: damaged gzip data (${error.message})`;
  }

  /**
   * @param known bytes of the contents to leave out: they were had before
   * @param from where pieces begin to be small
   * @returns the piece with the damage, null where there is none
   */
  private async inflate(
    source: ByteSource,
    known: number,
    from: number,
    pieceBytes: number,
  ): Promise<{ offset: number; error: Error } | null> {
    const queue = known === 0 ? this.queue : new TailOf(this.queue, known);
    const inflater = new NodeInflater(createGunzip(NODE_INFLATER_OPTIONS), queue);
    this.inflater = inflater;
    const piece = new Uint8Array(PIECE_BYTES);
    let offset = 0;
    while (!this.isClosed) {
      const most = offset < from ? Math.min(PIECE_BYTES, from - offset) : pieceBytes;
      const got = await source.read(piece, 0, most);
      const error = got === 0 ? await inflater.end() : await inflater.write(piece.subarray(0, got));
      if (error !== null && isCutShort(error)) {
        this.problem = `offset ${offset}: cut short: the gzip data ends before its trailer`;
        return null;
      }
      if (error !== null) return { offset, error };
      if (got === 0) return null;
      offset += got;
    }
    return null;
  }
}

/** Lets a queue have what comes after the first so many bytes. */
class TailOf extends UnpackedQueue {
  private readonly queue: UnpackedQueue;
  private left: number;

  constructor(queue: UnpackedQueue, without: number) {
    super();
    this.queue = queue;
    this.left = without;
  }

  override put(chunk: Uint8Array): void {
    const skipped = Math.min(this.left, chunk.length);
    this.left -= skipped;
    this.queue.put(chunk.subarray(skipped));
  }

  override get isFull(): boolean {
    return this.queue.isFull;
  }
}

/** Where a member should begin, something else is: RFC 1952 knows no other end than the file's. */
function isAtHeader({ message }: Error): boolean {
  return /header|compression method/.test(message);
}
