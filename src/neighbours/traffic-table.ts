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
  readonly frames: number;
  readonly bytes: number;
  readonly first: Position;
  readonly last: Position;
}

/** A row's key and flags, as 32-bit words of `keys`; the MACs' upper halves share one. */
const DESTINATION_IP = 0;
const DESTINATION_MAC_LOW = 1;
const SOURCE_MAC_LOW = 2;
const MACS_HIGH = 3;
const SEGMENT = 4;
const FLAGS = 5;
const KEY_WORDS = 8;

/** A row's counts, as doubles of `counts`: eight fill a cache line, as the key's words fill half of one. */
const FRAMES = 0;
const BYTES = 1;
const LAST_CAPTURE = 2;
const LAST_FRAME = 3;
const LAST_SECONDS = 4;
const LAST_NANOSECONDS = 5;
/** The newest packet itself: source address and identification, ports and TTL. */
const LAST_PACKET = 6;
const LAST_PORTS_AND_TTL = 7;
const COUNT_DOUBLES = 8;

const USED = 1;
const SETTLED = 2;
const OFF_LINK = 4;

const SMALLEST_CAPACITY = 1 << 10;
/** 100 bytes a slot: with the positions of first frames about 20 MB when full. */
const LARGEST_CAPACITY = 1 << 17;

/**
 * Counts the IPv4 frames by destination address, destination MAC and source MAC.
 *
 * Every ordinary frame passes through here, and only the first of its kind has anything to tell the state machine, so
 * this is flat integer memory with open addressing: no allocation, and no hash of a string.
 */
export class TrafficTable {
  private capacity = SMALLEST_CAPACITY;
  private keys = new Int32Array(SMALLEST_CAPACITY * KEY_WORDS);
  private counts = new Float64Array(SMALLEST_CAPACITY * COUNT_DOUBLES);
  private firsts: (Position | undefined)[] = [];
  private used = 0;
  /** Frames that found the table full of what had to be kept. */
  overflowFrames = 0;

  get size(): number {
    return this.used;
  }

  /**
   * Counts a frame.
   *
   * @returns the row that the state machine should look at, or -1 for a frame like others before
   */
  count(facts: FrameFacts): number {
    const slot = this.find(
      facts.segment,
      facts.destinationIp,
      (facts.destinationMacHigh << 16) | facts.sourceMacHigh,
      facts.destinationMacLow,
      facts.sourceMacLow,
    );
    const { keys } = this;
    const at = slot * KEY_WORDS;
    if (keys[at + FLAGS] === 0) return this.insert(facts);
    this.tally(slot, facts);
    return ((keys[at + FLAGS] ?? 0) & SETTLED) === 0 ? slot : -1;
  }

  /** The state machine has learnt from this row all there is: its frames are only counted from here on. */
  settle(slot: number): void {
    this.setFlag(slot, SETTLED);
  }

  /** Settled, and nobody on the segment was seen to own the address: the rows to give up first. */
  settleOffLink(slot: number): void {
    this.setFlag(slot, SETTLED | OFF_LINK);
  }

  /** Keeps the position of a row's first frame. */
  noteFirst(slot: number, at: Position): void {
    this.firsts[slot] ??= at;
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
    const slot = this.find(
      facts.segment,
      facts.destinationIp,
      (destination.macHigh << 16) | source.macHigh,
      destination.macLow,
      source.macLow,
    );
    if ((this.keys[slot * KEY_WORDS + FLAGS] ?? 0) === 0) return false;
    const at = slot * COUNT_DOUBLES;
    const hops = (this.counts[at + LAST_PORTS_AND_TTL] ?? 0) - ((facts.ports >>> 0) * 256 + facts.ttl);
    return this.counts[at + LAST_PACKET] === packetWord(facts) && (hops === 0 || hops === 1);
  }

  /** Has the state machine look again at the frames of this key, if there are any. */
  unsettle(
    segment: number,
    destinationIp: number,
    destination: { readonly macHigh: number; readonly macLow: number },
    source: { readonly macHigh: number; readonly macLow: number },
  ): void {
    const slot = this.find(
      segment,
      destinationIp,
      (destination.macHigh << 16) | source.macHigh,
      destination.macLow,
      source.macLow,
    );
    const at = slot * KEY_WORDS + FLAGS;
    this.keys[at] = (this.keys[at] ?? 0) & ~(SETTLED | OFF_LINK);
  }

  *rows(): IterableIterator<TrafficRow> {
    for (let slot = 0; slot < this.capacity; slot++) {
      const first = this.firsts[slot];
      if (first === undefined) continue;
      const key = (word: number) => this.keys[slot * KEY_WORDS + word] ?? 0;
      const count = (double: number) => this.counts[slot * COUNT_DOUBLES + double] ?? 0;
      const seconds = count(LAST_SECONDS);
      const nanoseconds = count(LAST_NANOSECONDS);
      yield {
        segment: key(SEGMENT),
        destinationIp: key(DESTINATION_IP),
        destinationMacHigh: key(MACS_HIGH) >>> 16,
        destinationMacLow: key(DESTINATION_MAC_LOW),
        sourceMacHigh: key(MACS_HIGH) & 0xffff,
        sourceMacLow: key(SOURCE_MAC_LOW),
        lastSourceIp: Math.floor(count(LAST_PACKET) / 65536) | 0,
        lastDestinationPort: Math.floor(count(LAST_PORTS_AND_TTL) / 256) % 65536,
        frames: count(FRAMES),
        bytes: count(BYTES),
        first,
        last: {
          capture: count(LAST_CAPTURE),
          frame: count(LAST_FRAME),
          seconds,
          nanoseconds,
          timeNs: first.timeNs + (seconds - first.seconds) * 1e9 + (nanoseconds - first.nanoseconds),
          ordinal: first.ordinal + (count(LAST_FRAME) - first.frame),
        },
      };
    }
  }

