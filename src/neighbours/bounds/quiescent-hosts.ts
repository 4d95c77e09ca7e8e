import { ArpOperation, type FrameFacts } from "../../decode/facts.ts";
import { MOST_QUIESCENT_HOSTS } from "../../limits.ts";
import { carried, type Position } from "../base/position.ts";
import type { CacheEntry } from "../caches/cache-entry.ts";
import type { Binding } from "../claims/binding.ts";
import type { ClaimForm, ClaimTally } from "../claims/claim.ts";

/**
 * One address, in 14 doubles or 28 words: the first and the newest frame that spoke for it, its MAC, how many there were,
 * and with whom it spoke last.
 */
const ROW_DOUBLES = 14;
const ROW_WORDS = 2 * ROW_DOUBLES;
const FIRST_FRAME = 0;
const FIRST_ORDINAL = 1;
const FIRST_NS = 2;
const LAST_FRAME = 3;
const LAST_ORDINAL = 4;
const LAST_NS = 5;
const WINDOW_START_NS = 6;
const SEGMENT = 14;
const IP = 15;
const MAC_HIGH_AND_FORM = 16;
const MAC_LOW = 17;
const FIRST_SECONDS = 18;
const FIRST_NANOSECONDS = 19;
const LAST_SECONDS = 20;
const LAST_NANOSECONDS = 21;
const FRAMES = 22;
const CAPTURES = 23;
const FIRST_TARGET_IP = 24;
const STATE = 25;
const PARTNER = 26;
const PARTNER_BEFORE = 27;
const GONE = 1;
const DOUBTED = 2;

const FORM_SHIFT = 16;
const FORM_MASK = 3;
const HOLDS = 1 << 20;
const FORMS: readonly ClaimForm[] = ["request", "reply", "announcement"];

const PARTNERS = 2;
const FEWEST_ROWS = 1 << 12;

/** Frames at a time of which it is asked whether they came as fast as no host sends them without a conflict. */
const WINDOW_FRAMES = 64;
const SHORTEST_WINDOW_NS = 1_600_000_000;

/** What is known of such a host. */
export interface QuiescentHost {
  readonly segment: number;
  readonly ip: number;
  readonly macHigh: number;
  readonly macLow: number;
  /** Whether its kernel holds the address, as far as that was seen. */
  readonly holds: boolean;
  /** How it first claimed its address, and all frames by which it did. */
  readonly form: ClaimForm;
  readonly tally: Pick<ClaimTally, "count" | "first" | "last">;
  /** Whom the first of them asked for, or told. */
  readonly targetIp: number;
  /** Whom it asked, and so told its MAC, or answered: their caches hold it. The last two. */
  readonly partners: readonly number[];
}

/**
 * The hosts for which there is no room in the tables, as long as nobody else claims what they claim: each a row of flat
 * memory.
 *
 * A segment of tens of thousands of hosts has nothing more to tell of nearly all of them than whose address is whose.
 * What else they believe and whom they asked is followed once it matters.
 */
export class QuiescentHosts {
  private index = new Int32Array(0);
  private doubles = new Float64Array(0);
  private words = new Int32Array(0);
  private used = 0;
  private gone = 0;

  get size(): number {
    return this.used - this.gone;
  }

  /** @returns the address's row, good until the next `add`, or -1 */
  find(segment: number, ip: number): number {
    if (this.used === 0) return -1;
    const { index, words } = this;
    const mask = index.length - 1;
    for (let slot = slotOf(segment, ip) & mask; ; slot = (slot + 1) & mask) {
      const row = (index[slot] ?? 0) - 1;
      if (row < 0) return -1;
      const at = row * ROW_WORDS;
      if (words[at + IP] === ip && words[at + SEGMENT] === segment && words[at + STATE] !== GONE) return row;
    }
  }

  isOf(row: number, macHigh: number, macLow: number): boolean {
    const at = row * ROW_WORDS;
    return (
      this.words[at + MAC_LOW] === macLow && ((this.words[at + MAC_HIGH_AND_FORM] ?? 0) & 0xffff) === macHigh
    );
  }

  /** Its upper 16 and lower 32 bits. */
  macOf(row: number): readonly [number, number] {
    const at = row * ROW_WORDS;
    return [(this.words[at + MAC_HIGH_AND_FORM] ?? 0) & 0xffff, this.words[at + MAC_LOW] ?? 0];
  }

