import type { FrameFacts } from "../../decode/facts.ts";
import { MOST_TRAFFIC_SLOTS, OFF_LINK_ROWS_PER_PAIR } from "../../limits.ts";
import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";
import type { SentSoFar } from "../caches/sent.ts";
import { Arrivals } from "./arrivals.ts";
import { FirstFrames } from "./first-frames.ts";
import { MacPairs, wireOf } from "./mac-pairs.ts";
import { RowIndex } from "./row-index.ts";
import {
  CAPTURE_SHIFT,
  ROW_DOUBLES_SHIFT,
  ROW_FLAGS,
  ROW_WORDS,
  ROW_WORDS_SHIFT,
  RowDouble,
  RowFlag,
  RowWord,
  rowSlot,
  TUNNELLED_WORDS,
  tunnelPlace,
} from "./traffic-layout.ts";
import { RowView, type TrafficRow } from "./traffic-row.ts";

/** What a MAC is given as: a station, or as much of one. */
interface Mac {
  readonly macHigh: number;
  readonly macLow: number;
}

/** After so long without a frame a row may be given up, where there is no room for others. */
const IDLE_SECONDS = 3_600;

const SMALLEST_CAPACITY = 1 << 12;
const SMALLEST_ROWS = 1 << 8;

/**
 * Counts the IPv4 frames by destination address, destination MAC and source MAC.
 *
 * Every ordinary frame passes through here, and only the first of its kind has anything to tell the state machine, so
 * this is flat integer memory: no allocation, and no hash of a string. The rows lie in the order in which they came,
 * because what is busy comes early: the busy ones share few cache lines. An open-addressed index leads to them.
 */
export class TrafficTable {
  readonly pairs = new MacPairs();
  /** The row's number plus one; 0 where there is none. Another array after the table grew. */
  index = new Int32Array(SMALLEST_CAPACITY);
  /** As in `traffic-layout.ts`; nothing before the first row. Another array after the table grew. */
  words = new Int32Array(0);
  /** The same memory. */
  doubles = new Float64Array(0);
  /** As in `traffic-layout.ts`. */
  readonly tunnelled = new Int32Array(TUNNELLED_WORDS);
  private readonly firsts = new FirstFrames();
  private readonly arrivals = new Arrivals();
  private used = 0;
  private readonly described: RowView[] = [];
  private readonly rowIndex = new RowIndex();
  /** Frames that found the table full of what had to be kept. */
  overflowFrames = 0;
  private fullUntil = 0;

  get size(): number {
    return this.used;
  }

  /**
   * Counts a frame.
   *
   * @param ordinal the frame's place in the analysis
   * @param isBeyond whether the destination lies where nobody on the segment was seen to have an address
   * @returns the row that the state machine should look at, or -1 for a frame like others before
   */
  count(facts: FrameFacts, ordinal: number, isBeyond: boolean): number {
    const wire0 = (facts.destinationMacHigh << 16) | (facts.destinationMacLow >>> 16);
    const wire4 = (facts.destinationMacLow << 16) | facts.sourceMacHigh;
    const wire8 = facts.sourceMacLow;
    let pair = this.pairs.find(wire0, wire4, wire8, facts.segment);
    let row = pair >= 0 && isBeyond ? this.pairs.restRow(pair) : -1;
    if (row < 0 && pair >= 0) row = this.find(pair, facts.destinationIp);
    if (row < 0) {
      if (!this.hasRoom(pair)) {
        this.overflowFrames++;
        return -1;
      }
      // Room may have been made by clearing the table: the pair may have another place now, or none.
      pair = this.pairs.find(wire0, wire4, wire8, facts.segment);
      const isFirst = pair < 0;
      if (isFirst) pair = this.pairs.enter(wire0, wire4, wire8, facts.segment);
      row = this.insert(facts.destinationIp, pair);
      this.pairs.noteRow(pair, row, isFirst);
    }
    this.tally(row, facts, ordinal);
    return this.isSettled(row) ? -1 : row;
  }

  /** The state machine has learnt from this row all there is: its frames are only counted from here on. */
  settle(row: number): void {
    const isBetweenStations = this.pairs.isBetweenStations(this.pairOf(row));
    this.setFlag(row, isBetweenStations ? RowFlag.Settled | RowFlag.Ordinary : RowFlag.Settled);
  }

