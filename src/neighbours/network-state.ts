import { Air, Control, type FrameFacts, FrameKind, LinkAddresses } from "../decode/facts.ts";
import type { KnownBinding } from "../knowledge/known-binding.ts";
import type { HostName } from "../knowledge/roles.ts";
import { MOST_KNOWN_FOLLOWED_AT_ONCE } from "../limits.ts";
import { ArpObserver } from "./arp-observer.ts";
import { type Position, Timeline } from "./base/position.ts";
import { type Station, StationTable } from "./base/station.ts";
import { Eviction, type Forgotten } from "./bounds/eviction.ts";
import { FloodGate } from "./bounds/flood-gate.ts";
import { QuiescentHosts } from "./bounds/quiescent-hosts.ts";
import { TargetGate } from "./bounds/target-gate.ts";
import { Alternative } from "./caches/alternative.ts";
import type { CacheEntry } from "./caches/cache-entry.ts";
import { CacheTable } from "./caches/cache-table.ts";
import { ChosenCaches } from "./caches/chosen-caches.ts";
import { type ClaimLog, ClaimRecorder } from "./caches/claim-log.ts";
import { EveryModel } from "./caches/every-model.ts";
import { LINUX } from "./caches/models/linux.ts";
import type { NeighbourModel } from "./caches/models/model.ts";
import { otherModels } from "./caches/models/named.ts";
import { Replay } from "./caches/replay.ts";
import type { Binding } from "./claims/binding.ts";
import { BindingTable } from "./claims/binding-table.ts";
import { Changes } from "./claims/changes.ts";
import type { HeardClaim } from "./claims/claim.ts";
import { Possession } from "./claims/possession.ts";
import { Adverts } from "./control/adverts.ts";
import { Beacons } from "./control/beacons.ts";
import { FirstHops } from "./control/first-hops.ts";
import { KnownBindings } from "./control/known-bindings.ts";
import { Leases } from "./control/leases.ts";
import { RememberedRoles } from "./control/remembered-roles.ts";
import { Synchronisation } from "./control/synchronisation.ts";
import { Tunnels } from "./control/tunnels.ts";
import type { NetworkView } from "./network-view.ts";
import { Forwardings } from "./traffic/forwardings.ts";
import { TrafficTable } from "./traffic/traffic-table.ts";
import { TrafficObserver } from "./traffic-observer.ts";
import { UnclaimedTraffic } from "./unclaimed-traffic.ts";
import { CaptureInterfaces } from "./vantage/capture-interfaces.ts";
import { UnnamedReceivers } from "./vantage/unnamed-receivers.ts";
import { Vantage } from "./vantage/vantage.ts";

/** Frames between two looks at the tables' sizes: few enough that a flood of new hosts cannot outgrow them much. */
const EVICTION_INTERVAL_MASK = 0x3ff;

/** Steps of an address that is at peace: enough to see what led to the next war. */
const LONG_LOG = 512;

/** What the frames so far show of a network: its stations, who claims which address, and what every host believes. */
export class NetworkState implements NetworkView {
  readonly timeline = new Timeline();
  readonly stations = new StationTable();
  readonly bindings = new BindingTable();
  readonly traffic = new TrafficTable();
  readonly tunnels = new Tunnels();
  readonly forwardings = new Forwardings();
  readonly adverts = new Adverts();
  readonly firstHops = new FirstHops();
  readonly synchronisation = new Synchronisation();
  readonly leases = new Leases();
  readonly beacons = new Beacons();
  /** What was known before the first frame. */
  readonly known = new KnownBindings();
  /** What a former run inferred from frames that are not among these. */
  readonly remembered = new RememberedRoles();
  /** Who is there for whom the tables have no room. */
  readonly quiescent = new QuiescentHosts();
  readonly vantage = new Vantage(this.timeline, this.stations, this.bindings);
  readonly caches = new CacheTable((binding, dropped) => this.noteDropped(binding, dropped));
  readonly unnamedReceivers: UnnamedReceivers;
  readonly captureInterfaces: CaptureInterfaces;
  readonly trafficObserver: TrafficObserver;
  readonly unclaimed: UnclaimedTraffic;
  readonly model: NeighbourModel;
  /** What the hosts would hold by the models that were not chosen. */
  readonly alternatives: readonly Alternative[];
  /** What is news, for whoever judges while frames come. */
  readonly changes = new Changes();
  private readonly chosen: ChosenCaches;
  private readonly everyModel: EveryModel;
  private readonly eviction: Eviction;
  private readonly floodGate: FloodGate;
  private readonly targetGate: TargetGate;
  /** What was heard of each address, for a second run of the model. */
  readonly recorder: ClaimRecorder;
  private readonly possession: Possession;
  private observed = 0;
  readonly arpObserver: ArpObserver;