  /** A frame by which a host claims an address that has no row yet. */
  add(facts: FrameFacts, timeNs: number, ordinal: number): void {
    const { senderIp, targetIp, seconds, nanoseconds, capture, number: frame } = facts;
    const isReply = facts.operation === ArpOperation.Reply;
    const form = senderIp === targetIp ? "announcement" : isReply ? "reply" : "request";
    const at = { capture, frame, seconds, nanoseconds, timeNs, ordinal };
    this.insert({
      segment: facts.segment,
      ip: senderIp,
      macHigh: facts.senderMacHigh,
      macLow: facts.senderMacLow,
      holds: form !== "request" || (facts.targetMacHigh === 0 && facts.targetMacLow === 0),
      form,
      tally: { count: 1, first: at, last: at },
      targetIp,
      partners: senderIp === targetIp ? [] : [targetIp],
    });
  }

  /**
   * Keeps of an address that is given up who claimed it.
   *
   * @param entries the caches' entries about it
   */
  keep({ segment, ip, claims }: Binding, entries: readonly CacheEntry[]): void {
    const claim = claims[0];
    if (claim?.isOwn !== true || claims.length > 1 || this.find(segment, ip) >= 0) return;
    const { macHigh, macLow } = claim.station;
    let count = 0;
    let form: ClaimForm = "request";
    let earliest: ClaimTally | null = null;
    let latest: ClaimTally | null = null;
    for (const [key, tally] of claim.tallies) {
      count += tally.count;
      if (latest === null || tally.last.ordinal > latest.last.ordinal) latest = tally;
      if (earliest !== null && tally.first.ordinal > earliest.first.ordinal) continue;
      earliest = tally;
      form = key;
    }
    if (earliest === null || latest === null) return;
    const targetIp = earliest.evidence[0]?.targetIp ?? ip;
    const tally = { count, first: earliest.first, last: latest.last };
    const holds = claim.station.ownAddresses.has(ip);
    const partners: number[] = [];
    for (const { holder, owner } of entries) {
      if (partners.length === PARTNERS) break;
      const [partner] = holder.ownAddresses;
      if (owner === claim.station && partner !== undefined) partners.push(partner);
    }
    this.insert({ segment, ip, macHigh, macLow, holds, form, tally, targetIp, partners });
  }

  /**
   * Counts a frame that says again what the row says.
   *
   * @returns whether they come too fast for a host without a conflict
   */
  count(row: number, facts: FrameFacts, timeNs: number, ordinal: number): boolean {
    const { words, doubles } = this;
    const at = row * ROW_WORDS;
    const doublesAt = row * ROW_DOUBLES;
    doubles[doublesAt + LAST_FRAME] = facts.number;
    doubles[doublesAt + LAST_ORDINAL] = ordinal;
    doubles[doublesAt + LAST_NS] = timeNs;
    words[at + LAST_SECONDS] = facts.seconds;
    words[at + LAST_NANOSECONDS] = facts.nanoseconds;
    words[at + CAPTURES] = ((words[at + CAPTURES] ?? 0) & 0xffff) | (facts.capture << 16);
    if (facts.targetIp !== facts.senderIp && words[at + PARTNER] !== facts.targetIp) {
      words[at + PARTNER_BEFORE] = words[at + PARTNER] ?? 0;
      words[at + PARTNER] = facts.targetIp;
    }
    const frames = (words[at + FRAMES] ?? 0) + 1;
    words[at + FRAMES] = frames;
    if (frames % WINDOW_FRAMES !== 0) return false;
    const windowNs = timeNs - (doubles[doublesAt + WINDOW_START_NS] ?? 0);
    doubles[doublesAt + WINDOW_START_NS] = timeNs;
    return windowNs < SHORTEST_WINDOW_NS;
  }

  /**
   * Another host claims the address, whose owner spoke once only: in a flood of senders that are made up that comes by
   * chance.
   *
   * @returns whether it is the first time
   */
  doubt(row: number): boolean {
    const { words } = this;
    const at = row * ROW_WORDS;
    if (words[at + FRAMES] !== 1 || words[at + STATE] === DOUBTED) return false;
    words[at + STATE] = DOUBTED;
    return true;
  }

  /** What is known of the host, which has no row from here on. */
  take(row: number): QuiescentHost {
    const { words, doubles } = this;
    const at = row * ROW_WORDS;
    const doublesAt = row * ROW_DOUBLES;
    const word = (offset: number) => words[at + offset] ?? 0;
    const double = (offset: number) => doubles[doublesAt + offset] ?? 0;
    // Of both frames the same follows what is named here.
    const position = (frame: number, seconds: number, capture: number) =>
      carried({
        capture,
        frame: double(frame),
        seconds: word(seconds) >>> 0,
        nanoseconds: word(seconds + 1) >>> 0,
        timeNs: double(frame + 2),
        ordinal: double(frame + 1),
      });
    words[at + STATE] = GONE;
    this.gone++;
    return {
      segment: word(SEGMENT),
      ip: word(IP),
      macHigh: word(MAC_HIGH_AND_FORM) & 0xffff,
      macLow: word(MAC_LOW),
      holds: (word(MAC_HIGH_AND_FORM) & HOLDS) !== 0,
      form: FORMS[(word(MAC_HIGH_AND_FORM) >>> FORM_SHIFT) & FORM_MASK] ?? "request",
      tally: {
        count: word(FRAMES),
        first: position(FIRST_FRAME, FIRST_SECONDS, word(CAPTURES) & 0xffff),
        last: position(LAST_FRAME, LAST_SECONDS, word(CAPTURES) >>> 16),
      },
      targetIp: word(FIRST_TARGET_IP),
      partners: [word(PARTNER), word(PARTNER_BEFORE)].filter((partner) => partner !== 0),
    };
  }