  /** Settled, and nobody on the segment was seen to own the address: the rows to give up first. */
  settleOffLink(row: number, isBeyond: boolean): void {
    this.settle(row);
    this.setFlag(row, RowFlag.OffLink);
    if (!isBeyond) return;
    const { pairs } = this;
    const pair = this.pairOf(row);
    pairs.countOffLinkRow(pair);
    if (pairs.offLinkRows(pair) === OFF_LINK_ROWS_PER_PAIR) pairs.setRestRow(pair, row);
  }

  /** Such a packet was seen in the tunnel that this row counts: further ones are like it. */
  noteTunnelled(facts: FrameFacts): void {
    const pair = this.pairs.find(...wireOfFacts(facts), facts.segment);
    if (pair < 0) return;
    const number = this.pairs.number(pair);
    const place = tunnelPlace(facts.innerDestinationIp, number);
    this.tunnelled[place] = facts.innerDestinationIp;
    this.tunnelled[place + 1] = number;
  }

  /** Keeps the position of a row's first frame. */
  noteFirst(row: number, facts: FrameFacts, timeNs: number, ordinal: number): void {
    this.firsts.note(row, facts, timeNs, ordinal);
  }

  /**
   * Whether the newest frame of this key is the packet in `facts`, on its way before it was sent on: addresses,
   * identification and ports the same, TTL the same or one more.
   */
  wasLast(facts: FrameFacts, destination: Mac, source: Mac): boolean {
    const row = this.findKey(facts.segment, facts.destinationIp, destination, source);
    return row >= 0 && this.wasNewest(facts, row);
  }

  /**
   * The row by which the packet came in to the station that sends it now, on its way to yet another one.
   *
   * @param row of the packet itself; after so many other packets it is not looked for any more
   * @returns `none` where no other station sends that station anything for the address, or nothing that it passes on;
   * `another` where the newest packets that came in are others
   */
  arrivalOf(facts: FrameFacts, row: number): TrafficRow | "none" | "another" {
    let comesIn = false;
    for (const candidate of this.arrivals.of(facts.destinationIp, facts.sourceMacLow)) {
      if (!this.comesInToSender(facts, candidate)) continue;
      if (this.wasNewest(facts, candidate)) return this.rows()[candidate] ?? "none";
      comesIn = true;
    }
    return comesIn && this.arrivals.tryAgain(row) ? "another" : "none";
  }

  /** Has the state machine look again at the frames of this key, if there are any. */
  unsettle(segment: number, destinationIp: number, destination: Mac, source: Mac): void {
    const row = this.findKey(segment, destinationIp, destination, source);
    if (row < 0) return;
    const at = (row << ROW_WORDS_SHIFT) + RowWord.FlagsAndCapture;
    this.words[at] = (this.words[at] ?? 0) & ~ROW_FLAGS;
  }

  /** When the newest frame of this key was seen; negative infinity where there was none. */
  lastNs(segment: number, destinationIp: number, destination: Mac, source: Mac): number {
    const row = this.findKey(segment, destinationIp, destination, source);
    return row < 0 ? Number.NEGATIVE_INFINITY : new RowView(this, row).last.timeNs;
  }

  /** What was counted of this key so far; null where nothing was. */
  sentBetween(segment: number, destinationIp: number, destination: Mac, source: Mac): SentSoFar | null {
    const row = this.findKey(segment, destinationIp, destination, source);
    if (row < 0) return null;
    const { frames, bytes, last } = new RowView(this, row);
    return { frames, bytes, last };
  }

  /** Has every frame looked into that the station sends from here on, where it may be the answer to a contested flow. */
  awaitAnswers(station: Station): void {
    this.pairs.awaitAnswers(station);
  }

  /** Views of the rows as they are now, and as they become: each is good until rows are given up. */
  rows(): readonly TrafficRow[] {
    const { described } = this;
    for (let row = described.length; row < this.used; row++) described.push(new RowView(this, row));
    return described;
  }

  /** Those of the rows whose frames are for the address, in any broadcast domain. */
  rowsTo(destinationIp: number): readonly TrafficRow[] {
    return this.rowIndex.to(this.rows(), destinationIp);
  }

  rowsFrom(sender: Station): readonly TrafficRow[] {
    return this.rowIndex.from(this.rows(), sender);
  }

  /** The row of the key; undefined where there is none. */
  rowBetween(segment: number, destinationIp: number, destination: Mac, source: Mac): TrafficRow | undefined {
    return this.rows()[this.findKey(segment, destinationIp, destination, source)];
  }

  /** For a row's view. */
  word(row: number, offset: number): number {
    return this.words[(row << ROW_WORDS_SHIFT) + offset] ?? 0;
  }

