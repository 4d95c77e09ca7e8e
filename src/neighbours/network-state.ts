import { Control, type FrameFacts, FrameKind } from "../decode/facts.ts";
import type { HostName } from "../network/roles.ts";
import { Adverts } from "./adverts.ts";
import { ArpObserver } from "./arp-observer.ts";
import { BindingTable } from "./binding.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { Caches } from "./caches.ts";
import { Eviction, type Forgotten } from "./eviction.ts";
import { Timeline } from "./position.ts";
import { Possession } from "./possession.ts";
import { type Station, StationTable } from "./station.ts";
import { Synchronisation } from "./synchronisation.ts";
import { TrafficObserver } from "./traffic-observer.ts";
import { TrafficTable } from "./traffic-table.ts";
import { Tunnels } from "./tunnels.ts";

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
  readonly trafficObserver: TrafficObserver;
  private readonly eviction: Eviction;
  private observed = 0;
  private readonly caches: Caches;
  private readonly arpObserver: ArpObserver;

  /**
   * @param vips the VIPs given, whose traffic is followed even where nobody was seen to claim them, each with the hosts
   * said to hold it
   */
  constructor(vips: ReadonlyMap<number, readonly HostName[]>) {
    const possession = new Possession(vips);
    this.eviction = new Eviction(this.bindings, this.stations, possession, this);
    this.caches = new Caches(this.bindings, possession, (entry, before) =>
      this.unsettleTraffic(entry, before),
    );
    this.arpObserver = new ArpObserver(this.timeline, this.stations, this.bindings, this.caches);
    this.trafficObserver = new TrafficObserver(
      this.timeline,
      this.stations,
      this.bindings,
      this.caches,
      this.traffic,
      this.tunnels,
      possession,
    );
  }

  /** Takes one decoded frame, to which `timeline` was advanced; in the order of the capture. */
  observe(facts: FrameFacts): void {
    if ((++this.observed & EVICTION_INTERVAL_MASK) === 0) this.eviction.makeRoom();
    if (facts.kind === FrameKind.Ipv4) {
      if (facts.control !== Control.None) this.observeControl(facts);
      this.trafficObserver.observe(facts);
    } else if (facts.kind === FrameKind.Arp) this.arpObserver.observe(facts);
  }

  /** What had to be given up for the tables to stay within their bounds. */
  get forgotten(): Forgotten {
    return this.eviction.forgotten;
  }

  /** Applies what only shows once no frame follows: entries whose last probe went unanswered, traffic seen before its claim. */
  finish(): void {
    for (const station of this.stations) {
      for (const entry of station.cache.values()) this.caches.expire(entry, this.timeline.nowNs);
    }
    this.trafficObserver.reviewOffLink();
  }

  private observeControl(facts: FrameFacts): void {
    if (facts.control === Control.IpvsSync) this.synchronisation.note(facts, this.stations, this.timeline);
    else this.adverts.note(facts, this.stations, this.timeline);
  }

  /** A host's belief changed: its next frame for the address, to whichever MAC, is news again. */
  private unsettleTraffic(entry: CacheEntry, before: Station | null): void {
    const { holder, ip } = entry;
    if (before !== null) this.traffic.unsettle(holder.segment, ip, before, holder);
    if (entry.owner !== null) this.traffic.unsettle(holder.segment, ip, entry.owner, holder);
  }
}
