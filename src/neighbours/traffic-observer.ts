import { type FrameFacts, LinkAddresses, PacketType } from "../decode/facts.ts";
import { MOST_PASSING_SOURCES, MOST_PASSING_TRIES, MOST_SENDER_SEARCHES } from "../limits.ts";
import type { Position, Timeline } from "./base/position.ts";
import { isGroupMac, type Station, type StationTable } from "./base/station.ts";
import type { FloodGate } from "./bounds/flood-gate.ts";
import type { ChosenCaches } from "./caches/chosen-caches.ts";
import type { ClaimRecorder } from "./caches/claim-log.ts";
import type { Binding, Passing } from "./claims/binding.ts";
import type { BindingTable } from "./claims/binding-table.ts";
import type { Possession } from "./claims/possession.ts";
import type { Tunnels } from "./control/tunnels.ts";
import { DirectAnswers } from "./traffic/direct-answers.ts";
import type { Forwardings } from "./traffic/forwardings.ts";
import { SentTraffic } from "./traffic/sent-traffic.ts";
import type { TrafficRow } from "./traffic/traffic-row.ts";
import type { TrafficTable } from "./traffic/traffic-table.ts";
import type { UnnamedReceivers } from "./vantage/unnamed-receivers.ts";

/** Learns from IPv4 frames what their senders' caches hold, and counts the flows that took a contested way. */
export class TrafficObserver {
  private readonly timeline: Timeline;
  private readonly stations: StationTable;
  private readonly bindings: BindingTable;
  private readonly caches: ChosenCaches;
  private readonly table: TrafficTable;
  private readonly possession: Possession;
  private readonly recorder: ClaimRecorder;
  private readonly tunnels: Tunnels;
  private readonly unnamedReceivers: UnnamedReceivers;
  private readonly floodGate: FloodGate;
  private readonly forwardings: Forwardings;
  private readonly answers: DirectAnswers;
  readonly sent: SentTraffic;
  /** Addresses whose answers are looked for, whoever sends them. */
  private readonly expected = new WeakSet<Binding>();
  private searches = 0;
  /** Frames that had something to tell. */
  observed = 0;

  constructor(
    timeline: Timeline,
    stations: StationTable,
    bindings: BindingTable,
    caches: ChosenCaches,
    table: TrafficTable,
    tunnels: Tunnels,
    possession: Possession,
    recorder: ClaimRecorder,
    unnamedReceivers: UnnamedReceivers,
    floodGate: FloodGate,
    forwardings: Forwardings,
  ) {
    this.answers = new DirectAnswers(table);
    this.forwardings = forwardings;
    this.floodGate = floodGate;
    this.timeline = timeline;
    this.stations = stations;
    this.bindings = bindings;
    this.caches = caches;
    this.table = table;
    this.tunnels = tunnels;
    this.possession = possession;
    this.recorder = recorder;
    this.sent = new SentTraffic((station) => table.awaitAnswers(station));
    this.unnamedReceivers = unnamedReceivers;
  }

