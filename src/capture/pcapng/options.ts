/** Codes that every block may carry (draft-ietf-opsawg-pcapng, section 3.5). */
const OPTION_END = 0;
export const OPTION_COMMENT = 1;

export interface PcapngOption {
  readonly code: number;
  /** Where its value lies. */
  readonly start: number;
  readonly length: number;
}

/**
 * The options between `start` and `end`, which lie one after the other, each padded to four bytes.
 *
 * @throws Error in libpcap's words where one does not fit
 */
export function* optionsOf(
  view: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
  blockType: number,
): Generator<PcapngOption, void, void> {
  let offset = start;
  while (offset < end) {
    if (end - offset < 4) throw tooShort(blockType);
    const code = view.getUint16(offset, littleEndian);
    const length = view.getUint16(offset + 2, littleEndian);
    const next = offset + 4 + padded(length);
    if (next > end) throw tooShort(blockType);
    if (code === OPTION_END) return;
    yield { code, start: offset + 4, length };
    offset = next;
  }
}

export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** As `get_from_block_data` of libpcap's sf-pcapng.c says. */
export function tooShort(blockType: number): Error {
  return new Error(`block of type ${blockType} in pcapng dump file is too short`);
}
