import type { FrameFacts } from "../decode/facts.ts";
import type { Position } from "./position.ts";

/** Who sends frames for which address to which MAC, how many, and when. */
export interface TrafficRow {
  readonly segment: number;
  readonly destinationIp: number;
  readonly destinationMacHigh: number;
  readonly destinationMacLow: number;
  readonly sourceMacHigh: number;
  readonly sourceMacLow: number;
  /** Source address of the newest frame. */
  readonly lastSourceIp: number;
  /** Of the newest frame, where it is TCP or UDP. */
  readonly lastDestinationPort: number;
  /** Of the newest frame, as in `FrameFacts`. */
  readonly lastPorts: number;
  readonly lastTtl: number;
  readonly lastIdentification: number;
  readonly frames: number;
  readonly bytes: number;
  readonly first: Position;
  readonly last: Position;
}

/**
 * A row, in 16 words of 32 bits: one cache line. First the key, where the MACs' upper halves share a word; then the
 * newest packet; then the counts, of which two may outgrow 32 bits and are doubles.
 */
const DESTINATION_IP = 0;
const DESTINATION_MAC_LOW = 1;
const SOURCE_MAC_LOW = 2;
const MACS_HIGH = 3;
const SEGMENT = 4;
const FLAGS_AND_CAPTURE = 5;
const LAST_FRAME = 6;
const LAST_SECONDS = 7;
const LAST_NANOSECONDS = 8;
const LAST_SOURCE_IP = 9;
const LAST_PORTS = 10;
const LAST_IDENTIFICATION_AND_TTL = 11;
const WORDS = 16;
const FRAMES = 6;
const BYTES = 7;
const DOUBLES = 8;

const SETTLED = 1;
const OFF_LINK = 2;
const FLAGS = SETTLED | OFF_LINK;
const CAPTURE_SHIFT = 2;

const SMALLEST_CAPACITY = 1 << 10;
/** Half as many rows at most, of 72 bytes: with the positions of first frames about 12 MB when full. */
const LARGEST_CAPACITY = 1 << 17;

/**
 * Counts the IPv4 frames by destination address, destination MAC and source MAC.
 *
 * Every ordinary frame passes through here, and only the first of its kind has anything to tell the state machine, so
 * this is flat integer memory: no allocation, and no hash of a string. The rows lie in the order in which they came,
 * because what is busy comes early: the busy ones share few cache lines. An open-addressed index leads to them.
 */
export class TrafficTable {
  /** The row's number plus one; 0 where there is none. */
  private index = new Int32Array(SMALLEST_CAPACITY);
  private words = new Int32Array((SMALLEST_CAPACITY / 2) * WORDS);
  private doubles = new Float64Array(this.words.buffer);
  private firsts: Position[] = [];
  private used = 0;
  private described: readonly TrafficRow[] | null = null;
  /** Frames that found the table full of what had to be kept. */
  overflowFrames = 0;
  private fullUntil = 0;

  get size(): number {
    return this.used;
  }

  /**
   * Counts a frame.
   *
   * @returns the row that the state machine should look at, or -1 for a frame like others before
   */
  count(facts: FrameFacts): number {
    let row = this.find(facts);
    if (row < 0) {
      row = this.insert(facts);
      if (row < 0) return -1;
    }
    this.tally(row, facts);
    return this.isSettled(row) ? -1 : row;
  }

  /** The state machine has learnt from this row all there is: its frames are only counted from here on. */
  settle(row: number): void {
    this.setFlag(row, SETTLED);
  }

  /** Settled, and nobody on the segment was seen to own the address: the rows to give up first. */
  settleOffLink(row: number): void {
    this.setFlag(row, SETTLED | OFF_LINK);
  }

  /** Keeps the position of a row's first frame. */
  noteFirst(row: number, at: Position): void {
    this.firsts[row] ??= at;
  }

  /**
   * Whether the newest frame of this key is the packet in `facts`, on its way before it was sent on: addresses,
   * identification and ports the same, TTL the same or one more.
   */
  wasLast(
    facts: FrameFacts,
    destination: { readonly macHigh: number; readonly macLow: number },
    source: { readonly macHigh: number; readonly macLow: number },
  ): boolean {
    const row = this.findKey(
      facts.segment,
      facts.destinationIp,
      (destination.macHigh << 16) | source.macHigh,
      destination.macLow,
      source.macLow,
    );
    if (row < 0) return false;
    const at = row * WORDS;
    const hops = (this.words[at + LAST_IDENTIFICATION_AND_TTL] ?? 0) - identificationAndTtl(facts);
    return (
      this.words[at + LAST_SOURCE_IP] === facts.sourceIp &&
      this.words[at + LAST_PORTS] === facts.ports &&
      (hops === 0 || hops === 1)
    );
  }

