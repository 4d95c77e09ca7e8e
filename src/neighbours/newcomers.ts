import type { Position } from "./position.ts";
import type { Station } from "./station.ts";

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
export class Newcomers {
  readonly floods: Flood[] = [];
  private readonly frames = new Map<number, number>();
  private readonly arrivals = new Map<number, Arrival[]>();
  private readonly floodFrames = new Map<number, number>();

  /** To be called for every ARP frame, before what is in it is noted. */
  count(segment: number): void {
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
    const flood = this.floods.find((candidate) => candidate.segment === segment);
    if (flood === undefined) {
      this.floods.push({
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
}