  observe(facts: FrameFacts): void {
    if (facts.tunnelDepth > 0 && !isGroupMac(facts.destinationMacHigh)) {
      this.tunnels.note(facts, this.stations, this.timeline);
    }
    if (this.sent.mayBeReply(facts)) this.sent.noteReply(facts, this.stations);
    const isBeyond = !this.bindings.isNear(facts.destinationIp);
    const slot = this.table.count(facts, this.timeline.ordinal, isBeyond);
    if (facts.tunnelDepth > 0) this.table.noteTunnelled(facts);
    if (slot < 0) return;
    this.observed++;
    this.table.noteFirst(slot, facts, this.timeline.nowNs, this.timeline.ordinal);
    if (isGroupMac(facts.sourceMacHigh)) {
      this.table.settle(slot);
      return;
    }
    if (this.floodGate.isCrowded && this.isAmongStrangers(facts)) {
      this.table.settleOffLink(slot, isBeyond);
      return;
    }
    const at = this.timeline.here(facts);
    const host = this.stations.of(facts.segment, facts.sourceMacHigh, facts.sourceMacLow);
    if (isGroupMac(facts.destinationMacHigh) && !this.isClaimed(facts)) {
      this.noteIpSender(facts, host, at);
      if (!this.mayPassOn(facts, host) || this.notePassedOn(facts, host, at)) this.table.settle(slot);
      return;
    }
    const receiver = this.stations.of(facts.segment, facts.destinationMacHigh, facts.destinationMacLow);
    this.noteIpSender(facts, host, at);
    const binding = this.isLookedUp(receiver, facts.destinationIp)
      ? this.bindings.of(facts.segment, facts.destinationIp)
      : this.bindings.get(facts.segment, facts.destinationIp);
    const passesOn = binding !== undefined && this.possession.passesOn(host, receiver, binding);
    if (binding === undefined || !(passesOn || this.isOnLink(host, receiver, binding))) {
      this.caches.noteNextHop(host, receiver, at);
      const isUnclaimed = binding === undefined || binding.claims.length === 0;
      if (!isUnclaimed || this.noteForwarding(facts, slot, host, receiver, at))
        this.table.settleOffLink(slot, isBeyond);
      return;
    }
    if (binding.addReceiver(receiver, host)) this.followRelayed(binding, receiver, host);
    if (passesOn) {
      this.caches.noteNextHop(host, receiver, at);
      if (this.notePassing(facts, binding, host, receiver, at)) this.table.settle(slot);
      return;
    }
    const certain = facts.tunnelDepth === 0;
    const understood = this.caches.revealByTraffic(host, binding, receiver, at, certain);
    if (this.isInConflict(binding) && !binding.passers.has(receiver))
      this.countSent(facts, host, receiver, binding, at);
    else if (understood) this.table.settle(slot);
  }

  /** Whether somebody said that the address is at the group's MAC: then the sender's cache holds that. */
  private isClaimed({
    segment,
    destinationIp,
    destinationMacHigh,
    destinationMacLow,
    linkAddresses,
  }: FrameFacts) {
    const group = this.stations.get(segment, destinationMacHigh, destinationMacLow);
    if (group === undefined || linkAddresses !== LinkAddresses.Both) return false;
    return this.bindings.get(segment, destinationIp)?.claimOf(group) !== undefined;
  }

  /** While a flood makes the tables overflow: whether nothing is learnt from the frame that would be worth a place. */
  private isAmongStrangers(facts: FrameFacts): boolean {
    const { segment, sourceIp, destinationIp } = facts;
    if (isGroupMac(facts.destinationMacHigh) || this.bindings.get(segment, sourceIp) !== undefined)
      return false;
    const source = this.stations.get(segment, facts.sourceMacHigh, facts.sourceMacLow);
    const receiver = this.stations.get(segment, facts.destinationMacHigh, facts.destinationMacLow);
    const binding = this.bindings.get(segment, destinationIp);
    if (binding !== undefined)
      return source === undefined && receiver !== undefined && isAllItHas(receiver, binding);
    return (source === undefined || receiver === undefined) && !this.possession.isVip(destinationIp);
  }

  /** Rows whose address was claimed only after their traffic began: the sender's cache held it all along. */
  reviewOffLink(): void {
    for (const row of this.table.rows()) {
      const binding = this.bindings.get(row.segment, row.destinationIp);
      if (binding === undefined || isGroupMac(row.destinationMacHigh) || isGroupMac(row.sourceMacHigh))
        continue;
      const { stations } = this;
      // Who had no place while the frames came needs none now.
      if (this.floodGate.isCrowded && !areBothKnown(row, stations)) continue;
      const host = stations.of(row.segment, row.sourceMacHigh, row.sourceMacLow);
      const receiver = stations.of(row.segment, row.destinationMacHigh, row.destinationMacLow);
      if (this.hasEntry(host, row.destinationIp) || this.possession.passesOn(host, receiver, binding))
        continue;
      const isNeighbour = this.isNeighbour(host, receiver, binding);
      if (isNeighbour) binding.addReceiver(receiver, host);
      if (isNeighbour || this.isOnLink(host, receiver, binding))
        this.caches.revealByTraffic(host, binding, receiver, row.first, true);
    }
  }