  /** Has the state machine look again at the frames of this key, if there are any. */
  unsettle(
    segment: number,
    destinationIp: number,
    destination: { readonly macHigh: number; readonly macLow: number },
    source: { readonly macHigh: number; readonly macLow: number },
  ): void {
    const row = this.findKey(
      segment,
      destinationIp,
      (destination.macHigh << 16) | source.macHigh,
      destination.macLow,
      source.macLow,
    );
    if (row < 0) return;
    const at = row * WORDS + FLAGS_AND_CAPTURE;
    this.words[at] = (this.words[at] ?? 0) & ~FLAGS;
  }

  /** When the newest frame of this key was seen; negative infinity where there was none. */
  lastNs(
    segment: number,
    destinationIp: number,
    destination: { readonly macHigh: number; readonly macLow: number },
    source: { readonly macHigh: number; readonly macLow: number },
  ): number {
    const macsHigh = (destination.macHigh << 16) | source.macHigh;
    const row = this.findKey(segment, destinationIp, macsHigh, destination.macLow, source.macLow);
    return row < 0 ? Number.NEGATIVE_INFINITY : this.describe(row).last.timeNs;
  }

  rows(): Iterable<TrafficRow> {
    return this.described ?? this.eachRow();
  }

  /** Describes every row once for all who will ask: until frames are counted again nothing changes. */
  describeRows(): void {
    this.described = [...this.eachRow()];
  }

  private *eachRow(): IterableIterator<TrafficRow> {
    for (let row = 0; row < this.used; row++) yield this.describe(row);
  }

  private describe(row: number): TrafficRow {
    const word = (offset: number) => this.words[row * WORDS + offset] ?? 0;
    const count = (offset: number) => this.doubles[row * DOUBLES + offset] ?? 0;
    const first = this.firsts[row];
    if (first === undefined) throw new Error(`traffic row ${row} has no first frame`);
    const frame = word(LAST_FRAME) >>> 0;
    const seconds = word(LAST_SECONDS) >>> 0;
    const nanoseconds = word(LAST_NANOSECONDS) >>> 0;
    return {
      segment: word(SEGMENT),
      destinationIp: word(DESTINATION_IP),
      destinationMacHigh: word(MACS_HIGH) >>> 16,
      destinationMacLow: word(DESTINATION_MAC_LOW),
      sourceMacHigh: word(MACS_HIGH) & 0xffff,
      sourceMacLow: word(SOURCE_MAC_LOW),
      lastSourceIp: word(LAST_SOURCE_IP),
      lastDestinationPort: word(LAST_PORTS) & 0xffff,
      lastPorts: word(LAST_PORTS),
      lastTtl: word(LAST_IDENTIFICATION_AND_TTL) & 0xff,
      lastIdentification: word(LAST_IDENTIFICATION_AND_TTL) >>> 8,
      frames: count(FRAMES),
      bytes: count(BYTES),
      first,
      last: {
        capture: word(FLAGS_AND_CAPTURE) >>> CAPTURE_SHIFT,
        frame,
        seconds,
        nanoseconds,
        timeNs: first.timeNs + (seconds - first.seconds) * 1e9 + (nanoseconds - first.nanoseconds),
        ordinal: first.ordinal + (frame - first.frame),
      },
    };
  }

  private setFlag(row: number, flag: number): void {
    const at = row * WORDS + FLAGS_AND_CAPTURE;
    this.words[at] = (this.words[at] ?? 0) | flag;
  }

  private isSettled(row: number): boolean {
    return ((this.words[row * WORDS + FLAGS_AND_CAPTURE] ?? 0) & SETTLED) !== 0;
  }

  private tally(row: number, facts: FrameFacts): void {
    const { words, doubles } = this;
    const at = row * WORDS;
    words[at + FLAGS_AND_CAPTURE] =
      ((words[at + FLAGS_AND_CAPTURE] ?? 0) & FLAGS) | (facts.capture << CAPTURE_SHIFT);
    words[at + LAST_FRAME] = facts.number;
    words[at + LAST_SECONDS] = facts.seconds;
    words[at + LAST_NANOSECONDS] = facts.nanoseconds;
    words[at + LAST_SOURCE_IP] = facts.sourceIp;
    words[at + LAST_PORTS] = facts.ports;
    words[at + LAST_IDENTIFICATION_AND_TTL] = identificationAndTtl(facts);
    const doublesAt = row * DOUBLES;
    doubles[doublesAt + FRAMES] = (doubles[doublesAt + FRAMES] ?? 0) + 1;
    doubles[doublesAt + BYTES] = (doubles[doublesAt + BYTES] ?? 0) + facts.originalBytes;
  }

