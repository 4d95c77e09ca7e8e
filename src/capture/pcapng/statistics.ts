import { optionsOf } from "./options.ts";

export const STATISTICS_BLOCK = 5;
/** 0 interface · 4 and 8 time. */
export const STATISTICS_FIXED_BYTES = 12;
/** By the interface for want of room, and by the operating system. */
const DROPPED_BY_INTERFACE = 5;
const DROPPED_BY_SYSTEM = 7;

/** How many frames an Interface Statistics Block says were lost; null where it does not say, or not understandably. */
export function readDropped(
  view: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
): number | null {
  let dropped: number | null = null;
  try {
    for (const option of optionsOf(view, start, end, littleEndian, STATISTICS_BLOCK)) {
      if (option.code !== DROPPED_BY_INTERFACE && option.code !== DROPPED_BY_SYSTEM) continue;
      if (option.length !== 8) return null;
      dropped = (dropped ?? 0) + Number(view.getBigUint64(option.start, littleEndian));
    }
  } catch {
    return null;
  }
  return dropped !== null && Number.isSafeInteger(dropped) ? dropped : null;
}