  /**
   * Whether the address is a neighbour of the host: somebody answers for it when everybody is asked, and packets from it come
   * to the host straight from a card that holds it. So the host looked it up, unless it sends everything to that router.
   */
  private isNeighbour(host: Station, receiver: Station, binding: Binding): boolean {
    const { ip, segment, claims, receivers, passings, ipSenders, routers } = binding;
    if (routers.has(host) || !claims.some(({ firstAnswer }) => firstAnswer !== null)) return false;
    const isNextHop = this.table
      .rowsFrom(host)
      .some(
        (row) =>
          row.destinationIp !== ip &&
          row.destinationMacLow === receiver.macLow &&
          row.destinationMacHigh === receiver.macHigh &&
          (this.bindings.get(segment, row.destinationIp)?.claims.length ?? 0) === 0,
      );
    if (isNextHop) return false;
    const servers = new Set([
      receiver,
      ...receivers.keys(),
      ...ipSenders.keys(),
      ...passings.map(({ to }) => to),
    ]);
    return [...servers].some((server) => this.answers.answersTo(ip, host, server));
  }

  private hasEntry(host: Station, ip: number): boolean {
    return this.caches.table.entry(host, ip) !== undefined;
  }

  /** Whether the MAC was looked up for the address itself, not for a router on the way to it. */
  private isOnLink(host: Station, receiver: Station, binding: Binding): boolean {
    return (
      this.isLookedUp(receiver, binding.ip) ||
      this.hasEntry(host, binding.ip) ||
      binding.claimOf(receiver) !== undefined
    );
  }

