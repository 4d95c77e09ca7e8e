import { LARGEST_BLOCK_BYTES } from "./block-problems.ts";
import { padded } from "./options.ts";
import { BLOCK_TRAILER_BYTES } from "./packet-run.ts";

/** What was read though it is not as it should be, and is to be said. */
export class Oddities {
  timelessFrames = 0;
  private unpaddedBlocks = 0;
  private unpaddedBytes = 0;

  get notes(): readonly string[] {
    const { timelessFrames: frames } = this;
    if (frames === 0) return [];
    return [
      `${frames} ${frames === 1 ? "frame has" : "frames have"} no time (Simple Packet Blocks), and took that of the frame before`,
    ];
  }

  get faults(): readonly string[] {
    const { unpaddedBlocks: blocks, unpaddedBytes: bytes } = this;
    if (blocks === 0) return [];
    return [
      `${blocks} ${blocks === 1 ? "block" : "blocks"} in pcapng dump file, the last one with a length of ${bytes} that is not a multiple of 4; read as if padded to it`,
    ];
  }

  /**
   * Some writers state the length without the padding at both ends of a block, and Wireshark reads such files. libpcap
   * does not: it is a fault all the same.
   *
   * @returns where the next block begins; null where this is not such a block
   */
  unpaddedEnd(view: DataView, offset: number, end: number, littleEndian: boolean): number | null {
    const length = view.getUint32(offset + 4, littleEndian);
    const next = offset + padded(length);
    if (length < 12 || (length & 3) === 0 || length > LARGEST_BLOCK_BYTES || next > end) return null;
    if (view.getUint32(next - BLOCK_TRAILER_BYTES, littleEndian) !== length) return null;
    this.unpaddedBlocks++;
    this.unpaddedBytes = length;
    return next;
  }
}