  /** Forgets those that have been silent since then. */
  forgetSilent(sinceNs: number): void {
    if (this.used === 0) return;
    this.rebuild((row) => (this.doubles[row * ROW_DOUBLES + LAST_NS] ?? 0) >= sinceNs);
    if (this.used > 0) return;
    this.doubles = new Float64Array(0);
    this.words = new Int32Array(0);
    this.index = new Int32Array(0);
  }

  private insert(host: QuiescentHost): void {
    const { segment, ip, macHigh, macLow, holds, form, tally, targetIp, partners } = host;
    if (this.used * 2 >= this.index.length) this.makeRoom();
    const row = this.used++;
    const { words, doubles } = this;
    const at = row * ROW_WORDS;
    words[at + SEGMENT] = segment;
    words[at + IP] = ip;
    const formIndex = Math.max(0, FORMS.indexOf(form));
    words[at + MAC_HIGH_AND_FORM] = macHigh | (formIndex << FORM_SHIFT) | (holds ? HOLDS : 0);
    words[at + MAC_LOW] = macLow;
    words[at + FRAMES] = tally.count;
    words[at + CAPTURES] = tally.first.capture | (tally.last.capture << 16);
    words[at + FIRST_TARGET_IP] = targetIp;
    words[at + STATE] = 0;
    words[at + PARTNER] = partners[0] ?? 0;
    words[at + PARTNER_BEFORE] = partners[1] ?? 0;
    const { first, last }: { readonly first: Position; readonly last: Position } = tally;
    words[at + FIRST_SECONDS] = first.seconds;
    words[at + FIRST_NANOSECONDS] = first.nanoseconds;
    words[at + LAST_SECONDS] = last.seconds;
    words[at + LAST_NANOSECONDS] = last.nanoseconds;
    const doublesAt = row * ROW_DOUBLES;
    doubles[doublesAt + FIRST_FRAME] = first.frame;
    doubles[doublesAt + FIRST_ORDINAL] = first.ordinal;
    doubles[doublesAt + FIRST_NS] = first.timeNs;
    doubles[doublesAt + LAST_FRAME] = last.frame;
    doubles[doublesAt + LAST_ORDINAL] = last.ordinal;
    doubles[doublesAt + LAST_NS] = last.timeNs;
    doubles[doublesAt + WINDOW_START_NS] = last.timeNs;
    this.enter(row);
  }

  private enter(row: number): void {
    const { index, words } = this;
    const mask = index.length - 1;
    const at = row * ROW_WORDS;
    let slot = slotOf(words[at + SEGMENT] ?? 0, words[at + IP] ?? 0) & mask;
    while (index[slot] !== 0) slot = (slot + 1) & mask;
    index[slot] = row + 1;
  }

  /** Grows up to the bound; from there on the older half goes. */
  private makeRoom(): void {
    const rows = this.index.length / 2;
    if (this.gone > rows / 4) {
      this.rebuild(() => true);
    } else if (rows < MOST_QUIESCENT_HOSTS) {
      this.allot(Math.max(FEWEST_ROWS, rows * 2));
      this.rebuild(() => true);
    } else {
      this.rebuild((row) => row >= rows / 2);
    }
  }

  /** The rows have room for all from the first on: memory that nobody wrote to takes none. */
  private allot(rows: number): void {
    if (this.doubles.length === 0) {
      this.doubles = new Float64Array(MOST_QUIESCENT_HOSTS * ROW_DOUBLES);
      this.words = new Int32Array(this.doubles.buffer);
    }
    this.index = new Int32Array(rows * 2);
  }

  private rebuild(stays: (row: number) => boolean): void {
    const { words, doubles } = this;
    let kept = 0;
    this.index.fill(0);
    for (let row = 0; row < this.used; row++) {
      if (words[row * ROW_WORDS + STATE] === GONE || !stays(row)) continue;
      if (kept !== row) doubles.copyWithin(kept * ROW_DOUBLES, row * ROW_DOUBLES, (row + 1) * ROW_DOUBLES);
      this.enter(kept++);
    }
    this.used = kept;
    this.gone = 0;
  }
}

function slotOf(segment: number, ip: number): number {
  const mixed = Math.imul(ip ^ Math.imul(segment + 1, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
