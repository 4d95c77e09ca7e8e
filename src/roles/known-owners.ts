import type { KnownBinding } from "../knowledge/known-binding.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { isInitialTtl } from "./initial-ttl.ts";

/** Whom an address belonged to by what was known before the first frame. */
export interface KnownOwner {
  readonly station: Station;
  readonly known: KnownBinding;
}

/** What was known before the first frame, held against what the frames show. */
export class KnownOwners {
  private readonly state: NetworkView;
  private readonly beginSeconds: number;
  /** By station that sent IPv4 packets the addresses that it sent them from itself, as far as their TTL tells. */
  private senders: Map<Station, Set<number>> | null = null;

  /** The stations that claim any address themselves, as of the frame named. */
  private claimants: { readonly asOfOrdinal: number; readonly stations: ReadonlySet<Station> } | null = null;

  constructor(state: NetworkView) {
    this.state = state;
    this.beginSeconds = state.timeline.beginSeconds ?? 0;
  }

  /** The owner as it still counts when the capture begins: of several the one that frames confirm, else the newest. */
  of(binding: Binding): KnownOwner | null {
    const owners = this.currentOf(binding);
    return owners.find(({ station }) => binding.claimOf(station)?.isOwn === true) ?? owners[0] ?? null;
  }

  /** The newest owner of all, however long ago. */
  lastOf({ segment, ip }: Binding): KnownOwner | null {
    const [known] = this.state.known.of(segment, ip);
    return known === undefined ? null : { station: this.stationOf(segment, known), known };
  }

  /** Whether any source, old or new, has the address at the station. */
  names({ segment, ip }: Binding, station: Station): boolean {
    return this.state.known
      .of(segment, ip)
      .some(({ mac }) => mac.low === station.macLow && mac.high === station.macHigh);
  }

  /** The station that the sources have for an address that no frame claims. */
  stationAt(segment: number, ip: number): Station | undefined {
    const [known] = this.state.known.current(segment, ip, this.beginSeconds);
    return known === undefined ? undefined : this.stationOf(segment, known);
  }

  /** An address by which a station is known that no frame claims for itself or for another. */
  addressOf(station: Station, isVip: (ip: number) => boolean): number | null {
    if (this.state.known.size === 0) return null;
    const { segment, macHigh: high, macLow: low } = station;
    const addresses = this.state.known.addressesOf(segment, { high, low });
    return (
      addresses.find(
        (ip) =>
          !isVip(ip) &&
          (this.state.bindings.get(segment, ip)?.claims.length ?? 0) === 0 &&
          this.stationAt(segment, ip) === station,
      ) ?? null
    );
  }

  /** Whether any frame was sent from the station's card. */
  isAlive(station: Station): boolean {
    return station.meters.size > 0 || this.ownSources().has(station);
  }

  /**
   * Whether the owner is there and nothing shows that it has another address now. A card that was replaced is not
   * there, a host that was renumbered sends from elsewhere: then whoever has the address since is no intruder.
   */
  stillHas(binding: Binding, { station }: KnownOwner): boolean {
    if (!this.isAlive(station)) return false;
    if (binding.claimOf(station)?.isOwn === true) return true;
    const sources = this.ownSources().get(station);
    if (sources?.has(binding.ip) === true) return true;
    if (sources !== undefined && sources.size > 0) return false;
    return !this.ownClaimants().has(station);
  }

  private ownClaimants(): ReadonlySet<Station> {
    const { ordinal } = this.state.timeline;
    if (this.claimants?.asOfOrdinal === ordinal) return this.claimants.stations;
    const stations = new Set<Station>();
    for (const { claims } of this.state.bindings) {
      for (const { station, isOwn } of claims) if (isOwn) stations.add(station);
    }
    this.claimants = { asOfOrdinal: ordinal, stations };
    return stations;
  }

  private ownSources(): ReadonlyMap<Station, ReadonlySet<number>> {
    if (this.senders !== null) return this.senders;
    this.senders = new Map();
    for (const row of this.state.traffic.rows()) {
      const sender = this.state.stations.get(row.segment, row.sourceMacHigh, row.sourceMacLow);
      if (sender === undefined) continue;
      const sources = this.senders.get(sender) ?? new Set<number>();
      this.senders.set(sender, sources);
      if (isInitialTtl(row.lastTtl)) sources.add(row.lastSourceIp);
    }
    return this.senders;
  }

  private currentOf({ segment, ip }: Binding): KnownOwner[] {
    return this.state.known
      .current(segment, ip, this.beginSeconds)
      .map((known) => ({ station: this.stationOf(segment, known), known }));
  }

  private stationOf(segment: number, { mac }: KnownBinding): Station {
    return this.state.stations.named(segment, mac.high, mac.low);
  }
}
