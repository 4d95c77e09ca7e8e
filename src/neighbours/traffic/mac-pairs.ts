import { MOST_MAC_PAIR_SLOTS } from "../../limits.ts";
import { isGroupMac, type Station } from "../base/station.ts";
import { PAIR_WORDS, PairFlag, PairWord, pairPlace } from "./traffic-layout.ts";

/** A MAC as `FrameFacts` and `Station` hold it. */
interface Mac {
  readonly macHigh: number;
  readonly macLow: number;
}

/** The pairs as they were, good until they are replaced again; the place of the first is that of number 1. */
interface KnownPairs {
  readonly words: Int32Array;
  readonly placeOf: readonly number[];
}

const SMALLEST_SLOTS = 1 << 10;

/**
 * Numbers the pairs of destination and source MAC of each broadcast domain.
 *
 * Every ordinary frame is looked up here, so this is one flat open-addressed table, a pair of a small network's to a
 * cache line or two of the processor's first level. What callers hold of a pair is its `place`, good until the next
 * `enter`, or its number, which stays.
 */
export class MacPairs {
  /** As in `traffic-layout.ts`; another array after the table grew. */
  words = new Int32Array(SMALLEST_SLOTS * PAIR_WORDS);
  private spare = new Int32Array(0);
  private mask = SMALLEST_SLOTS * PAIR_WORDS - 1;
  private readonly placeOf: number[] = [-1];
  private readonly answering = new Set<string>();

  /** Whether a further pair would be one too many. */
  get isFull(): boolean {
    return this.placeOf.length * 2 > MOST_MAC_PAIR_SLOTS;
  }

  /**
   * @param wire0 bytes 0..4 of the frame, big-endian
   * @param wire4 bytes 4..8
   * @param wire8 bytes 8..12
   * @returns the pair's place, -1 where it has none
   */
  find(wire0: number, wire4: number, wire8: number, segment: number): number {
    const { words, mask } = this;
    let place = pairPlace(wire4, wire8) & mask;
    for (;;) {
      if (words[place + PairWord.Number] === 0) return -1;
      if (
        words[place + PairWord.Wire8] === wire8 &&
        words[place + PairWord.Wire0] === wire0 &&
        words[place + PairWord.Wire4] === wire4 &&
        words[place + PairWord.Segment] === segment
      ) {
        return place;
      }
      place = (place + PAIR_WORDS) & mask;
    }
  }

  /** Gives a new pair its place; not to be called where the table is full. */
  enter(wire0: number, wire4: number, wire8: number, segment: number): number {
    const number = this.placeOf.length;
    if (number * 2 * PAIR_WORDS > this.words.length) this.grow();
    const place = this.freePlace(wire4, wire8);
    const { words } = this;
    words[place + PairWord.Wire0] = wire0;
    words[place + PairWord.Wire4] = wire4;
    words[place + PairWord.Wire8] = wire8;
    words[place + PairWord.Segment] = segment;
    words[place + PairWord.Number] = number;
    this.placeOf.push(place);
    const source = this.source(place);
    const destination = this.destination(place);
    const isSame = source.macHigh === destination.macHigh && source.macLow === destination.macLow;
    if (!isSame && !isGroupMac(source.macHigh) && !isGroupMac(destination.macHigh)) {
      words[place + PairWord.Flags] = PairFlag.BetweenStations;
    }
    if (this.answering.size > 0 && this.answering.has(nameOf(segment, source))) {
      words[place + PairWord.Flags] = (words[place + PairWord.Flags] ?? 0) | PairFlag.Answers;
    }
    return place;
  }

  number(place: number): number {
    return this.words[place + PairWord.Number] ?? 0;
  }

  place(number: number): number {
    return this.placeOf[number] ?? -1;
  }

  segment(place: number): number {
    return this.words[place + PairWord.Segment] ?? 0;
  }

  destination(place: number): Mac {
    const wire0 = this.words[place + PairWord.Wire0] ?? 0;
    const wire4 = this.words[place + PairWord.Wire4] ?? 0;
    return { macHigh: wire0 >>> 16, macLow: (wire0 << 16) | (wire4 >>> 16) };
  }

  source(place: number): Mac {
    return {
      macHigh: (this.words[place + PairWord.Wire4] ?? 0) & 0xffff,
      macLow: this.words[place + PairWord.Wire8] ?? 0,
    };
  }

