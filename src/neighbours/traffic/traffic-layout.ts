/**
 * How `MacPairs` and `TrafficTable` lie in memory: for themselves, and for the fast lane, which reads them word by word
 * because a call for every frame would cost more than all it has to do.
 *
 * The functions below, and the lane, repeat constants as literals whose types hold them to the constants: V8 loads what
 * a module exports from memory and checks it each time, a literal becomes part of the instruction.
 */

/** A pair, in 8 words of 32 bits: the first 12 bytes of its frames as they lie on the wire, then what is known of it. */
export const PairWord = {
  Wire0: 0,
  Wire4: 1,
  Wire8: 2,
  Segment: 3,
  /** 0 where there is no pair: empty memory is an empty table. */
  Number: 4,
  Flags: 5,
  OffLinkRows: 6,
  /**
   * The number plus one of the row for all further addresses beyond the segment; 0 where there is none. Where the pair
   * has one row only, that number negative: of tens of thousands of pairs nearly all do, and the index to their rows
   * would be one more place in memory that no cache holds.
   */
  RestRow: 7,
} as const;
const PAIR_WORDS_SHIFT = 3;
export const PAIR_WORDS = 1 << PAIR_WORDS_SHIFT;

export const PairFlag = {
  /** Both ends are stations, and not the same one. */
  BetweenStations: 1,
  /** What the sender sends may be the answer to a contested flow. */
  Answers: 2,
} as const;

/** A row, in 16 words of 32 bits: one cache line. First the key; then the newest packet. */
export const RowWord = {
  DestinationIp: 0,
  Pair: 1,
  FlagsAndCapture: 2,
  LastSeconds: 3,
  LastNanoseconds: 4,
  LastSourceIp: 5,
  LastPorts: 6,
  LastIdentificationAndTtl: 7,
} as const;
export const ROW_WORDS_SHIFT = 4;
export const ROW_WORDS = 1 << ROW_WORDS_SHIFT;

/** The row's other half, as doubles because these outgrow 32 bits in a watch of months. */
export const RowDouble = { Frames: 4, Bytes: 5, LastFrame: 6, LastOrdinal: 7 } as const;
export const ROW_DOUBLES_SHIFT = 3;

export const RowFlag = {
  /** The state machine has learnt from the row all there is. */
  Settled: 1,
  /** Settled, and nobody on the segment was seen to own the address. */
  OffLink: 2,
  /** Settled, and between two stations: its frames need nobody's attention. */
  Ordinary: 4,
} as const;
export const ROW_FLAGS = RowFlag.Settled | RowFlag.OffLink | RowFlag.Ordinary;
export const CAPTURE_SHIFT = 3;

/**
 * Where to look for a pair first, to be masked with the table's size.
 *
 * The MACs of one network differ in their lowest bits. A place begins a pair, so its own lowest bits are 0.
 */
export function pairPlace(wire4: number, wire8: number): number {
  const shift: typeof PAIR_WORDS_SHIFT = 3;
  const mixed = Math.imul(wire4, 0x9e3779b1) ^ Math.imul(wire8, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) << shift;
}

/** Where to look for a row in the index first, to be masked with its size. */
export function rowSlot(destinationIp: number, pairNumber: number): number {
  const mixed = Math.imul(destinationIp ^ Math.imul(pairNumber, 0x9e3779b1), 0xc2b2ae35);
  return mixed ^ (mixed >>> 15);
}

/** Of the packets that were last seen in tunnels: two words each, their destination and the number of the tunnel's pair. */
export const TUNNELLED_WORDS = 4096;

export function tunnelPlace(innerDestinationIp: number, pairNumber: number): number {
  const words: typeof TUNNELLED_WORDS = 4096;
  const mixed = Math.imul(innerDestinationIp ^ Math.imul(pairNumber, 0x9e3779b1), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 15)) << 1) & (words - 1);
}

/** Of the bytes in which pairs of address and station are noted whose packets may be answers to contested flows. */
export const ANSWER_SLOTS_LOG2 = 12;

export function answerSlot(ip: number, macLow: number): number {
  const log2: typeof ANSWER_SLOTS_LOG2 = 12;
  return (Math.imul(ip, 0x9e3779b1) ^ Math.imul(macLow, 0x85ebca6b)) >>> (32 - log2);
}
