import type { FrameFacts } from "../decode/facts.ts";
import type { Station, StationTable } from "./base/station.ts";
import type { ChosenCaches } from "./caches/chosen-caches.ts";
import type { Binding } from "./claims/binding.ts";
import type { BindingTable } from "./claims/binding-table.ts";
import type { Tunnels } from "./control/tunnels.ts";
import { areByTurns, sentToSeveral } from "./traffic/by-turns.ts";
import { DirectAnswers, type Hop } from "./traffic/direct-answers.ts";
import type { Forwardings } from "./traffic/forwardings.ts";
import type { TrafficTable } from "./traffic/traffic-table.ts";

/**
 * Traffic for addresses that no ARP frame has named yet: what it shows belongs to the address as soon as one does, or as
 * soon as the traffic alone shows that the address is one of the segment.
 */
export class UnclaimedTraffic {
  readonly answers: DirectAnswers;
  private readonly stations: StationTable;
  private readonly bindings: BindingTable;
  private readonly caches: ChosenCaches;
  private readonly table: TrafficTable;
  private readonly tunnels: Tunnels;
  private readonly forwardings: Forwardings;

  constructor(
    stations: StationTable,
    bindings: BindingTable,
    caches: ChosenCaches,
    table: TrafficTable,
    tunnels: Tunnels,
    forwardings: Forwardings,
  ) {
    this.answers = new DirectAnswers(table);
    this.stations = stations;
    this.bindings = bindings;
    this.caches = caches;
    this.table = table;
    this.tunnels = tunnels;
    this.forwardings = forwardings;
  }

  /** To be called before the frame is taken: it may be the first to name its addresses. */
  beforeArp(facts: FrameFacts): void {
    const { segment, senderIp, targetIp } = facts;
    const hops = this.beforeNaming(segment, senderIp);
    if (targetIp === senderIp) return;
    this.beforeNaming(segment, targetIp);
    if (hops.length === 0) return;
    const asker = this.stations.get(segment, facts.sourceMacHigh, facts.sourceMacLow);
    for (const { from, to } of hops) {
      if (to === asker && this.asksPast(senderIp, from, targetIp) !== "no")
        this.revealSenders(this.bindings.of(segment, senderIp), from);
    }
  }

  /**
   * Whether a host that asks for `targetIp` in the name of `ip` asks past the one that passes the packets for `ip` on. A
   * router's host asks for the router. Unknown where no frame tells whose the asked address is.
   */
  asksPast(ip: number, by: Station, targetIp: number): "yes" | "no" | "unknown" {
    const claims = this.bindings.get(by.segment, targetIp)?.claims.filter(({ isOwn }) => isOwn) ?? [];
    if (claims.length === 0) return "unknown";
    const owners = claims.map(({ station }) => station);
    return !owners.includes(by) && owners.some((owner) => this.answers.isSender(ip, by, owner))
      ? "yes"
      : "no";
  }

  /** Follows from here on every address for which the traffic alone shows who directs it to whom. */
  adoptDirected(): void {
    for (const { segment, ip } of [...this.forwardings, ...this.tunnels.destinations()]) {
      const known = this.bindings.get(segment, ip);
      if (known !== undefined && known.claims.length > 0) continue;
      if (this.directorsOf(segment, ip).size > 0) this.adopt(this.bindings.of(segment, ip));
    }
  }

  /** @returns who was seen to pass its packets on to whom, where no frame named the address before */
  private beforeNaming(segment: number, ip: number): readonly Hop[] {
    const binding = this.bindings.get(segment, ip);
    if (binding !== undefined && binding.claims.length > 0) return [];
    if (binding === undefined) this.followTurns(segment, ip);
    const hops = this.hopsOf(segment, ip);
    if (hops.length > 0) this.adopt(this.bindings.of(segment, ip));
    return hops;
  }

  /** Who sends to several MACs for the address: to which of them next is news. */
  private followTurns(segment: number, ip: number): void {
    const inSegment = this.table.rowsTo(ip).filter((row) => row.segment === segment);
    if (inSegment.length < 2) return;
    for (const rows of sentToSeveral(inSegment)) {
      const isByTurns = areByTurns(rows);
      for (const row of rows) {
        const sender = { macHigh: row.sourceMacHigh, macLow: row.sourceMacLow };
        const receiver = { macHigh: row.destinationMacHigh, macLow: row.destinationMacLow };
        this.table.unsettle(segment, ip, receiver, sender);
        if (isByTurns)
          this.bindings.of(segment, ip).routers.add(this.stations.of(segment, sender.macHigh, sender.macLow));
      }
    }
  }

  /** Who is seen to direct packets for the address to hosts that answer past it. */
  private directorsOf(segment: number, ip: number): Set<Station> {
    return this.answers.directors(ip, this.hopsOf(segment, ip));
  }

  private hopsOf(segment: number, ip: number): Hop[] {
    const passings = this.bindings.get(segment, ip)?.passings.filter(({ proven }) => proven) ?? [];
    const forwardings = this.forwardings.of(segment, ip).map(({ by, to }) => ({ from: by, to }));
    return [...passings, ...forwardings, ...this.tunnels.to(segment, ip)];
  }

  private adopt(binding: Binding): void {
    const { segment, ip } = binding;
    const directors = this.directorsOf(segment, ip);
    for (const { sender, by, to, at } of this.forwardings.take(segment, ip)) {
      binding.addReceiver(by, sender);
      binding.addReceiver(to, by);
      binding.served.add(to);
      const passing = binding.passing(by, to, at);
      passing.proven = true;
      passing.sources.add(sender);
      this.table.unsettle(segment, ip, by, sender);
      this.table.unsettle(segment, ip, to, by);
    }
    for (const director of directors) this.revealSenders(binding, director);
  }

  /** Who sends to a director for the address has looked that up: its cache has held it since its first frame. */
  private revealSenders(binding: Binding, director: Station): void {
    const { segment, ip } = binding;
    binding.passers.add(director);
    for (const row of this.answers.arriving(ip, director)) {
      const sender = this.stations.of(segment, row.sourceMacHigh, row.sourceMacLow);
      if (binding.receivers.get(director)?.has(sender) !== true) {
        binding.addReceiver(director, sender);
        this.table.unsettle(segment, ip, director, sender);
      }
      if (this.caches.table.entry(sender, ip) === undefined)
        this.caches.revealByTraffic(sender, binding, director, row.first, true);
    }
  }
}
