import type { FrameFacts } from "../../decode/facts.ts";
import { MOST_COUNTED_SEGMENTS, MOST_FLOODS } from "../../limits.ts";
import { carried, type Position, type Timeline } from "../base/position.ts";
import type { Station } from "../base/station.ts";

/** More MACs than a room full of machines brings up in one second. */
const FLOOD_STATIONS = 100;
const FLOOD_WINDOW_NS = 1_000_000_000;

/** A burst of ARP senders that had never been heard before. */
export interface Flood {
  readonly segment: number;
  /** Whose card sent the first of its frames, for which address. */
  readonly sender: Station;
  readonly ip: number;
  readonly first: Position;
  last: Position;
  /** All ARP frames of the segment from the first to the last. */
  frames: number;
  stations: number;
}

interface Arrival {
  readonly at: Position;
  readonly sender: Station;
  readonly ip: number;
  readonly frame: number;
}

/** Watches for senders without end: a tool that fills tables, or a loop that brings in another network. */
export class FloodDetector {
  private readonly known: Flood[] = [];
  private readonly newest = new Map<number, NewestFrame>();
  private readonly timeline: Timeline;
  /** The flood that only shows by what was given up. */
  private overflow: Flood | null = null;
  private readonly frames = new Map<number, number>();
  private readonly arrivals = new Map<number, Arrival[]>();
  private readonly floodFrames = new Map<number, number>();

  constructor(timeline: Timeline) {
    this.timeline = timeline;
  }

  get floods(): readonly Flood[] {
    return this.known.map((flood) => {
      const newest = this.newest.get(flood.segment)?.position;
      return newest !== undefined && newest.ordinal > flood.last.ordinal ? { ...flood, last: newest } : flood;
    });
  }

  /**
   * So many came, if slowly or on many VLANs, that what was known had to be given up: this is a flood, too.
   *
   * @param forgotten how many addresses and stations are gone by now
   */
  noteForgotten(sender: Station, ip: number, at: Position, forgotten: number): void {
    const { segment } = sender;
    const known = this.known[0];
    if (known === undefined) {
      this.known.push({ segment, sender, ip, first: at, last: at, frames: 1, stations: 1 });
      this.floodFrames.set(segment, this.frames.get(segment) ?? 0);
      this.overflow = this.known[0] ?? null;
    } else if (known === this.overflow) {
      known.last = at;
      known.frames = Math.max(
        1,
        (this.frames.get(known.segment) ?? 0) - (this.floodFrames.get(known.segment) ?? 0),
      );
      known.stations = forgotten;
    }
  }

  /** An ARP frame of a sender whom nobody knew, and of whom nothing is kept. */
  noteTurnedAway(facts: FrameFacts): void {
    const { segment } = facts;
    this.count(segment);
    const flood = this.floodOf(segment);
    if (flood === undefined) return;
    let newest = this.newest.get(segment);
    if (newest === undefined) {
      newest = new NewestFrame();
      this.newest.set(segment, newest);
    }
    newest.note(facts, this.timeline);
    flood.frames = (this.frames.get(segment) ?? 0) - (this.floodFrames.get(segment) ?? 0) + 1;
    flood.stations++;
  }

  /** To be called for every ARP frame, before what is in it is noted. */
  count(segment: number): void {
    if (this.frames.size >= MOST_COUNTED_SEGMENTS && !this.frames.has(segment)) this.forgetSegments();
    this.frames.set(segment, (this.frames.get(segment) ?? 0) + 1);
  }

  note(claimed: Station, sender: Station, ip: number, at: Position): void {
    if (claimed.hasClaimed) return;
    claimed.hasClaimed = true;
    const { segment } = claimed;
    const recent = this.arrivals.get(segment) ?? [];
    this.arrivals.set(segment, recent);
    const frame = this.frames.get(segment) ?? 0;
    recent.push({ at, sender, ip, frame });
    while (recent[0] !== undefined && at.timeNs - recent[0].at.timeNs > FLOOD_WINDOW_NS) recent.shift();
    const [began] = recent;
    if (began === undefined || recent.length < FLOOD_STATIONS) return;
    const flood = this.floodOf(segment);
    if (flood === undefined) {
      if (this.known.length >= MOST_FLOODS) return;
      this.known.push({
        segment,
        sender: began.sender,
        ip: began.ip,
        first: began.at,
        last: at,
        frames: frame - began.frame + 1,
        stations: recent.length,
      });
      this.floodFrames.set(segment, began.frame);
    } else {
      flood.last = at;
      flood.frames = frame - (this.floodFrames.get(segment) ?? frame) + 1;
      flood.stations++;
    }
    recent.shift();
  }

  private floodOf(segment: number): Flood | undefined {
    return this.known.find((flood) => flood.segment === segment);
  }

  private forgetSegments(): void {
    for (const segment of this.frames.keys()) {
      if (this.floodFrames.has(segment)) continue;
      this.frames.delete(segment);
      this.arrivals.delete(segment);
    }
  }
}

/** The newest of a flood's frames: an object for each of a million positions would be most of what the flood costs. */
class NewestFrame {
  private capture = 0;
  private frame = 0;
  private seconds = 0;
  private nanoseconds = 0;
  private timeNs = 0;
  private ordinal = 0;

  note(facts: FrameFacts, { nowNs, ordinal }: Timeline): void {
    this.capture = facts.capture;
    this.frame = facts.number;
    this.seconds = facts.seconds;
    this.nanoseconds = facts.nanoseconds;
    this.timeNs = nowNs;
    this.ordinal = ordinal;
  }

  get position(): Position {
    const { capture, frame, seconds, nanoseconds, timeNs, ordinal } = this;
    return carried({ capture, frame, seconds, nanoseconds, timeNs, ordinal });
  }
}