  /**
   * @param vips the VIPs given, whose traffic is followed even where nobody was seen to claim them, each with the hosts
   * said to hold it
   * @param model how the hosts' neighbour caches learn
   */
  constructor(vips: ReadonlyMap<number, readonly HostName[]>, model: NeighbourModel = LINUX) {
    const possession = new Possession(vips);
    this.possession = possession;
    for (const vip of vips.keys()) this.bindings.expectNear(vip);
    this.recorder = new ClaimRecorder(this.bindings, possession, this.caches);
    this.targetGate = new TargetGate(this.timeline, this.bindings, possession);
    this.floodGate = new FloodGate(this, possession, (binding, owner, holders) => {
      for (const holder of holders) {
        if (holder !== owner && this.caches.entry(holder, binding.ip) === undefined)
          this.rememberEntry(holder, binding, owner);
      }
    });
    this.model = model;
    this.unnamedReceivers = new UnnamedReceivers(this.stations, this.vantage, this.caches, model.timers);
    this.captureInterfaces = new CaptureInterfaces(this.unnamedReceivers.interfaces);
    this.chosen = new ChosenCaches(model, this.bindings, possession, this.caches, {
      changed: (entry, before) => {
        this.unsettleTraffic(entry, before);
        this.noteCacheChange(entry);
      },
      used: (entry) => this.noteCacheChange(entry),
      corrected: (entry, at) => {
        this.recorder.noteCorrected(entry, at);
        this.correctAlternatives(entry, at);
      },
      lastUseNs: ({ holder, ip, owner }) =>
        owner === null ? Number.NEGATIVE_INFINITY : this.traffic.lastNs(holder.segment, ip, owner, holder),
    });
    this.alternatives = otherModels(model).map(
      (other) => new Alternative(other, this.bindings, possession, this.caches),
    );
    const models = [this.chosen, ...this.alternatives];
    this.everyModel = new EveryModel(this.caches, models);
    this.eviction = new Eviction(this.bindings, this.stations, possession, this.everyModel, this, (first) => {
      if (first === null) this.targetGate.close();
      else this.noteForgotten(first);
    });
    this.arpObserver = new ArpObserver(
      this.timeline,
      this.stations,
      this.bindings,
      this.targetGate,
      this.everyModel,
      [this.recorder, ...models],
      model.timers,
    );
    this.trafficObserver = new TrafficObserver(
      this.timeline,
      this.stations,
      this.bindings,
      this.chosen,
      this.traffic,
      this.tunnels,
      possession,
      this.recorder,
      this.unnamedReceivers,
      this.floodGate,
      this.forwardings,
    );
    this.unclaimed = new UnclaimedTraffic(
      this.stations,
      this.bindings,
      this.chosen,
      this.traffic,
      this.tunnels,
      this.forwardings,
    );
  }

  /**
   * To be told before the first frame whose addresses are whose, and what hosts' caches held; the frames confirm it or
   * contradict it.
   */
  startFrom(known: Iterable<KnownBinding>): void {
    for (const binding of known) {
      if (binding.holder !== null) this.rememberCache(binding);
      else if (this.known.add(binding) && this.bindings.size < MOST_KNOWN_FOLLOWED_AT_ONCE)
        this.bindings.of(binding.segment ?? 0, binding.ip);
    }
  }

