/** Of the bytes in which an address's /24 is noted as being on the segment. */
export const NEAR_SLOTS_LOG2 = 14;

export function nearSlot(ip: number): number {
  const log2: typeof NEAR_SLOTS_LOG2 = 14;
  return Math.imul(ip >>> 8, 0x9e3779b1) >>> (32 - log2);
}
