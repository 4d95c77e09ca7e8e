import { tooShort } from "./options.ts";

export const SECTION_BLOCK = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Header, fixed part and trailer. */
const SMALLEST_BYTES = 28;
/** BT_SHB_INSANE_MAX of libpcap's sf-pcapng.c. */
const LARGEST_BYTES = 1 << 20;

/** The byte order of the section that begins at `offset`; null where there is no byte-order magic. */
export function sectionByteOrder(view: DataView, offset: number): "little" | "big" | null {
  if (view.getUint32(offset + 8, true) === BYTE_ORDER_MAGIC) return "little";
  if (view.getUint32(offset + 8) === BYTE_ORDER_MAGIC) return "big";
  return null;
}

/** What is wrong with a section header's length, in libpcap's words; null where nothing is. */
export function sectionLengthProblem(length: number): string | null {
  if (length >= SMALLEST_BYTES && length <= LARGEST_BYTES) return null;
  return `Section Header Block in pcapng dump file has invalid length ${SMALLEST_BYTES} < _${length}_ < ${LARGEST_BYTES}`;
}

/**
 * Checks the body of a Section Header Block: 0 magic · 4 version major, 6 minor · 8 section length · 16 options.
 *
 * @throws Error in libpcap's words
 */
export function checkSection(view: DataView, start: number, end: number, littleEndian: boolean): void {
  if (end - start < 16) throw tooShort(SECTION_BLOCK);
  const major = view.getUint16(start + 4, littleEndian);
  const minor = view.getUint16(start + 6, littleEndian);
  // 1.2 is what some programs call 1.0 with further kinds of blocks.
  if (major !== 1 || (minor !== 0 && minor !== 2))
    throw new Error(`unsupported pcapng savefile version ${major}.${minor}; expected 1.0 or 1.2`);
}

export const SECTION_OPTIONS_AT = 16;
