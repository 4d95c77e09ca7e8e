import type { FrameFacts } from "../decode/facts.ts";
import type { BindingTable } from "./binding-table.ts";
import { MOST_ADMITTED } from "./eviction.ts";
import type { Timeline } from "./position.ts";
import type { Possession } from "./possession.ts";

const WINDOW_NS = 1_000_000_000;
/** Who asks for fewer unknown addresses in a second sweeps through nothing. */
const SWEEP_REQUESTS = 100;

/**
 * While somebody sweeps through more addresses than there is room for, an address that nobody has spoken for gets no place
 * for being asked for: it would only push another one out. It gets one as soon as somebody does.
 */
export class TargetGate {
  /** Addresses that had to stay outside. */
  turnedAway = 0;
  private isClosed = false;
  private windowStartNs = 0;
  private windowRequests = 0;
  private readonly timeline: Timeline;
  private readonly bindings: BindingTable;
  private readonly possession: Possession;

  constructor(timeline: Timeline, bindings: BindingTable, possession: Possession) {
    this.timeline = timeline;
    this.bindings = bindings;
    this.possession = possession;
  }

  /** An address had to be given up for others. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.windowStartNs = this.timeline.nowNs;
    // As if there had been a sweep before, which there was.
    this.windowRequests = SWEEP_REQUESTS;
  }

  /** Whether what a request asks for is to be followed. */
  admits({ segment, targetIp }: FrameFacts): boolean {
    if (!this.isClosed || this.bindings.size < MOST_ADMITTED || this.possession.isVip(targetIp)) return true;
    if (this.bindings.get(segment, targetIp) !== undefined) return true;
    const { nowNs } = this.timeline;
    if (Math.abs(nowNs - this.windowStartNs) > WINDOW_NS) {
      this.isClosed = this.windowRequests >= SWEEP_REQUESTS;
      this.windowStartNs = nowNs;
      this.windowRequests = 0;
    }
    if (!this.isClosed) return true;
    this.windowRequests++;
    this.turnedAway++;
    return false;
  }
}
