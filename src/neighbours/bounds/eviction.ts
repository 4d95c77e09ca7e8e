import {
  CLAIMS_LEFT,
  MOST_ADDRESSES_FOLLOWED,
  MOST_PARTS,
  MOST_STATIONS,
  MOST_UNANSWERED_HOLDERS,
  MOST_UNEVENTFUL_LEFT,
  STATIONS_BETWEEN_LOOKS,
} from "../../limits.ts";
import type { Station, StationTable } from "../base/station.ts";
import type { ClaimRecorder } from "../caches/claim-log.ts";
import type { EveryModel } from "../caches/every-model.ts";
import type { Binding } from "../claims/binding.ts";
import type { BindingTable } from "../claims/binding-table.ts";
import type { Changes } from "../claims/changes.ts";
import type { Possession } from "../claims/possession.ts";
import type { Adverts } from "../control/adverts.ts";
import type { Synchronisation } from "../control/synchronisation.ts";
import type { Tunnels } from "../control/tunnels.ts";
import type { Forwardings } from "../traffic/forwardings.ts";
import type { QuiescentHosts } from "./quiescent-hosts.ts";
import { isContested, Worth, worthOfEach } from "./worth.ts";

/** Whoever has more is a router or a server, and whom a poison would fool must be known before it comes. */
const FEW_HOLDERS = 2;
/** A host that was silent for so long may have come only once. */
const PASSED_BY_NS = 60_000_000_000;

/** What a flood of addresses made room for, so that the report can say so. */
export interface Forgotten {
  addresses: number;
  stations: number;
  /** Of addresses that are kept: claims, cache entries and receivers beyond what one address can have. */
  parts: number;
  /** Of the addresses those that several had claimed: a finding may be among them. */
  contested: number;
}

/** Who is told of the first thing given up each time; null where that is an address which nobody spoke for. */
export type OnForgotten = (first: { readonly station: Station; readonly ip: number } | null) => void;

/** What must outlive a flood, besides the bindings. */
export interface Referrers {
  readonly adverts: Adverts;
  readonly synchronisation: Synchronisation;
  readonly tunnels: Tunnels;
  readonly forwardings: Forwardings;
  readonly changes: Changes;
  readonly quiescent: QuiescentHosts;
  readonly recorder: ClaimRecorder;
}

/**
 * Keeps the tables within their bounds: those addresses are given up first of which there is nothing to tell, one owner and
 * no change, and the newest before those that have been there for long; and only if that is not enough, others, by worth.
 */
export class Eviction {
  /** When some were last given up. */
  private stationsLeft = 0;
  private readonly gone: Forgotten = { addresses: 0, stations: 0, parts: 0, contested: 0 };
  private readonly onForgotten: OnForgotten;
  private readonly bindings: BindingTable;
  private readonly stations: StationTable;
  private readonly possession: Possession;
  private readonly caches: EveryModel;
  private readonly referrers: Referrers;

  constructor(
    bindings: BindingTable,
    stations: StationTable,
    possession: Possession,
    caches: EveryModel,
    referrers: Referrers,
    onForgotten: OnForgotten,
  ) {
    this.onForgotten = onForgotten;
    this.bindings = bindings;
    this.stations = stations;
    this.possession = possession;
    this.caches = caches;
    this.referrers = referrers;
  }

  get forgotten(): Forgotten {
    let { parts } = this.gone;
    for (const { forgottenParts } of this.bindings) parts += forgottenParts;
    return { ...this.gone, parts };
  }

  /** To be called now and then; does nothing while the tables are within their bounds. */
  makeRoom(): void {
    if (this.bindings.size > MOST_ADDRESSES_FOLLOWED) {
      // An address that nobody claimed may not exist.
      this.evictBindings(
        (binding) => binding.claims.length === 0 && this.wasSeenOnce(binding),
        MOST_UNEVENTFUL_LEFT,
      );
      if (this.bindings.size > MOST_ADDRESSES_FOLLOWED / 2) this.evictClaimed();
      this.evictStations();
    } else if (this.stations.size > Math.max(MOST_STATIONS, this.stationsLeft + STATIONS_BETWEEN_LOOKS)) {
      this.evictStations();
    }
    if (this.parts > MOST_PARTS) this.thinOut();
  }

  private evictClaimed(): void {
    const worth = worthOfEach(this.bindings, this.caches);
    const isWorthLess = (binding: Binding) =>
      isUneventful(binding) && (worth.get(binding) ?? Worth.Nothing) < Worth.Parties;
    // Who has been there for long is not given up for a flood of those who come once.
    this.evictBindings((binding) => isWorthLess(binding) && this.wasSeenOnce(binding), MOST_UNEVENTFUL_LEFT);
    this.evictBindings((binding) => isWorthLess(binding) && this.isForFew(binding), MOST_UNEVENTFUL_LEFT);
    if (this.bindings.size > (MOST_ADDRESSES_FOLLOWED * 3) / 4) this.evictBindings(isWorthLess);
    if (this.bindings.size > (MOST_ADDRESSES_FOLLOWED * 3) / 4) this.evictByWorth(worth);
  }

  private evictByWorth(worth: ReadonlyMap<Binding, Worth>): void {
    for (const most of Object.values(Worth)) {
      if (this.bindings.size <= MOST_ADDRESSES_FOLLOWED / 2) return;
      this.evictBindings((binding) => (worth.get(binding) ?? Worth.Nothing) <= most);
    }
  }