  /**
   * The caches' entries about an address as they would have become without the frames that are suppressed: copies, which
   * leave the state as it is.
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

  /**
   * Takes one decoded frame, that `timeline` follows; in the order of the capture.
   *
   * @returns whether it has anything to tell
   */
  observe(facts: FrameFacts): boolean {
    if ((++this.observed & EVICTION_INTERVAL_MASK) === 0) this.eviction.makeRoom();
    const isPlain = facts.linkAddresses === LinkAddresses.Both && facts.interfaceIndex === 0;
    if (!isPlain && !this.unnamedReceivers.complete(facts)) return false;
    if (facts.air === Air.Encrypted) this.vantage.noteEncrypted(facts);
    this.vantage.observe(facts);
    if (facts.kind === FrameKind.Ipv4) {
      if (facts.control !== Control.None) this.observeControl(facts);
      this.trafficObserver.observe(facts);
    } else if (facts.kind === FrameKind.Arp) {
      const admission = this.floodGate.admit(facts);
      if (admission !== "observe") {
        const { floodDetector } = this.arpObserver;
        if (admission === "new-sender") floodDetector.noteTurnedAway(facts);
        else floodDetector.count(facts.segment);
        return true;
      }
      this.unclaimed.beforeArp(facts);
      const claimed = this.bindings.get(facts.segment, facts.senderIp);
      const claimants = claimed?.claims.length;
      const turns = claimed?.turnCount;
      this.arpObserver.observe(facts);
      this.noteAsk(facts);
      this.noteArpChange(facts, claimants, turns);
      if (claimed !== undefined && claimants === 1 && claimed.claims.length > 1) this.followTraffic(claimed);
    } else if (facts.kind === FrameKind.Beacon) {
      this.beacons.note(facts, this.stations, this.timeline);
      this.changes.anything = true;
    }
    return true;
  }

  /** What had to be given up for the tables to stay within their bounds. */
  get forgotten(): Forgotten {
    const { forgotten } = this.eviction;
    return {
      ...forgotten,
      addresses: forgotten.addresses + this.floodGate.turnedAway + this.targetGate.turnedAway,
    };
  }

  /** Applies what only shows once no frame follows: entries whose last probe went unanswered, traffic seen before its claim. */
  finish(): void {
    const end = this.timeline.newest;
    if (end === null) return;
    for (const station of this.stations) {
      for (const entry of this.caches.entriesOf(station)) this.chosen.expire(entry, end);
    }
    for (const alternative of this.alternatives) alternative.finish(this.bindings, end);
    this.trafficObserver.reviewOffLink();
  }

  /** Applies what only the passing of time shows, while no frame does: entries whose last probe went unanswered. */
  passTime(nowNs: number): void {
    const { newest } = this.timeline;
    if (newest === null) return;
    const now = { ...newest, timeNs: Math.max(nowNs, newest.timeNs) };
    for (const station of this.stations) {
      for (const entry of this.caches.entriesOf(station)) this.chosen.expire(entry, now);
    }
  }

  /**
   * Gives up what only matters to findings that are not over, where there is more of it than a long watch can keep: the
   * steps that led to what the caches hold, which flows went where, and whoever came with a flood that is over.
   *
   * @returns how many addresses are gone, and cache entries
   */
  forgetSteps(isOpen: (binding: Binding) => boolean): number {
    const { newest } = this.timeline;
    const { sent } = this.trafficObserver;
    if (newest === null) return 0;
    for (const binding of this.bindings) {
      const isLong = (this.recorder.logOf(binding)?.events.length ?? 0) > LONG_LOG;
      if ((!isLong && !sent.isFilling) || isOpen(binding)) continue;
      if (isLong) this.recorder.restart(binding, newest);
      if (sent.isFilling) sent.forget(binding.ip, this.caches.about(binding));
    }
    return this.eviction.forgetPassersBy(newest.timeNs);
  }

  /**
   * Follows the addresses that only traffic or a control protocol shows, and no ARP frame names. To be called before roles
   * are assigned.
   */
  followUnnamed(): void {
    this.unclaimed.adoptDirected();
    for (const router of this.adverts) {
      for (const ip of router.addresses) this.bindings.of(router.segment, ip);
    }
    for (const service of this.synchronisation) this.bindings.of(service.segment, service.vip);
  }

  /** Looks at traffic that was there before anybody claimed its address, for whoever cannot wait for the last frame. */
  reviewTraffic(): void {
    this.changes.newClaims = false;
    this.trafficObserver.reviewOffLink();
  }

