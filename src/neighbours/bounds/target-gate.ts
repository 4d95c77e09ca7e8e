import type { FrameFacts } from "../../decode/facts.ts";
import { MOST_ADMITTED_IN_FLOOD } from "../../limits.ts";
import type { Timeline } from "../base/position.ts";
import type { BindingTable } from "../claims/binding-table.ts";
import type { Possession } from "../claims/possession.ts";
import { Surge } from "./surge.ts";

/**
 * While somebody sweeps through more addresses than there is room for, an address that nobody has spoken for gets no place
 * for being asked for: it would only push another one out. It gets one as soon as somebody does.
 */
export class TargetGate {
  /** Addresses that had to stay outside. */
  turnedAway = 0;
  private readonly requests: Surge;
  private readonly bindings: BindingTable;
  private readonly possession: Possession;

  constructor(timeline: Timeline, bindings: BindingTable, possession: Possession) {
    this.requests = new Surge(timeline);
    this.bindings = bindings;
    this.possession = possession;
  }

  /** An address had to be given up for others. */
  close(): void {
    this.requests.begin();
  }

  /** Whether what a request asks for is to be followed. */
  admits({ segment, targetIp }: FrameFacts): boolean {
    const { requests, bindings } = this;
    if (!requests.isOn || bindings.size < MOST_ADMITTED_IN_FLOOD || this.possession.isVip(targetIp))
      return true;
    if (bindings.get(segment, targetIp) !== undefined || !requests.goesOn()) return true;
    requests.count();
    this.turnedAway++;
    return false;
  }
}