  private tally(slot: number, facts: FrameFacts): void {
    const { counts } = this;
    const at = slot * COUNT_DOUBLES;
    counts[at + FRAMES] = (counts[at + FRAMES] ?? 0) + 1;
    counts[at + BYTES] = (counts[at + BYTES] ?? 0) + facts.originalBytes;
    counts[at + LAST_CAPTURE] = facts.capture;
    counts[at + LAST_FRAME] = facts.number;
    counts[at + LAST_SECONDS] = facts.seconds;
    counts[at + LAST_NANOSECONDS] = facts.nanoseconds;
    counts[at + LAST_PACKET] = packetWord(facts);
    counts[at + LAST_PORTS_AND_TTL] = (facts.ports >>> 0) * 256 + facts.ttl;
  }

  private setFlag(slot: number, flag: number): void {
    const at = slot * KEY_WORDS + FLAGS;
    this.keys[at] = (this.keys[at] ?? 0) | flag;
  }

  /** The slot that holds the key, or the free one where it belongs. */
  private find(
    segment: number,
    destinationIp: number,
    macsHigh: number,
    destinationLow: number,
    sourceLow: number,
  ): number {
    const { keys } = this;
    const mask = this.capacity - 1;
    let slot = hash(destinationIp, destinationLow, sourceLow) & mask;
    for (;;) {
      const at = slot * KEY_WORDS;
      if (
        keys[at + FLAGS] === 0 ||
        (keys[at + DESTINATION_IP] === destinationIp &&
          keys[at + DESTINATION_MAC_LOW] === destinationLow &&
          keys[at + SOURCE_MAC_LOW] === sourceLow &&
          keys[at + MACS_HIGH] === macsHigh &&
          keys[at + SEGMENT] === segment)
      ) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  private insert(facts: FrameFacts): number {
    if (this.used * 2 >= this.capacity && !this.makeRoom()) {
      this.overflowFrames++;
      return -1;
    }
    const macsHigh = (facts.destinationMacHigh << 16) | facts.sourceMacHigh;
    const slot = this.find(
      facts.segment,
      facts.destinationIp,
      macsHigh,
      facts.destinationMacLow,
      facts.sourceMacLow,
    );
    const at = slot * KEY_WORDS;
    this.keys[at + DESTINATION_IP] = facts.destinationIp;
    this.keys[at + DESTINATION_MAC_LOW] = facts.destinationMacLow;
    this.keys[at + SOURCE_MAC_LOW] = facts.sourceMacLow;
    this.keys[at + MACS_HIGH] = macsHigh;
    this.keys[at + SEGMENT] = facts.segment;
    this.keys[at + FLAGS] = USED;
    this.used++;
    this.tally(slot, facts);
    return slot;
  }

  /** Grows up to the bound; from there on gives up the rows of addresses that nobody on the segment owns. */
  private makeRoom(): boolean {
    const grows = this.capacity < LARGEST_CAPACITY;
    const { keys, counts, firsts, capacity } = this;
    this.capacity = grows ? capacity * 2 : capacity;
    this.keys = new Int32Array(this.capacity * KEY_WORDS);
    this.counts = new Float64Array(this.capacity * COUNT_DOUBLES);
    this.firsts = [];
    this.used = 0;
    for (let slot = 0; slot < capacity; slot++) {
      const at = slot * KEY_WORDS;
      const flags = keys[at + FLAGS] ?? 0;
      if (flags === 0 || (!grows && (flags & OFF_LINK) !== 0)) continue;
      const target = this.find(
        keys[at + SEGMENT] ?? 0,
        keys[at + DESTINATION_IP] ?? 0,
        keys[at + MACS_HIGH] ?? 0,
        keys[at + DESTINATION_MAC_LOW] ?? 0,
        keys[at + SOURCE_MAC_LOW] ?? 0,
      );
      this.keys.set(keys.subarray(at, at + KEY_WORDS), target * KEY_WORDS);
      this.counts.set(
        counts.subarray(slot * COUNT_DOUBLES, (slot + 1) * COUNT_DOUBLES),
        target * COUNT_DOUBLES,
      );
      this.firsts[target] = firsts[slot];
      this.used++;
    }
    // Full of rows that must stay: rebuilding for every further one would cost more than the frames themselves.
    return this.used * 4 < this.capacity * 3;
  }
}

function packetWord(facts: FrameFacts): number {
  return (facts.sourceIp >>> 0) * 65536 + facts.identification;
}

/** Multiplicative hashing; the addresses of one network differ in their lowest bits, which the shift brings down again. */
function hash(destinationIp: number, destinationLow: number, sourceLow: number): number {
  const mixed = Math.imul(
    destinationIp ^ Math.imul(destinationLow ^ Math.imul(sourceLow, 0x9e3779b1), 0x85ebca6b),
    0xc2b2ae35,
  );
  return mixed ^ (mixed >>> 15);
}
