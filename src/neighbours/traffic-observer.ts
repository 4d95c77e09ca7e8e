import type { FrameFacts } from "../decode/facts.ts";
import type { Binding, BindingTable } from "./binding.ts";
import type { Caches } from "./caches.ts";
import type { Position, Timeline } from "./position.ts";
import type { Possession } from "./possession.ts";
import type { Station, StationTable } from "./station.ts";
import type { TrafficTable } from "./traffic-table.ts";
import type { Tunnels } from "./tunnels.ts";

/** More flows of one sender to one contested address are counted as so many. */
const MOST_FLOWS = 1 << 16;

const MOST_TRIES = 64;

/** Learns from IPv4 frames what their senders' caches hold, and counts the flows that took a contested way. */
export class TrafficObserver {
  private readonly timeline: Timeline;
  private readonly stations: StationTable;
  private readonly bindings: BindingTable;
  private readonly caches: Caches;
  private readonly table: TrafficTable;
  private readonly possession: Possession;
  private readonly tunnels: Tunnels;
  private readonly flows = new Map<Station, Map<Station, Map<number, Set<number>>>>();

  constructor(
    timeline: Timeline,
    stations: StationTable,
    bindings: BindingTable,
    caches: Caches,
    table: TrafficTable,
    tunnels: Tunnels,
    possession: Possession,
  ) {
    this.timeline = timeline;
    this.stations = stations;
    this.bindings = bindings;
    this.caches = caches;
    this.table = table;
    this.tunnels = tunnels;
    this.possession = possession;
  }

  observe(facts: FrameFacts): void {
    if (facts.tunnelDepth > 0) {
      this.tunnels.note(facts, this.stations, this.timeline);
    }
    const slot = this.table.count(facts);
    if (slot < 0) return;
    const at = this.timeline.here(facts);
    this.table.noteFirst(slot, at);
    if (isGroup(facts.destinationMacHigh) || isGroup(facts.sourceMacHigh)) {
      this.table.settle(slot);
      return;
    }
    const host = this.stations.of(facts.segment, facts.sourceMacHigh, facts.sourceMacLow);
    const receiver = this.stations.of(facts.segment, facts.destinationMacHigh, facts.destinationMacLow);
    this.bindings.get(facts.segment, facts.sourceIp)?.addSpeaker(host, at, facts.ttl);
    const binding = this.possession.isVip(facts.destinationIp)
      ? this.bindings.of(facts.segment, facts.destinationIp)
      : this.bindings.get(facts.segment, facts.destinationIp);
    const passesOn = binding !== undefined && this.possession.passesOn(host, receiver, binding);
    if (binding === undefined || !(passesOn || this.isOnLink(host, receiver, binding))) {
      this.caches.noteNextHop(host, receiver, at);
      this.table.settleOffLink(slot);
      return;
    }
    binding.addReceiver(receiver, host);
    if (passesOn) {
      this.caches.noteNextHop(host, receiver, at);
      if (this.notePassing(facts, binding, host, receiver, at)) this.table.settle(slot);
      return;
    }
    const certain = facts.tunnelDepth === 0;
    const understood = this.caches.revealByTraffic(host, binding, receiver, at, certain);
    if (this.isContested(binding)) this.countFlow(facts, host, receiver);
    else if (understood) this.table.settle(slot);
  }

  /** Distinct flows of `host` for `ip` that went to `receiver`; counted only while the address is contested. */
  flowsTo(host: Station, receiver: Station, ip: number): number {
    return this.flows.get(host)?.get(receiver)?.get(ip)?.size ?? 0;
  }

  /** Rows whose address was claimed only after their traffic began: the sender's cache held it all along. */
  reviewOffLink(): void {
    for (const row of this.table.rows()) {
      const binding = this.bindings.get(row.segment, row.destinationIp);
      if (binding === undefined || isGroup(row.destinationMacHigh) || isGroup(row.sourceMacHigh)) continue;
      const host = this.stations.of(row.segment, row.sourceMacHigh, row.sourceMacLow);
      const receiver = this.stations.of(row.segment, row.destinationMacHigh, row.destinationMacLow);
      if (host.cache.has(row.destinationIp) || this.possession.passesOn(host, receiver, binding)) continue;
      if (this.isOnLink(host, receiver, binding)) {
        this.caches.revealByTraffic(host, binding, receiver, row.first, true);
      }
    }
  }

  /** Whether the MAC was looked up for the address itself, not for a router on the way to it. */
  private isOnLink(host: Station, receiver: Station, binding: Binding): boolean {
    return (
      this.possession.isVip(binding.ip) ||
      host.cache.has(binding.ip) ||
      binding.claimOf(receiver) !== undefined
    );
  }

  /**
   * Looks for the packet among those that came in: at a busy director the newest may be another by now, so it is tried
   * with a few.
   *
   * @returns whether there is nothing more to learn from further frames
   */
  private notePassing(facts: FrameFacts, binding: Binding, host: Station, receiver: Station, at: Position) {
    binding.served.add(receiver);
    const passing = binding.passing(host, receiver, at);
    passing.tries++;
    for (const sender of binding.receivers.get(host) ?? []) {
      if (this.table.wasLast(facts, host, sender)) passing.proven = true;
    }
    return passing.proven || passing.tries >= MOST_TRIES;
  }

  private isContested(binding: Binding): boolean {
    return this.possession.isVip(binding.ip) || binding.claims.length > 1;
  }

  private countFlow(facts: FrameFacts, host: Station, receiver: Station): void {
    const byReceiver = emplace(this.flows, host, () => new Map<Station, Map<number, Set<number>>>());
    const byIp = emplace(byReceiver, receiver, () => new Map<number, Set<number>>());
    const flows = emplace(byIp, facts.destinationIp, () => new Set<number>());
    if (flows.size < MOST_FLOWS) flows.add(flowKey(facts));
  }
}

/** Source address, ports and protocol in the 53 bits of a double; 11 of the address's come from a hash. */
function flowKey(facts: FrameFacts): number {
  const folded = Math.imul(facts.sourceIp ^ Math.imul(facts.protocol, 0x01000193), 0x9e3779b1) >>> 11;
  return (facts.ports >>> 0) * 2 ** 21 + folded;
}

function isGroup(macHigh: number): boolean {
  return (macHigh & 0x0100) !== 0;
}

function emplace<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
