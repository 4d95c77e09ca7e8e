import type { FrameFacts } from "../decode/facts.ts";
import type { BindingTable } from "./binding.ts";
import type { Possession } from "./possession.ts";
import type { StationTable } from "./station.ts";

/** So many remember a flood's last second, and two pairs that share a slot only take each other's for new. */
const SLOTS_LOG2 = 16;
const WINDOW_NS = 1_000_000_000;
/** With fewer newcomers than this in a second the flood is over. */
const FLOOD_FRAMES = 100;

/**
 * While a flood makes the tables overflow, an address or a sender that nobody knows gets no place in them for a single
 * frame: it would only push another one out. Whoever speaks twice is let in.
 */
export class FloodGate {
  /** Frames that were let pass unseen. */
  turnedAway = 0;
  private isClosed = false;
  private windowStartNs = 0;
  private windowFrames = 0;
  /** When the newest unknown sender came. */
  private newestNs = 0;
  private readonly seen = new Int32Array(1 << SLOTS_LOG2);
  private readonly bindings: BindingTable;
  private readonly stations: StationTable;
  private readonly possession: Possession;

  constructor(bindings: BindingTable, stations: StationTable, possession: Possession) {
    this.bindings = bindings;
    this.stations = stations;
    this.possession = possession;
  }

  /** Something had to be given up. */
  close(nowNs: number): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.windowStartNs = nowNs;
    this.newestNs = nowNs;
    // As if there had been a flood before, which there was.
    this.windowFrames = FLOOD_FRAMES;
  }

  /** @returns whether to have nothing to do with the ARP frame */
  turnsAway(facts: FrameFacts, nowNs: number): boolean {
    if (!this.isClosed || this.isKnown(facts)) return false;
    if (Math.abs(nowNs - this.windowStartNs) > WINDOW_NS) this.review(nowNs);
    this.newestNs = nowNs;
    if (!this.isClosed) return false;
    this.windowFrames++;
    const pair = pairOf(facts);
    const slot = pair >>> (32 - SLOTS_LOG2);
    if (this.seen[slot] === pair) return false;
    this.seen[slot] = pair;
    this.turnedAway++;
    return true;
  }

  private review(nowNs: number): void {
    const isQuiet = Math.abs(nowNs - this.newestNs) > WINDOW_NS;
    this.isClosed = !isQuiet && this.windowFrames >= FLOOD_FRAMES;
    this.windowStartNs = nowNs;
    this.windowFrames = 0;
  }

  private isKnown({ segment, senderIp, sourceMacHigh, sourceMacLow }: FrameFacts): boolean {
    if (senderIp === 0) return this.stations.get(segment, sourceMacHigh, sourceMacLow) !== undefined;
    return this.possession.isVip(senderIp) || this.bindings.get(segment, senderIp) !== undefined;
  }
}

/** Never zero, which an empty slot holds. */
function pairOf({ segment, senderIp, sourceMacHigh, sourceMacLow }: FrameFacts): number {
  let hash = Math.imul(senderIp ^ Math.imul(segment + 1, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + sourceMacLow, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 13)) + sourceMacHigh, 0x27d4eb2f);
  return (hash ^ (hash >>> 16)) | 1;
}
