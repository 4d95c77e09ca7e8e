import { type FrameFacts, TCP_RST } from "../../decode/facts.ts";
import { MOST_FLOWS, MOST_RECEIVERS_OF_FLOWS, MOST_SENT_PERIODS } from "../../limits.ts";
import type { Position } from "../base/position.ts";
import type { Station, StationTable } from "../base/station.ts";
import type { CacheChange, CacheEntry } from "../caches/cache-entry.ts";
import type { Flow } from "../caches/sent.ts";
import { ANSWER_SLOTS_LOG2, answerSlot } from "./traffic-layout.ts";

/** The flows of one address to one station. */
interface FlowsTo {
  readonly receiver: Station;
  readonly known: Map<number, Flow>;
}

/**
 * Counts what went to contested addresses, by cache entry and by flow, and looks for what came back.
 *
 * Replies are ordinary traffic, which nobody looks at twice. So that only those of contested addresses are, a filter of
 * one byte a pair (address, station) comes before any lookup; it stays empty while nothing is contested.
 */
export class SentTraffic {
  private readonly flows = new Map<Station, Map<number, Map<number, Flow>>>();
  private readonly byIp = new Map<number, FlowsTo[]>();
  /** As in `traffic-layout.ts`. */
  readonly filter = new Uint8Array(1 << ANSWER_SLOTS_LOG2);
  private readonly awaitAnswers: (from: Station) => void;
  private flowCount = 0;

  /** @param awaitAnswers called with each station whose frames are to be shown to `noteReply` from there on */
  constructor(awaitAnswers: (from: Station) => void) {
    this.awaitAnswers = awaitAnswers;
  }

  /** Whether flows are going to be too many to count. */
  get isFilling(): boolean {
    return this.flowCount > MOST_FLOWS / 4;
  }

  /**
   * Gives up which flows went to an address, and keeps how many frames.
   *
   * @param entries the caches' entries about it
   */
  forget(ip: number, entries: readonly CacheEntry[]): void {
    for (const { history } of entries) {
      for (const { sent } of history) for (const { flows } of sent) flows.clear();
    }
    for (const byIp of this.flows.values()) {
      const known = byIp.get(ip);
      if (known === undefined) continue;
      this.flowCount -= known.size;
      known.clear();
    }
  }

  /** Counts a frame that its sender's cache entry, as it became by `change`, sent to `receiver`. */
  count(
    facts: FrameFacts,
    change: CacheChange,
    receiver: Station,
    holderChanges: number,
    at: Position,
  ): void {
    const { sent } = change;
    let period = sent.at(-1);
    if (period === undefined || (period.holderChanges !== holderChanges && sent.length < MOST_SENT_PERIODS)) {
      const known = this.flowsTo(receiver, facts.destinationIp);
      period = { holderChanges, frames: 0, bytes: 0, first: at, last: at, flows: new Set(), known };
      sent.push(period);
    }
    period.frames++;
    period.bytes += facts.originalBytes;
    period.last = at;
    const key = flowKey(facts.sourceIp, facts.ports, facts.protocol);
    let flow = period.known.get(key);
    if (flow === undefined) {
      if (this.flowCount >= MOST_FLOWS) return;
      this.flowCount++;
      flow = { answered: false, answeredByOther: false, reset: false };
      period.known.set(key, flow);
    }
    period.flows.add(flow);
  }

  /** Has what the station sends from the address looked at as well: it may answer a flow that went to another. */
  expectAnswersFrom(ip: number, station: Station): void {
    const slot = answerSlot(ip, station.macLow);
    this.filter[slot] = 1;
    this.awaitAnswers(station);
  }

  /** Whether the frame may be what came back of a flow: to be asked of every frame, so it only looks at one byte. */
  mayBeReply(facts: FrameFacts): boolean {
    if (facts.refuses) return this.flows.size > 0;
    return this.filter[answerSlot(facts.sourceIp, facts.sourceMacLow)] === 1;
  }

  noteReply(facts: FrameFacts, stations: StationTable): void {
    const from = stations.get(facts.segment, facts.sourceMacHigh, facts.sourceMacLow);
    if (from === undefined) return;
    if (facts.refuses) {
      const key = flowKey(facts.refusedSourceIp, facts.refusedPorts, facts.refusedProtocol);
      const flow = this.flows.get(from)?.get(facts.refusedDestinationIp)?.get(key);
      if (flow !== undefined) flow.reset = true;
      return;
    }
    const swapped = (facts.ports << 16) | (facts.ports >>> 16);
    const key = flowKey(facts.destinationIp, swapped, facts.protocol);
    const isReset = (facts.tcpFlags & TCP_RST) !== 0;
    for (const { receiver, known } of this.byIp.get(facts.sourceIp) ?? []) {
      const flow = receiver.segment === from.segment ? known.get(key) : undefined;
      if (flow === undefined) continue;
      if (receiver === from) {
        if (isReset) flow.reset = true;
        else flow.answered = true;
      } else if (!isReset) flow.answeredByOther = true;
    }
  }

  private flowsTo(receiver: Station, ip: number): Map<number, Flow> {
    this.filter[answerSlot(ip, receiver.macLow)] = 1;
    let byIp = this.flows.get(receiver);
    if (byIp === undefined) {
      byIp = new Map();
      this.flows.set(receiver, byIp);
      this.awaitAnswers(receiver);
    }
    let known = byIp.get(ip);
    if (known === undefined) {
      known = new Map();
      byIp.set(ip, known);
      const receivers = this.byIp.get(ip);
      if (receivers === undefined) this.byIp.set(ip, [{ receiver, known }]);
      else if (receivers.length < MOST_RECEIVERS_OF_FLOWS) receivers.push({ receiver, known });
    }
    return known;
  }
}

/** The client's address, ports and protocol in the 53 bits of a double; 11 of the address's come from a hash. */
function flowKey(clientIp: number, ports: number, protocol: number): number {
  const folded = Math.imul(clientIp ^ Math.imul(protocol, 0x01000193), 0x9e3779b1) >>> 11;
  return (ports >>> 0) * 2 ** 21 + folded;
}
