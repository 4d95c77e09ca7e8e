import type { Meter } from "./meter.ts";
import type { Position } from "./position.ts";
import { SparseMap, SparseSet } from "./sparse.ts";

/**
 * A host's network card in one broadcast domain: what has a MAC, sends frames and keeps a neighbour cache (`CacheTable`).
 *
 * The same MAC on two VLANs is two stations, since what it learns on one it does not use on the other.
 */
export class Station {
  readonly segment: number;
  readonly macHigh: number;
  readonly macLow: number;
  /** Addresses that its kernel was seen to hold: it asks in their name or answers for them. */
  readonly ownAddresses = new SparseSet<number>();
  /** Its sweep through more addresses than traffic needs; answers to a scanner's requests stay out of the kernel's cache. */
  sweep: Sweep | null = null;
  /** By operation and address: how fast its ARP frames come. */
  readonly meters = new SparseMap<number, Meter>();
  /** Whether an ARP frame ever spoke for it. */
  hasClaimed = false;
  private readonly askedLately: Asked[] = [];
  private requests = 0;
  private lastTarget = 0;
  /** How many addresses it asked for in a row, upwards or downwards, and where the row began. */
  private row = 0;
  private direction = 0;
  private rowBegan: Asked | null = null;
  private rowLast: Asked | null = null;

  constructor(segment: number, macHigh: number, macLow: number) {
    this.segment = segment;
    this.macHigh = macHigh;
    this.macLow = macLow;
  }

  /**
   * Counts the addresses asked for within a second, and those asked for in a row, one after the next. A kernel under load
   * asks for a few in a second, and in no order; a scanner asks for all, and a patient one in theirs.
   */
  noteAsked(ip: number, at: Position): void {
    this.requests++;
    const step = ip - this.lastTarget;
    if (step === 0) return;
    this.lastTarget = ip;
    const recent = this.askedLately;
    while (recent[0] !== undefined && at.timeNs - recent[0].at.timeNs > SWEEP_WINDOW_NS) recent.shift();
    const asked = { at, request: this.requests };
    recent.push(asked);
    const began = this.inOrder(step, asked);
    if (recent.length > SWEEP_TARGETS) this.noteSweep(recent.shift() ?? began, at);
    else if (this.row > SWEEP_TARGETS) this.noteSweep(began, at);
  }

  /** @returns where the row of addresses began in which this one is the next */
  private inOrder(step: number, asked: Asked): Asked {
    const direction = Math.sign(step);
    const follows = Math.abs(step) <= ROW_STEP && (this.row <= 1 || direction === this.direction);
    const isSlow = this.rowLast !== null && asked.at.timeNs - this.rowLast.at.timeNs > ROW_GAP_NS;
    if (this.rowBegan === null || !follows || isSlow) {
      this.row = 0;
      this.rowBegan = asked;
    }
    this.row++;
    this.direction = direction;
    this.rowLast = asked;
    return this.rowBegan;
  }

  private noteSweep(began: Asked, at: Position): void {
    this.sweep ??= { first: began.at, last: at, firstRequest: began.request, requests: 0 };
    this.sweep.last = at;
    this.sweep.requests = this.requests - this.sweep.firstRequest + 1;
  }
}

/** A request, and how many the station had sent up to it. */
interface Asked {
  readonly at: Position;
  readonly request: number;
}

/** Requests of one station for one address after another. */
export interface Sweep {
  readonly first: Position;
  last: Position;
  readonly firstRequest: number;
  /** All that it sent from the first to the last, the repeated ones too. */
  requests: number;
}

const SWEEP_WINDOW_NS = 1_000_000_000;
const SWEEP_TARGETS = 20;
/** A scanner leaves out its own address, and those that it is told to. */
const ROW_STEP = 4;
const ROW_GAP_NS = 60_000_000_000;

/** All stations by segment and MAC. */
export class StationTable {
  private readonly byLow = new Map<number, Station[]>();
  /** Stations that were asked for by name, and of which no frame tells. */
  private readonly absent = new Map<string, Station>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(segment: number, macHigh: number, macLow: number): Station | undefined {
    const bucket = this.byLow.get(macLow);
    return bucket === undefined ? undefined : find(bucket, segment, macHigh);
  }

  of(segment: number, macHigh: number, macLow: number): Station {
    const bucket = this.byLow.get(macLow);
    if (bucket === undefined) {
      const station = this.create(segment, macHigh, macLow);
      this.byLow.set(macLow, [station]);
      return station;
    }
    const known = find(bucket, segment, macHigh);
    if (known !== undefined) return known;
    const station = this.create(segment, macHigh, macLow);
    bucket.push(station);
    return station;
  }

  delete(station: Station): void {
    const bucket = this.byLow.get(station.macLow);
    const index = bucket?.indexOf(station) ?? -1;
    if (bucket === undefined || index < 0) return;
    if (bucket.length === 1) this.byLow.delete(station.macLow);
    else bucket.splice(index, 1);
    this.count--;
  }

  *[Symbol.iterator](): IterableIterator<Station> {
    for (const bucket of this.byLow.values()) yield* bucket;
  }

  /** The station, though perhaps no frame tells of it: then it is not among the others until one does. */
  named(segment: number, macHigh: number, macLow: number): Station {
    const known = this.get(segment, macHigh, macLow);
    if (known !== undefined) return known;
    const key = keyOf(segment, macHigh, macLow);
    const absent = this.absent.get(key) ?? new Station(segment, macHigh, macLow);
    this.absent.set(key, absent);
    return absent;
  }

  private create(segment: number, macHigh: number, macLow: number): Station {
    this.count++;
    const known = this.absent.size === 0 ? undefined : this.absent.get(keyOf(segment, macHigh, macLow));
    return known ?? new Station(segment, macHigh, macLow);
  }
}

function keyOf(segment: number, macHigh: number, macLow: number): string {
  return `${segment},${macHigh},${macLow}`;
}

/** Without a closure, for nearly every frame that is looked into comes by here. */
function find(bucket: readonly Station[], segment: number, macHigh: number): Station | undefined {
  for (let index = 0; index < bucket.length; index++) {
    const station = bucket[index];
    if (station?.macHigh === macHigh && station.segment === segment) return station;
  }
  return undefined;
}

/** Whether a network card may have the MAC: neither a group's nor all zeros. */
export function isCard({ macHigh, macLow }: Pick<Station, "macHigh" | "macLow">): boolean {
  return !isGroupMac(macHigh) && (macHigh | macLow) !== 0;
}

/** The group bit of a MAC's first byte: broadcast or multicast, so no station's (IEEE 802.3, 3.2.3). */
export function isGroupMac(macHigh: number): boolean {
  return (macHigh & 0x0100) !== 0;
}