  /**
   * A flood that is over: who came once, and not again for a while, is given up down to what an ordinary segment has.
   *
   * @returns how many addresses are gone, and cache entries
   */
  forgetPassersBy(nowNs: number): number {
    const before = this.bindings.size;
    this.referrers.quiescent.forgetSilent(nowNs - PASSED_BY_NS);
    let unanswered = 0;
    for (const binding of this.bindings) {
      if (this.holdersOf(binding) > MOST_UNANSWERED_HOLDERS)
        unanswered += this.caches.chosen.forgetUnanswered(binding, nowNs - PASSED_BY_NS);
    }
    if (before <= MOST_UNEVENTFUL_LEFT && unanswered === 0) return 0;
    const isGone = (binding: Binding) =>
      isUneventful(binding) && this.wasSeenOnce(binding) && nowNs - newestNs(binding) > PASSED_BY_NS;
    this.evictBindings(isGone, MOST_UNEVENTFUL_LEFT, "oldest");
    this.evictStations();
    return before - this.bindings.size + unanswered;
  }

  private get parts(): number {
    let parts = 0;
    for (const binding of this.bindings) parts += binding.claims.length + this.holdersOf(binding);
    return parts;
  }

  /** So that many addresses, each with many claimants, take no more than one with very many. */
  private thinOut(): void {
    for (const binding of this.bindings) {
      if (!this.possession.isVip(binding.ip)) binding.forgetClaims(CLAIMS_LEFT, this.caches);
    }
    if (this.parts > MOST_PARTS) this.evictByWorth(worthOfEach(this.bindings, this.caches));
  }

  /** @param first which of them go first: in a flood those that came with it */
  private evictBindings(
    mayGo: (binding: Binding) => boolean,
    left = MOST_ADDRESSES_FOLLOWED / 2,
    first: "newest" | "oldest" = "newest",
  ): void {
    let excess = this.bindings.size - left;
    let isFirst = true;
    let hasUnclaimed = false;
    const inOrder = [...this.bindings];
    for (const binding of first === "newest" ? inOrder.reverse() : inOrder) {
      if (excess <= 0) break;
      if (this.possession.isNamed(binding.ip) || !mayGo(binding)) continue;
      const station = binding.claims[0]?.station;
      if (station === undefined) hasUnclaimed = true;
      else if (isFirst) {
        this.onForgotten({ station, ip: binding.ip });
        isFirst = false;
      }
      if (isUneventful(binding)) this.referrers.quiescent.keep(binding, this.caches.chosen.about(binding));
      this.caches.forget(binding);
      this.referrers.recorder.forget(binding);
      this.bindings.delete(binding);
      this.referrers.changes.bindings.delete(binding);
      this.gone.addresses++;
      if (isContested(binding)) this.gone.contested++;
      this.gone.parts += binding.forgottenParts;
      excess--;
    }
    if (hasUnclaimed) this.onForgotten(null);
  }

  /** A station that anything still points at must stay the one and only of its MAC. */
  private evictStations(): void {
    const kept = new Set<Station>();
    for (const binding of this.bindings) {
      for (const { station } of binding.claims) kept.add(station);
      for (const { holder, owner } of this.caches.entriesAbout(binding)) {
        kept.add(holder);
        if (owner !== null) kept.add(owner);
      }
      for (const station of binding.receivers.keys()) kept.add(station);
      for (const station of binding.ipSenders.keys()) kept.add(station);
      for (const station of binding.passedOn.keys()) kept.add(station);
    }
    for (const router of this.referrers.adverts) {
      for (const { station } of router.advertisers) kept.add(station);
    }
    for (const { master } of this.referrers.synchronisation) kept.add(master);
    for (const { from, to } of this.referrers.tunnels) {
      kept.add(from);
      kept.add(to);
    }
    for (const station of this.referrers.forwardings.stations()) kept.add(station);
    let isFirst = true;
    for (const station of this.stations) {
      if (kept.has(station) || station.sweep !== null) continue;
      if (isFirst) this.onForgotten({ station, ip: station.ownAddresses.values().next().value ?? 0 });
      isFirst = false;
      this.stations.delete(station);
      this.gone.stations++;
    }
    this.stationsLeft = this.stations.size;
  }

  /** How many hosts have a cache entry about the address. */
  private holdersOf(binding: Binding): number {
    return this.caches.chosen.about(binding).length;
  }

  private wasSeenOnce(binding: Binding): boolean {
    if (binding.passings.length > 0 || this.holdersOf(binding) > 1) return false;
    return binding.claims.every(({ tallies }) => [...tallies.values()].every(({ count }) => count <= 1));
  }

  private isForFew(binding: Binding): boolean {
    return binding.passings.length === 0 && this.holdersOf(binding) <= FEW_HOLDERS;
  }
}

function newestNs({ claims, asks }: Binding): number {
  const claimed = claims.flatMap(({ tallies }) => [...tallies.values()].map(({ last }) => last.timeNs));
  return Math.max(...claimed, asks.recent.at(-1)?.at.timeNs ?? Number.NEGATIVE_INFINITY);
}

function isUneventful(binding: Binding): boolean {
  return !isContested(binding) && binding.asks.unansweredCount === 0;
}