  /** A VIP that was given is on the segment, wherever its frames go there. */
  private isLookedUp(receiver: Station, ip: number): boolean {
    return this.possession.isVip(ip) && this.unnamedReceivers.mayBeLookedUp(receiver, ip);
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
      if (!this.table.wasLast(facts, host, sender)) continue;
      passing.proven = true;
      if (passing.sources.size < MOST_PASSING_SOURCES) passing.sources.add(sender);
    }
    return (passing.proven && !isRelayed(binding, passing)) || passing.tries >= MOST_PASSING_TRIES;
  }

  /**
   * A station that gets frames for the address sends some to one that passes them on: what the latter passes on is news
   * again, because it may be what the former relays.
   */
  private followRelayed(binding: Binding, receiver: Station, sender: Station): void {
    if (!binding.passers.has(receiver) || !binding.receivers.has(sender)) return;
    for (const passing of binding.passings) {
      if (passing.from !== receiver) continue;
      passing.tries = 0;
      this.table.unsettle(binding.segment, binding.ip, passing.to, receiver);
    }
  }

  /**
   * Looks for the packet among those that came in to its sender, for an address that nobody has spoken for.
   *
   * @returns whether there is nothing more to learn from further frames
   */
  private noteForwarding(facts: FrameFacts, slot: number, by: Station, to: Station, at: Position): boolean {
    if (facts.tunnelDepth > 0) return true;
    const arrival = this.table.arrivalOf(facts, slot);
    if (arrival === "another") return false;
    if (arrival === "none") return true;
    const sender = this.stations.of(facts.segment, arrival.sourceMacHigh, arrival.sourceMacLow);
    this.forwardings.note(facts.destinationIp, { sender, by, to, at });
    return true;
  }

  /** Whether the receiver is unknown only because the link layer does not name it. */
  private mayPassOn(facts: FrameFacts, host: Station): boolean {
    return (
      facts.packetType === PacketType.Outgoing &&
      (facts.tunnelDepth > 0 ||
        this.bindings.get(facts.segment, facts.destinationIp)?.receivers.has(host) === true)
    );
  }

  /**
   * The machine on which the capture was taken sends on, or wraps, what it received: to whom is not to be seen.
   *
   * @returns whether there is nothing more to learn from further frames
   */
  private notePassedOn(facts: FrameFacts, host: Station, at: Position): boolean {
    const isTunnelled = facts.tunnelDepth > 0;
    const ip = isTunnelled ? facts.innerDestinationIp : facts.destinationIp;
    const binding = this.bindings.get(facts.segment, ip);
    if (binding === undefined) return true;
    const arrived = [...(binding.receivers.get(host) ?? [])];
    if (!isTunnelled && !arrived.some((sender) => this.table.wasLast(facts, host, sender))) return false;
    binding.passers.add(host);
    if (!binding.passedOn.has(host)) binding.passedOn.set(host, at);
    return true;
  }

  private isInConflict(binding: Binding): boolean {
    return this.possession.isVip(binding.ip) || binding.isContested;
  }

  /** Puts the frame down to what its sender's cache held: a frame that was on its way may be an earlier belief's. */
  private countSent(
    facts: FrameFacts,
    host: Station,
    receiver: Station,
    binding: Binding,
    at: Position,
  ): void {
    const entry = this.caches.table.entry(host, binding.ip);
    if (entry?.updatedNs === at.timeNs) this.recorder.noteUsed(host, binding, at);
    const change = entry?.history.findLast(({ owner }) => owner === receiver);
    if (change === undefined) return;
    if (binding.isContested) this.expectAnswers(binding);
    this.sent.count(facts, change, receiver, binding.holderChanges, at);
  }

  private noteIpSender(facts: FrameFacts, host: Station, at: Position): void {
    const binding = this.bindings.get(facts.segment, facts.sourceIp);
    if (binding?.addIpSender(host, at, facts.ttl) !== true || !this.expected.has(binding)) return;
    this.sent.expectAnswersFrom(facts.sourceIp, host);
    this.sent.noteReply(facts, this.stations);
  }

  /** Packets for the address go astray from here on: whoever sends from it may answer them. */
  private expectAnswers(binding: Binding): void {
    if (this.expected.has(binding)) return;
    this.expected.add(binding);
    const { segment, ip, ipSenders } = binding;
    for (const station of ipSenders.keys()) this.sent.expectAnswersFrom(ip, station);
    if (this.searches++ >= MOST_SENDER_SEARCHES) return;
    for (const row of this.table.rows()) {
      if (row.lastSourceIp !== ip || row.segment !== segment || isGroupMac(row.sourceMacHigh)) continue;
      const sender = this.stations.get(segment, row.sourceMacHigh, row.sourceMacLow);
      if (sender !== undefined) this.sent.expectAnswersFrom(ip, sender);
    }
  }
}

/** Whether a station that gets frames for the address sends some to the one that passes them on, but none of those was met. */
function isRelayed({ receivers }: Binding, { from, sources }: Passing): boolean {
  for (const sender of receivers.get(from) ?? [])
    if (receivers.has(sender) && !sources.has(sender)) return true;
  return false;
}

/** Whether nobody else claims the address, and nobody else gets its frames: one more who sends there tells nothing. */
function isAllItHas(receiver: Station, { claims, receivers }: Binding): boolean {
  return (
    claims.every(({ station }) => station === receiver) && receivers.size === 1 && receivers.has(receiver)
  );
}

function areBothKnown(row: TrafficRow, stations: StationTable): boolean {
  return (
    stations.get(row.segment, row.sourceMacHigh, row.sourceMacLow) !== undefined &&
    stations.get(row.segment, row.destinationMacHigh, row.destinationMacLow) !== undefined
  );
}