  /** For a row's view. */
  double(row: number, offset: number): number {
    return this.doubles[(row << ROW_DOUBLES_SHIFT) + offset] ?? 0;
  }

  /** For a row's view. */
  firstOf(row: number): Position {
    return this.firsts.of(row);
  }

  /** For a row's view: where its pair is. */
  pairOf(row: number): number {
    return this.pairs.place(this.words[(row << ROW_WORDS_SHIFT) + RowWord.Pair] ?? 0);
  }

  private wasNewest({ sourceIp, ports, identification, ttl }: FrameFacts, row: number): boolean {
    const at = row << ROW_WORDS_SHIFT;
    const hops = (this.words[at + RowWord.LastIdentificationAndTtl] ?? 0) - ((identification << 8) | ttl);
    return (
      this.words[at + RowWord.LastSourceIp] === sourceIp &&
      this.words[at + RowWord.LastPorts] === ports &&
      (hops === 0 || hops === 1)
    );
  }

  /** Whether the row's frames go to the sender of this one, for the same address, from neither of its two ends. */
  private comesInToSender(facts: FrameFacts, row: number): boolean {
    const { words, pairs } = this;
    if (words[(row << ROW_WORDS_SHIFT) + RowWord.DestinationIp] !== facts.destinationIp) return false;
    const pair = this.pairOf(row);
    if (pairs.segment(pair) !== facts.segment) return false;
    const destination = pairs.destination(pair);
    const source = pairs.source(pair);
    return (
      destination.macLow === facts.sourceMacLow &&
      destination.macHigh === facts.sourceMacHigh &&
      !(source.macLow === facts.destinationMacLow && source.macHigh === facts.destinationMacHigh)
    );
  }

  private setFlag(row: number, flag: number): void {
    const at = (row << ROW_WORDS_SHIFT) + RowWord.FlagsAndCapture;
    this.words[at] = (this.words[at] ?? 0) | flag;
  }

  private isSettled(row: number): boolean {
    return ((this.words[(row << ROW_WORDS_SHIFT) + RowWord.FlagsAndCapture] ?? 0) & RowFlag.Settled) !== 0;
  }

  private tally(row: number, facts: FrameFacts, ordinal: number): void {
    const { words, doubles } = this;
    const at = row << ROW_WORDS_SHIFT;
    words[at + RowWord.FlagsAndCapture] =
      ((words[at + RowWord.FlagsAndCapture] ?? 0) & ROW_FLAGS) | (facts.capture << CAPTURE_SHIFT);
    words[at + RowWord.LastSeconds] = facts.seconds;
    words[at + RowWord.LastNanoseconds] = facts.nanoseconds;
    words[at + RowWord.LastSourceIp] = facts.sourceIp;
    words[at + RowWord.LastPorts] = facts.ports;
    words[at + RowWord.LastIdentificationAndTtl] = (facts.identification << 8) | facts.ttl;
    const doublesAt = row << ROW_DOUBLES_SHIFT;
    doubles[doublesAt + RowDouble.Frames] = (doubles[doublesAt + RowDouble.Frames] ?? 0) + 1;
    doubles[doublesAt + RowDouble.Bytes] = (doubles[doublesAt + RowDouble.Bytes] ?? 0) + facts.originalBytes;
    doubles[doublesAt + RowDouble.LastFrame] = facts.number;
    doubles[doublesAt + RowDouble.LastOrdinal] = ordinal;
  }

  private findKey(segment: number, destinationIp: number, destination: Mac, source: Mac): number {
    const place = this.pairs.find(...wireOf(destination, source), segment);
    return place < 0 ? -1 : this.find(place, destinationIp);
  }

  /** The row of the key, -1 where there is none. */
  private find(place: number, destinationIp: number): number {
    const { index, words } = this;
    const pair = this.pairs.number(place);
    const mask = index.length - 1;
    let slot = rowSlot(destinationIp, pair) & mask;
    for (;;) {
      const row = (index[slot] ?? 0) - 1;
      if (row < 0) return -1;
      const at = row << ROW_WORDS_SHIFT;
      if (words[at + RowWord.DestinationIp] === destinationIp && words[at + RowWord.Pair] === pair)
        return row;
      slot = (slot + 1) & mask;
    }
  }

  /** @param pair the place of the row's pair, -1 where that is new, too */
  private hasRoom(pair: number): boolean {
    if (this.used * 2 < this.index.length && (pair >= 0 || !this.pairs.isFull)) return true;
    return this.overflowFrames >= this.fullUntil && this.makeRoom();
  }

