/** A run of a zstd file's bytes that belong to one frame. */
export interface ZstdPiece {
  readonly bytes: Uint8Array;
  /** Whether these are the last of their frame. */
  readonly ends: boolean;
  /** Whether a block, or a frame, is complete with them. */
  readonly completes: boolean;
}

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
/** RFC 8878, section 3.1.1.2.3: no block is larger. */
export const LARGEST_BLOCK_BYTES = 1 << 17;
/** `zstd -20 --ultra` asks for as much; RFC 8878 asks a decoder for 8 MiB. What wants more was made with `--long`. */
const LARGEST_WINDOW_BYTES = 32 << 20;
const FRAME_CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;

type State = "magic" | "skip-size" | "descriptor" | "header" | "block-header" | "block" | "checksum" | "skip";

/**
 * Follows a zstd file from frame to frame and block to block without decoding it (RFC 8878, section 3.1), so that no
 * decoder is given a frame whose window would fill memory, nor more at once than one block.
 *
 * Errors are thrown as plain `Error`s, to be told with {@link offset}.
 */
export class ZstdFrames {
  /** Of the frame under way. */
  windowBytes = 0;
  /** Of the compressed file, where the field lies that was read last. */
  offset = 0;
  private state: State = "magic";
  private needed = 4;
  private readonly field = new Uint8Array(16);
  private readonly fieldView = new DataView(this.field.buffer);
  private have = 0;
  private descriptor = 0;
  private isLastBlock = false;

  /** Whether the bytes so far end where a frame may end the file. */
  get isBetweenFrames(): boolean {
    return this.state === "magic" && this.have === 0;
  }

  /** Cuts what comes next into pieces of a block or less; the bytes are those of `chunk`. */
  *pieces(chunk: Uint8Array): Generator<ZstdPiece, void, void> {
    const base = this.offset;
    let start = 0;
    let at = 0;
    // The magic number may have come with the chunk before; it is given again with the frame's first piece.
    let before: Uint8Array | null =
      this.state === "magic" && this.have > 0 ? this.field.slice(0, this.have) : null;
    while (at < chunk.length) {
      const taken = Math.min(this.needed - this.have, chunk.length - at);
      if (this.state !== "block" && this.state !== "skip")
        this.field.set(chunk.subarray(at, at + taken), this.have);
      this.have += taken;
      at += taken;
      if (this.have < this.needed) break;
      const { state } = this;
      this.offset = base + at - taken;
      this.advance();
      this.have = 0;
      const endsFrame = this.state === "magic";
      if (this.state === "skip" || state === "skip" || state === "skip-size") {
        start = at;
        before = null;
        continue;
      }
      if (!endsFrame && state !== "block") continue;
      yield { bytes: joined(before, chunk.subarray(start, at)), ends: endsFrame, completes: true };
      before = null;
      start = at;
    }
    this.offset = base + chunk.length;
    const isPart = this.state !== "magic" && this.state !== "skip" && this.state !== "skip-size";
    if (isPart && (start < chunk.length || before !== null))
      yield { bytes: joined(before, chunk.subarray(start)), ends: false, completes: false };
  }

  /** The field at hand is all there. */
  private advance(): void {
    const { fieldView, field } = this;
    switch (this.state) {
      case "magic": {
        const magic = fieldView.getUint32(0, true);
        if (magic === MAGIC) this.expect("descriptor", 1);
        else if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) this.expect("skip-size", 4);
        else throw new Error(`found 0x${magic.toString(16).padStart(8, "0")}; expected a zstd frame`);
        return;
      }
      case "skip-size":
        this.skip(fieldView.getUint32(0, true));
        return;
      case "descriptor": {
        this.descriptor = field[0] ?? 0;
        const isSingle = (this.descriptor & 0x20) !== 0;
        const contentSize = FRAME_CONTENT_SIZE_BYTES[this.descriptor >> 6] ?? 0;
        const dictionary = DICTIONARY_ID_BYTES[this.descriptor & 3] ?? 0;
        this.expect(
          "header",
          (isSingle ? 0 : 1) + dictionary + (contentSize === 0 && isSingle ? 1 : contentSize),
        );
        if (this.needed === 0) this.readHeader();
        return;
      }
      case "header":
        this.readHeader();
        return;
      case "block-header":
        this.readBlockHeader();
        return;
      case "block":
        this.afterBlock();
        return;
      default:
        this.expect("magic", 4);
    }
  }

  private readHeader(): void {
    const { descriptor, field } = this;
    const isSingle = (descriptor & 0x20) !== 0;
    const dictionaryBytes = DICTIONARY_ID_BYTES[descriptor & 3] ?? 0;
    const dictionaryAt = isSingle ? 0 : 1;
    if (field.subarray(dictionaryAt, dictionaryAt + dictionaryBytes).some((byte) => byte !== 0))
      throw new Error("it was compressed with a dictionary; expected none");
    if (isSingle) this.windowBytes = this.contentSize(dictionaryAt + dictionaryBytes);
    else {
      const log = 10 + ((field[0] ?? 0) >> 3);
      this.windowBytes = 2 ** log + (2 ** log / 8) * ((field[0] ?? 0) & 7);
    }
    if (this.windowBytes > LARGEST_WINDOW_BYTES) {
      throw new Error(
        `a window of ${this.windowBytes} bytes; expected at most ${LARGEST_WINDOW_BYTES}: unpack it with zstd -d --long=31`,
      );
    }
    this.expect("block-header", 3);
  }

  private contentSize(at: number): number {
    const { fieldView } = this;
    switch (this.descriptor >> 6) {
      case 0:
        return fieldView.getUint8(at);
      case 1:
        return fieldView.getUint16(at, true) + 256;
      case 2:
        return fieldView.getUint32(at, true);
      default:
        return fieldView.getUint32(at + 4, true) * 2 ** 32 + fieldView.getUint32(at, true);
    }
  }

  private readBlockHeader(): void {
    const { field, windowBytes } = this;
    const header = (field[0] ?? 0) | ((field[1] ?? 0) << 8) | ((field[2] ?? 0) << 16);
    this.isLastBlock = (header & 1) !== 0;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    const most = Math.min(LARGEST_BLOCK_BYTES, windowBytes);
    if (type === 3) throw new Error("a block of the reserved type 3");
    if (size > most) throw new Error(`a block of ${size} bytes; expected at most ${most}`);
    const stored = type === 1 ? 1 : size;
    if (stored === 0) this.afterBlock();
    else this.expect("block", stored);
  }

  private afterBlock(): void {
    if (!this.isLastBlock) this.expect("block-header", 3);
    else if ((this.descriptor & 4) !== 0) this.expect("checksum", 4);
    else this.expect("magic", 4);
  }

  private skip(size: number): void {
    if (size === 0) this.expect("magic", 4);
    else this.expect("skip", size);
  }

  private expect(state: State, needed: number): void {
    this.state = state;
    this.needed = needed;
  }
}

function joined(before: Uint8Array | null, bytes: Uint8Array): Uint8Array {
  if (before === null) return bytes;
  const both = new Uint8Array(before.length + bytes.length);
  both.set(before);
  both.set(bytes, before.length);
  return both;
}
