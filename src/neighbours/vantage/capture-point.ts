import type { FrameFacts } from "../../decode/facts.ts";
import { MOST_ASKS_OF_POINT, MOST_HOSTS_OF_POINT, SILENT_ASKS_KEPT } from "../../limits.ts";
import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";
import { type Ask, RETRY_SHORTEST_NS } from "../claims/asks.ts";

/** A kernel that gets no answer asks again a second later; one that was not heard to do so got its answer. */
const RETRY_LONGEST_NS = 2_000_000_000;

/** A request to everybody whose answer, if there was one, was not captured. */
export interface SilentAsk {
  readonly ask: Ask;
  readonly targetIp: number;
  /** Its sender was content with it: the capture goes on, and it did not ask again. */
  readonly content: boolean;
}

/** Whose unicast frames one capture holds. Ordinary captures show within their first frames that nothing is missing. */
export class CapturePoint {
  readonly capture: number;
  /** The first unicast frame. */
  first: Position | null = null;
  /** The two ends of the first unicast frame, as long as they are an end of every other one, too. */
  private lookedInto = 0;
  private readonly ordinaryFrames: () => number;
  private a: number | null = null;
  private b: number | null = null;
  private segment = 0;
  /** Some host was seen both to send and to be sent to. */
  private bothWays = false;
  private readonly senders = new Set<number>();
  private readonly receivers = new Set<number>();
  private readonly asks = new Map<Station, Map<number, { ask: Ask; again: boolean }>>();
  private askCount = 0;

  /** @param ordinaryFrames how many unicast frames were counted without showing them here, all like others before */
  constructor(capture: number, ordinaryFrames: () => number) {
    this.capture = capture;
    this.ordinaryFrames = ordinaryFrames;
  }

  get unicastFrames(): number {
    return this.lookedInto + this.ordinaryFrames();
  }

  /** @returns whether it was the first unicast frame */
  observe(facts: FrameFacts): boolean {
    if ((facts.destinationMacHigh & 0x0100) !== 0) return false;
    this.lookedInto++;
    if (this.bothWays && this.a === null && this.b === null && this.lookedInto > 1) return false;
    const from = macKey(facts.sourceMacHigh, facts.sourceMacLow);
    const to = macKey(facts.destinationMacHigh, facts.destinationMacLow);
    // What a switch or a card sends itself to test its port.
    if (from === to) {
      this.lookedInto--;
      return false;
    }
    const isFirst = this.lookedInto === 1;
    if (isFirst) {
      this.a = from;
      this.b = to;
      this.segment = facts.segment;
    } else {
      if (this.a !== from && this.a !== to) this.a = null;
      if (this.b !== from && this.b !== to) this.b = null;
    }
    if (!this.bothWays && this.senders.size + this.receivers.size < MOST_HOSTS_OF_POINT) {
      this.senders.add(from);
      this.receivers.add(to);
      this.bothWays = this.receivers.has(from) || this.senders.has(to);
    }
    return isFirst;
  }

  noteAsk(ask: Ask, targetIp: number): void {
    // Where everybody's frames are seen, both ways, no silence has to be explained any more.
    if (this.bothWays && this.a === null && this.b === null) {
      this.asks.clear();
      return;
    }
    if (!ask.broadcast || !ask.fromKernel || ask.askerIp === 0) return;
    let byTarget = this.asks.get(ask.asker);
    const before = byTarget?.get(targetIp);
    if (before === undefined && this.askCount >= MOST_ASKS_OF_POINT) return;
    if (byTarget === undefined) {
      byTarget = new Map();
      this.asks.set(ask.asker, byTarget);
    }
    if (before === undefined) this.askCount++;
    const gapNs = before === undefined ? 0 : ask.at.timeNs - before.ask.at.timeNs;
    const again =
      before !== undefined &&
      before.ask.answers.length === 0 &&
      gapNs >= RETRY_SHORTEST_NS &&
      gapNs <= RETRY_LONGEST_NS;
    byTarget.set(targetIp, { ask, again });
  }

  /** The one station that is an end of every unicast frame, if others are the other end of some. */
  get onlyParty(): { segment: number; macHigh: number; macLow: number } | null {
    const key = this.a ?? this.b;
    if (key === null || (this.a !== null && this.b !== null)) return null;
    return { segment: this.segment, macHigh: Math.floor(key / 2 ** 32), macLow: key | 0 };
  }

  /** No host that was sent to was ever seen to send. */
  get isOneWay(): boolean {
    return !this.bothWays;
  }

  sends({ macHigh, macLow }: Station): boolean {
    return this.senders.has(macKey(macHigh, macLow));
  }

  /** Requests that were not answered in this capture, though their senders did not ask again as a kernel would. */
  silentAsks(endNs: number): SilentAsk[] {
    const silent: SilentAsk[] = [];
    for (const [asker, byTarget] of this.asks) {
      if (asker.sweep !== null) continue;
      for (const [targetIp, { ask, again }] of byTarget) {
        if (again || ask.answers.length > 0) continue;
        silent.push({ ask, targetIp, content: endNs - ask.at.timeNs > RETRY_LONGEST_NS });
      }
    }
    return silent.toSorted((x, y) => x.ask.at.ordinal - y.ask.at.ordinal);
  }
}

/** The first few of them. */
export function positionsOf(silent: readonly SilentAsk[]): Position[] {
  return silent.slice(0, SILENT_ASKS_KEPT).map(({ ask }) => ask.at);
}

/** A MAC in 48 of the 53 bits of a double. */
function macKey(macHigh: number, macLow: number): number {
  return macHigh * 2 ** 32 + (macLow >>> 0);
}