  private find(facts: FrameFacts): number {
    return this.findKey(
      facts.segment,
      facts.destinationIp,
      (facts.destinationMacHigh << 16) | facts.sourceMacHigh,
      facts.destinationMacLow,
      facts.sourceMacLow,
    );
  }

  /** The row of the key, -1 where there is none. */
  private findKey(
    segment: number,
    destinationIp: number,
    macsHigh: number,
    destinationLow: number,
    sourceLow: number,
  ): number {
    const { index, words } = this;
    const mask = index.length - 1;
    let slot = hash(destinationIp, destinationLow, sourceLow) & mask;
    for (;;) {
      const row = (index[slot] ?? 0) - 1;
      if (row < 0) return -1;
      const at = row * WORDS;
      if (
        words[at + DESTINATION_IP] === destinationIp &&
        words[at + DESTINATION_MAC_LOW] === destinationLow &&
        words[at + SOURCE_MAC_LOW] === sourceLow &&
        words[at + MACS_HIGH] === macsHigh &&
        words[at + SEGMENT] === segment
      ) {
        return row;
      }
      slot = (slot + 1) & mask;
    }
  }

  private insert(facts: FrameFacts): number {
    if (this.used * 2 >= this.index.length && (this.overflowFrames < this.fullUntil || !this.makeRoom())) {
      this.overflowFrames++;
      return -1;
    }
    const row = this.used++;
    const { words } = this;
    const at = row * WORDS;
    words[at + DESTINATION_IP] = facts.destinationIp;
    words[at + DESTINATION_MAC_LOW] = facts.destinationMacLow;
    words[at + SOURCE_MAC_LOW] = facts.sourceMacLow;
    words[at + MACS_HIGH] = (facts.destinationMacHigh << 16) | facts.sourceMacHigh;
    words[at + SEGMENT] = facts.segment;
    words.fill(0, at + SEGMENT + 1, at + WORDS);
    this.enter(row);
    return row;
  }

  private enter(row: number): void {
    const { index, words } = this;
    const mask = index.length - 1;
    const at = row * WORDS;
    let slot =
      hash(
        words[at + DESTINATION_IP] ?? 0,
        words[at + DESTINATION_MAC_LOW] ?? 0,
        words[at + SOURCE_MAC_LOW] ?? 0,
      ) & mask;
    while (index[slot] !== 0) slot = (slot + 1) & mask;
    index[slot] = row + 1;
  }

  /** Grows up to the bound; from there on gives up the rows of addresses that nobody on the segment owns. */
  private makeRoom(): boolean {
    if (this.index.length < LARGEST_CAPACITY) {
      const capacity = this.index.length * 2;
      this.index = new Int32Array(capacity);
      const words = new Int32Array((capacity / 2) * WORDS);
      words.set(this.words);
      this.words = words;
      this.doubles = new Float64Array(words.buffer);
    } else {
      this.index.fill(0);
      this.used = this.dropOffLink();
    }
    for (let row = 0; row < this.used; row++) this.enter(row);
    const rows = this.index.length / 2;
    if (this.used <= rows - rows / 8) return true;
    // Full of rows that must stay: to look through them for every further one would cost more than the frames themselves.
    this.fullUntil = this.overflowFrames + rows;
    return this.used < rows;
  }

  /** @returns how many rows are left; they keep their order */
  private dropOffLink(): number {
    const { words, firsts } = this;
    let kept = 0;
    for (let row = 0; row < this.used; row++) {
      if (((words[row * WORDS + FLAGS_AND_CAPTURE] ?? 0) & OFF_LINK) !== 0) continue;
      words.copyWithin(kept * WORDS, row * WORDS, (row + 1) * WORDS);
      const first = firsts[row];
      if (first !== undefined) firsts[kept] = first;
      kept++;
    }
    firsts.length = kept;
    return kept;
  }
}

function identificationAndTtl({ identification, ttl }: FrameFacts): number {
  return (identification << 8) | ttl;
}

/** Multiplicative hashing; the addresses of one network differ in their lowest bits, which the shift brings down again. */
function hash(destinationIp: number, destinationLow: number, sourceLow: number): number {
  const mixed = Math.imul(
    destinationIp ^ Math.imul(destinationLow ^ Math.imul(sourceLow, 0x9e3779b1), 0x85ebca6b),
    0xc2b2ae35,
  );
  return mixed ^ (mixed >>> 15);
}
