import { SECTION_BLOCK, sectionByteOrder, sectionLengthProblem } from "./section.ts";

/** Section header and the blocks 1 to 6, 9 (journal), 10 (secrets), custom ones that may and may not be copied. */
const KNOWN_TYPES: ReadonlySet<number> = new Set([
  SECTION_BLOCK,
  1,
  2,
  3,
  4,
  5,
  6,
  9,
  10,
  0x0bad,
  0x4000_0bad,
]);
const PACKET_TYPES: ReadonlySet<number> = new Set([2, 3, 6]);
/** A block of a frame and 128 KiB of options; one that claims more is not believed among bytes that may be anything. */
const LARGEST_BYTES = 32 + 262_144 + 131_072;

/**
 * Whether a block lies here, among bytes of which nothing is known: its type is one of the draft's, and its length
 * stands at both of its ends.
 *
 * @returns how many bytes from `offset` on one would have to see, where they are too few
 */
export function isBlockAt(
  view: DataView,
  offset: number,
  end: number,
  littleEndian: boolean,
  interfaces: number,
): "yes" | "no" | number {
  if (end - offset < 12) return 12;
  const type = view.getUint32(offset, littleEndian);
  if (!KNOWN_TYPES.has(type)) return "no";
  const order = type === SECTION_BLOCK ? sectionByteOrder(view, offset) : littleEndian ? "little" : "big";
  if (order === null) return "no";
  const length = view.getUint32(offset + 4, order === "little");
  if (length < 12 || length % 4 !== 0 || length > LARGEST_BYTES) return "no";
  if (type === SECTION_BLOCK && sectionLengthProblem(length) !== null) return "no";
  if (offset + length > end) return length;
  if (view.getUint32(offset + length - 4, order === "little") !== length) return "no";
  // A frame of an interface that was lost with its description cannot be understood.
  return PACKET_TYPES.has(type) && interfaces === 0 ? "no" : "yes";
}