  private insert(destinationIp: number, pair: number): number {
    if (this.used << ROW_WORDS_SHIFT === this.words.length) this.grow();
    const row = this.used++;
    const { words } = this;
    const at = row << ROW_WORDS_SHIFT;
    words[at + RowWord.DestinationIp] = destinationIp;
    words[at + RowWord.Pair] = this.pairs.number(pair);
    words.fill(0, at + RowWord.FlagsAndCapture, at + ROW_WORDS);
    this.enter(row);
    this.enterArrival(row);
    return row;
  }

  /**
   * Doubles what there is for rows. Memory for all rows that there can be would take longer to get, and to collect, than
   * all else that is done with a short capture.
   */
  private grow(): void {
    const { words } = this;
    const rows = Math.max(SMALLEST_ROWS, this.used * 2);
    this.words = new Int32Array(rows * ROW_WORDS);
    this.words.set(words);
    this.doubles = new Float64Array(this.words.buffer);
    this.firsts.grow(rows);
    this.arrivals.grow(rows);
  }

  private enter(row: number): void {
    const { index, words } = this;
    const mask = index.length - 1;
    const at = row << ROW_WORDS_SHIFT;
    let slot = rowSlot(words[at + RowWord.DestinationIp] ?? 0, words[at + RowWord.Pair] ?? 0) & mask;
    while (index[slot] !== 0) slot = (slot + 1) & mask;
    index[slot] = row + 1;
  }

  private enterArrival(row: number): void {
    const { macLow } = this.pairs.destination(this.pairOf(row));
    this.arrivals.enter(row, this.words[(row << ROW_WORDS_SHIFT) + RowWord.DestinationIp] ?? 0, macLow);
  }

  /** In months a flood's rows are long past, and those of hosts that are gone. */
  private dropIdle(): number {
    const lastSeconds = (at: number) => (this.words[at + RowWord.LastSeconds] ?? 0) >>> 0;
    let newest = 0;
    for (let row = 0; row < this.used; row++) newest = Math.max(newest, lastSeconds(row << ROW_WORDS_SHIFT));
    return this.drop((at) => newest - lastSeconds(at) > IDLE_SECONDS);
  }

  /** Grows up to the bound; from there on gives up the rows of addresses that nobody on the segment owns. */
  private makeRoom(): boolean {
    if (this.index.length < MOST_TRAFFIC_SLOTS && !this.pairs.isFull) {
      const capacity = this.index.length * 2;
      this.index = new Int32Array(capacity);
    } else {
      this.index.fill(0);
      this.used = this.drop(
        (at) => ((this.words[at + RowWord.FlagsAndCapture] ?? 0) & RowFlag.OffLink) !== 0,
      );
      if (this.used > (this.index.length * 7) / 16) this.used = this.dropIdle();
    }
    for (let row = 0; row < this.used; row++) this.enter(row);
    const rows = this.index.length / 2;
    const hasRoom = this.used < rows && !this.pairs.isFull;
    if (this.used <= rows - rows / 8 && hasRoom) return true;
    // Full of rows that must stay: to look through them for every further one would cost more than the frames themselves.
    this.fullUntil = this.overflowFrames + rows;
    return hasRoom;
  }

  /** @returns how many rows are left; they keep their order, and only the pairs that they need stay */
  private drop(isSpare: (at: number) => boolean): number {
    const { words, firsts, pairs } = this;
    const known = pairs.replace();
    let kept = 0;
    for (let row = 0; row < this.used; row++) {
      const at = row << ROW_WORDS_SHIFT;
      if (isSpare(at)) continue;
      const keptAt = kept << ROW_WORDS_SHIFT;
      words.copyWithin(keptAt, at, at + ROW_WORDS);
      words[keptAt + RowWord.Pair] = pairs.keep(known, words[at + RowWord.Pair] ?? 0, kept);
      firsts.move(row, kept);
      kept++;
    }
    firsts.forget(kept, this.used);
    this.arrivals.clear();
    for (let row = 0; row < kept; row++) this.enterArrival(row);
    this.described.length = 0;
    this.rowIndex.clear();
    this.tunnelled.fill(0);
    return kept;
  }
}

function wireOfFacts(facts: FrameFacts): readonly [number, number, number] {
  return wireOf(
    { macHigh: facts.destinationMacHigh, macLow: facts.destinationMacLow },
    { macHigh: facts.sourceMacHigh, macLow: facts.sourceMacLow },
  );
}