  private noteForgotten({ station, ip }: { readonly station: Station; readonly ip: number }): void {
    const at = this.timeline.newest;
    const { addresses, stations } = this.forgotten;
    if (at !== null) this.arpObserver.floodDetector.noteForgotten(station, ip, at, addresses + stations);
    this.floodGate.close();
  }

  private noteArpChange({ segment, senderIp, targetIp }: FrameFacts, claimants = 0, turns = 0): void {
    const { changes } = this;
    const claimed = this.bindings.get(segment, senderIp);
    changes.note(claimed);
    if (targetIp !== senderIp) changes.note(this.bindings.get(segment, targetIp));
    if (claimed === undefined) return;
    if (claimed.claims.length > claimants) changes.newClaims = true;
    if (claimed.turnCount > turns && claimed.turnCount > 1) changes.urgent = true;
  }

  private noteCacheChange({ holder, ip }: CacheEntry): void {
    const binding = this.bindings.get(holder.segment, ip);
    this.changes.note(binding);
    if (binding !== undefined && (binding.isContested || this.possession.isVip(ip)))
      this.changes.urgent = true;
  }

  private observeControl(facts: FrameFacts): void {
    this.changes.anything = true;
    if (facts.control === Control.IpvsSync) this.synchronisation.note(facts, this.stations, this.timeline);
    else if (facts.control === Control.Lease) this.leases.note(facts, this.stations, this.timeline);
    else if (facts.control === Control.Hsrp) this.firstHops.note(facts, this.stations, this.timeline);
    else this.noteAdvert(facts);
  }

  private noteAdvert(facts: FrameFacts): void {
    const takenOver = this.adverts.note(facts, this.stations, this.timeline);
    if (takenOver === null) return;
    for (const ip of takenOver.addresses) {
      const binding = this.bindings.get(takenOver.segment, ip);
      if (binding === undefined) continue;
      binding.holderChanges++;
      this.followTraffic(binding);
    }
  }

  private rememberCache({ segment, ip, mac, holder }: KnownBinding): void {
    if (holder?.mac == null) return;
    const host = this.stations.of(segment ?? 0, holder.mac.high, holder.mac.low);
    const owner = this.stations.of(segment ?? 0, mac.high, mac.low);
    const binding = this.bindings.of(segment ?? 0, ip);
    this.rememberEntry(host, binding, owner);
  }

  private rememberEntry(host: Station, binding: Binding, owner: Station): void {
    for (const caches of [this.chosen, ...this.alternatives]) caches.remember(host, binding, owner);
  }

  /** There were more entries about the address than are kept. */
  private noteDropped(binding: Binding, dropped: readonly CacheEntry[]): void {
    this.chosen.unsettle(binding);
    for (const alternative of this.alternatives) alternative.drop(binding, dropped);
  }

  private correctAlternatives(entry: CacheEntry, at: Position): void {
    const binding = this.bindings.of(entry.holder.segment, entry.ip);
    for (const alternative of this.alternatives) alternative.correct(binding, entry, at);
  }

  private noteAsk({ segment, targetIp }: FrameFacts): void {
    const ask = this.bindings.get(segment, targetIp)?.asks.recent.at(-1);
    if (ask?.at.ordinal === this.timeline.ordinal) this.vantage.noteAsk(ask, targetIp);
  }

  /** An address is contested from here on: what its hosts send, and to whom, is news again. */
  private followTraffic(binding: Binding): void {
    const { segment, ip } = binding;
    for (const { holder, owner } of this.caches.about(binding)) {
      if (owner !== null) this.traffic.unsettle(segment, ip, owner, holder);
    }
  }

  /** A host's belief changed: its next frame for the address, to whichever MAC, is news again. */
  private unsettleTraffic(entry: CacheEntry, before: Station | null): void {
    const { holder, ip, owner, current } = entry;
    if (before !== null) this.traffic.unsettle(holder.segment, ip, before, holder);
    if (owner !== null) this.traffic.unsettle(holder.segment, ip, owner, holder);
    if (current === undefined || current.owner !== owner) return;
    const sentTo = (station: Station | null) =>
      station === null ? null : this.traffic.sentBetween(holder.segment, ip, station, holder);
    current.sentBefore = { toFormer: sentTo(before), toOwner: sentTo(owner) };
  }
}