  isBetweenStations(place: number): boolean {
    return ((this.words[place + PairWord.Flags] ?? 0) & PairFlag.BetweenStations) !== 0;
  }

  /** From here on what the station sends may be the answer to a contested flow. */
  awaitAnswers(station: Station): void {
    const name = nameOf(station.segment, station);
    if (this.answering.has(name)) return;
    this.answering.add(name);
    const { words } = this;
    for (let place = 0; place < words.length; place += PAIR_WORDS) {
      const isFrom =
        words[place + PairWord.Wire8] === station.macLow &&
        ((words[place + PairWord.Wire4] ?? 0) & 0xffff) === station.macHigh &&
        words[place + PairWord.Segment] === station.segment;
      if (isFrom) words[place + PairWord.Flags] = (words[place + PairWord.Flags] ?? 0) | PairFlag.Answers;
    }
  }

  /** How many addresses beyond the segment the pair has rows for. */
  offLinkRows(place: number): number {
    return this.words[place + PairWord.OffLinkRows] ?? 0;
  }

  countOffLinkRow(place: number): void {
    this.words[place + PairWord.OffLinkRows] = (this.words[place + PairWord.OffLinkRows] ?? 0) + 1;
  }

  /** The row for all further addresses beyond the segment; -1 where there is none. */
  restRow(place: number): number {
    return Math.max(-1, (this.words[place + PairWord.RestRow] ?? 0) - 1);
  }

  /** The pair has a row more, or its first one. */
  noteRow(place: number, row: number, isFirst: boolean): void {
    if (isFirst) this.words[place + PairWord.RestRow] = -(row + 1);
    else if ((this.words[place + PairWord.RestRow] ?? 0) < 0) this.words[place + PairWord.RestRow] = 0;
  }

  setRestRow(place: number, row: number): void {
    this.words[place + PairWord.RestRow] = row + 1;
  }

  /** Forgets all pairs. @returns them, for those to be kept that are still needed */
  replace(): KnownPairs {
    const { words, spare } = this;
    // One flood has this done again and again, and new memory each time would be what it costs most.
    this.words = spare.length === words.length ? spare.fill(0) : new Int32Array(words.length);
    this.spare = words;
    return { words, placeOf: this.placeOf.splice(1) };
  }

  /**
   * Takes over a pair that was known before `replace`, for one of the rows that are left.
   *
   * @returns its number from here on
   */
  keep({ words, placeOf }: KnownPairs, number: number, row: number): number {
    const from = placeOf[number - 1] ?? 0;
    const wire0 = words[from + PairWord.Wire0] ?? 0;
    const wire4 = words[from + PairWord.Wire4] ?? 0;
    const wire8 = words[from + PairWord.Wire8] ?? 0;
    const segment = words[from + PairWord.Segment] ?? 0;
    const place = this.find(wire0, wire4, wire8, segment);
    const kept = place < 0 ? this.enter(wire0, wire4, wire8, segment) : place;
    this.noteRow(kept, row, place < 0);
    return this.number(kept);
  }

  private freePlace(wire4: number, wire8: number): number {
    const { words, mask } = this;
    let place = pairPlace(wire4, wire8) & mask;
    while (words[place + PairWord.Number] !== 0) place = (place + PAIR_WORDS) & mask;
    return place;
  }

  private grow(): void {
    const before = this.words;
    this.words = new Int32Array(before.length * 2);
    this.mask = this.words.length - 1;
    for (let from = 0; from < before.length; from += PAIR_WORDS) {
      const number = before[from + PairWord.Number] ?? 0;
      if (number === 0) continue;
      const place = this.freePlace(before[from + PairWord.Wire4] ?? 0, before[from + PairWord.Wire8] ?? 0);
      this.words.set(before.subarray(from, from + PAIR_WORDS), place);
      this.placeOf[number] = place;
    }
  }
}

/** The first 12 bytes of a frame from one station to another, as three big-endian words. */
export function wireOf(destination: Mac, source: Mac): readonly [number, number, number] {
  return [
    (destination.macHigh << 16) | (destination.macLow >>> 16),
    (destination.macLow << 16) | source.macHigh,
    source.macLow,
  ];
}

function nameOf(segment: number, { macHigh, macLow }: Mac): string {
  return `${segment},${macHigh},${macLow}`;
}
