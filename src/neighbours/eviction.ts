import type { Adverts } from "./adverts.ts";
import type { Binding, BindingTable } from "./binding.ts";
import type { Possession } from "./possession.ts";
import type { Station, StationTable } from "./station.ts";
import type { Synchronisation } from "./synchronisation.ts";
import type { Tunnels } from "./tunnels.ts";

/** Addresses followed at a time: what a capture of a large segment shows, within a fixed bound of memory. */
const MOST_BINDINGS = 1 << 13;
/** A station of which no binding knows costs little, but a flood of them costs much. */
const MOST_STATIONS = 1 << 14;

/** What a flood of addresses made room for, so that the report can say so. */
export interface Forgotten {
  addresses: number;
  stations: number;
}

/** What must outlive a flood, besides the bindings. */
export interface Referrers {
  readonly adverts: Adverts;
  readonly synchronisation: Synchronisation;
  readonly tunnels: Tunnels;
}

/**
 * Keeps the tables within their bounds: of the oldest half of the addresses those are given up of which there is
 * nothing to tell, one owner and no change; and only if that is not enough, others.
 */
export class Eviction {
  readonly forgotten: Forgotten = { addresses: 0, stations: 0 };
  private readonly bindings: BindingTable;
  private readonly stations: StationTable;
  private readonly possession: Possession;
  private readonly referrers: Referrers;

  constructor(bindings: BindingTable, stations: StationTable, possession: Possession, referrers: Referrers) {
    this.bindings = bindings;
    this.stations = stations;
    this.possession = possession;
    this.referrers = referrers;
  }

  /** To be called now and then; does nothing while the tables are within their bounds. */
  makeRoom(): void {
    if (this.bindings.size > MOST_BINDINGS) {
      this.evictBindings(isUneventful);
      if (this.bindings.size > (MOST_BINDINGS * 3) / 4) this.evictBindings(() => true);
      this.evictStations();
    } else if (this.stations.size > MOST_STATIONS) {
      this.evictStations();
    }
  }

  private evictBindings(mayGo: (binding: Binding) => boolean): void {
    let excess = this.bindings.size - MOST_BINDINGS / 2;
    for (const binding of this.bindings) {
      if (excess <= 0) return;
      if (this.possession.isVip(binding.ip) || binding.passings.length > 0 || !mayGo(binding)) continue;
      for (const { holder } of binding.holders) holder.cache.delete(binding.ip);
      this.bindings.delete(binding);
      this.forgotten.addresses++;
      excess--;
    }
  }

  /** A station that anything still points at must stay the one and only of its MAC. */
  private evictStations(): void {
    const kept = new Set<Station>();
    for (const binding of this.bindings) {
      for (const { station } of binding.claims) kept.add(station);
      for (const { holder, owner } of binding.everyEntry()) {
        kept.add(holder);
        if (owner !== null) kept.add(owner);
      }
      for (const station of binding.receivers.keys()) kept.add(station);
      for (const station of binding.speakers.keys()) kept.add(station);
    }
    for (const router of this.referrers.adverts) {
      for (const { station } of router.advertisers) kept.add(station);
    }
    for (const { master } of this.referrers.synchronisation) kept.add(master);
    for (const { from, to } of this.referrers.tunnels) {
      kept.add(from);
      kept.add(to);
    }
    for (const station of this.stations) {
      if (kept.has(station) || station.sweep !== null) continue;
      this.stations.delete(station);
      this.forgotten.stations++;
    }
  }
}

function isUneventful(binding: Binding): boolean {
  return binding.claims.length <= 1 && binding.turnCount <= 1 && binding.unansweredCount === 0;
}
