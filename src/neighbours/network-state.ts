import { Control, type FrameFacts, FrameKind } from "../decode/facts.ts";
import type { HostName } from "../network/roles.ts";
import { Adverts } from "./adverts.ts";
import { Alternative } from "./alternative.ts";
import { ArpObserver } from "./arp-observer.ts";
import { Beacons } from "./beacons.ts";
import { type Binding, BindingTable, type HeardClaim } from "./binding.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { Caches } from "./caches.ts";
import { type ClaimLog, ClaimRecorder } from "./claim-log.ts";
import { Eviction, type Forgotten } from "./eviction.ts";
import { Leases } from "./leases.ts";
import { LINUX } from "./models/linux.ts";
import type { NeighbourModel } from "./models/model.ts";
import { otherModels } from "./models/named.ts";
import { type Position, Timeline } from "./position.ts";
import { Possession } from "./possession.ts";
import { Replay } from "./replay.ts";
import { type Station, StationTable } from "./station.ts";
import { Synchronisation } from "./synchronisation.ts";
import { TrafficObserver } from "./traffic-observer.ts";
import { TrafficTable } from "./traffic-table.ts";
import { Tunnels } from "./tunnels.ts";
import { Vantage } from "./vantage.ts";

/** Frames between two looks at the tables' sizes: few enough that a flood of new hosts cannot outgrow them much. */
const EVICTION_INTERVAL_MASK = 0xfff;

/** What the frames so far show of a network: its stations, who claims which address, and what every host believes. */
export class NetworkState {
  readonly timeline = new Timeline();
  readonly stations = new StationTable();
  readonly bindings = new BindingTable();
  readonly traffic = new TrafficTable();
  readonly tunnels = new Tunnels();
  readonly adverts = new Adverts();
  readonly synchronisation = new Synchronisation();
  readonly leases = new Leases();
  readonly beacons = new Beacons();
  readonly vantage = new Vantage(this.timeline, this.stations, this.bindings);
  readonly trafficObserver: TrafficObserver;
  readonly model: NeighbourModel;
  /** What the hosts would hold by the models that were not chosen. */
  readonly alternatives: readonly Alternative[];
  private readonly eviction: Eviction;
  /** What was heard of each address, for a second run of the model. */
  readonly recorder: ClaimRecorder;
  private readonly possession: Possession;
  private observed = 0;
  private readonly caches: Caches;
  readonly arpObserver: ArpObserver;

  /**
   * @param vips the VIPs given, whose traffic is followed even where nobody was seen to claim them, each with the hosts
   * said to hold it
   * @param model how the hosts' neighbour caches learn
   */
  constructor(vips: ReadonlyMap<number, readonly HostName[]>, model: NeighbourModel = LINUX) {
    const possession = new Possession(vips);
    this.possession = possession;
    this.recorder = new ClaimRecorder(this.bindings, possession);
    this.eviction = new Eviction(this.bindings, this.stations, possession, this);
    this.model = model;
    this.caches = new Caches(model, this.bindings, possession, {
      changed: (entry, before) => this.unsettleTraffic(entry, before),
      corrected: (entry, at) => {
        this.recorder.noteCorrected(entry, at);
        this.correctAlternatives(entry, at);
      },
      lastUseNs: ({ holder, ip, owner }) =>
        owner === null ? Number.NEGATIVE_INFINITY : this.traffic.lastNs(holder.segment, ip, owner, holder),
    });
    this.alternatives = otherModels(model).map((other) => new Alternative(other, this.bindings, possession));
    this.arpObserver = new ArpObserver(this.timeline, this.stations, this.bindings, [
      this.recorder,
      this.caches,
      ...this.alternatives,
    ]);
    this.trafficObserver = new TrafficObserver(
      this.timeline,
      this.stations,
      this.bindings,
      this.caches,
      this.traffic,
      this.tunnels,
      possession,
      this.recorder,
    );
  }

  /**
   * The caches' entries about an address as they would have become without the frames that are suppressed.
   *
   * @param wrong the stations that should not be believed
   */
  replay(
    binding: Binding,
    wrong: ReadonlySet<Station>,
    isSuppressed: (heard: HeardClaim) => boolean,
    log: ClaimLog,
  ): readonly CacheEntry[] {
    const { model, bindings, possession } = this;
    return new Replay(model, bindings, possession, binding, wrong, isSuppressed).run(log);
  }

  /** Takes one decoded frame, to which `timeline` was advanced; in the order of the capture. */
  observe(facts: FrameFacts): void {
    if ((++this.observed & EVICTION_INTERVAL_MASK) === 0) this.eviction.makeRoom();
    this.vantage.observe(facts);
    if (facts.kind === FrameKind.Ipv4) {
      if (facts.control !== Control.None) this.observeControl(facts);
      this.trafficObserver.observe(facts);
    } else if (facts.kind === FrameKind.Arp) {
      const claimed = this.bindings.get(facts.segment, facts.senderIp);
      const claimants = claimed?.claims.length;
      this.arpObserver.observe(facts);
      this.noteAsk(facts);
      if (claimed !== undefined && claimants === 1 && claimed.claims.length > 1) this.followTraffic(claimed);
    } else if (facts.kind === FrameKind.Beacon) this.beacons.note(facts, this.stations, this.timeline);
  }

  /** What had to be given up for the tables to stay within their bounds. */
  get forgotten(): Forgotten {
    return this.eviction.forgotten;
  }

  /** Applies what only shows once no frame follows: entries whose last probe went unanswered, traffic seen before its claim. */
  finish(): void {
    const end = this.timeline.newest;
    if (end === null) return;
    for (const station of this.stations) {
      for (const entry of station.cache.values()) this.caches.expire(entry, end);
    }
    for (const alternative of this.alternatives) alternative.finish(this.bindings, end);
    this.traffic.describeRows();
    this.trafficObserver.reviewOffLink();
  }

  private observeControl(facts: FrameFacts): void {
    if (facts.control === Control.IpvsSync) this.synchronisation.note(facts, this.stations, this.timeline);
    else if (facts.control === Control.Lease) this.leases.note(facts, this.stations, this.timeline);
    else this.adverts.note(facts, this.stations, this.timeline);
  }

  private correctAlternatives(entry: CacheEntry, at: Position): void {
    const binding = this.bindings.of(entry.holder.segment, entry.ip);
    for (const alternative of this.alternatives) alternative.correct(binding, entry, at);
  }

  private noteAsk({ segment, targetIp }: FrameFacts): void {
    const ask = this.bindings.get(segment, targetIp)?.recentAsks.at(-1);
    if (ask?.at.ordinal === this.timeline.ordinal) this.vantage.noteAsk(ask, targetIp);
  }

  /** An address is contested from here on: what its hosts send, and to whom, is news again. */
  private followTraffic({ segment, ip, holders }: Binding): void {
    for (const { holder, owner } of holders) {
      if (owner !== null) this.traffic.unsettle(segment, ip, owner, holder);
    }
  }

  /** A host's belief changed: its next frame for the address, to whichever MAC, is news again. */
  private unsettleTraffic(entry: CacheEntry, before: Station | null): void {
    const { holder, ip } = entry;
    if (before !== null) this.traffic.unsettle(holder.segment, ip, before, holder);
    if (entry.owner !== null) this.traffic.unsettle(holder.segment, ip, entry.owner, holder);
  }
}
