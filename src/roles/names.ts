import type { HostName } from "../knowledge/roles.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { KnownOwners } from "./known-owners.ts";
import { forcedClaims, isOwnClaim, likelyOwner } from "./likely-owner.ts";

/** Which station a name means, and by which address a person knows a station. */
export class Names {
  private readonly state: NetworkView;
  private readonly known: KnownOwners;
  private readonly claimed = new Map<Station, Binding[]>();
  private readonly named = new Map<Station, number>();
  /** Every address that any station was ever called by: of most given names there is none. */
  private readonly everNamed = new Set<number>();
  /** What was worked out since the newest frame, for the rules and the report ask again and again. */
  private readonly ips = new Map<Station, number | null>();
  private readonly owned = new Map<Station, readonly number[]>();
  private asOfOrdinal = -1;
  private ends: ReadonlyMap<number, readonly Station[]> | null = null;
  private segments: ReadonlySet<number> | null = null;

  constructor(state: NetworkView, known: KnownOwners) {
    this.state = state;
    this.known = known;
    for (const binding of state.bindings) {
      for (const claim of binding.claims) {
        if (!isOwnClaim(claim)) continue;
        const list = this.claimed.get(claim.station);
        if (list === undefined) this.claimed.set(claim.station, [binding]);
        else list.push(binding);
      }
    }
    // A director may never show its own address in ARP, but signs its advertisements with it.
    for (const router of state.adverts) {
      for (const { station, sourceIp } of router.advertisers) this.give(station, sourceIp);
    }
    for (const { master, masterIp } of state.synchronisation) this.give(master, masterIp);
  }

  give(station: Station, ip: number): void {
    this.named.set(station, ip);
    this.everNamed.add(ip);
    this.ips.delete(station);
  }

  /** Whether the station spoke for any address at all. */
  isHost(station: Station): boolean {
    return this.claimed.has(station);
  }

  /** An address of the station's own; a VIP is none, since it names a service. */
  ipOf(station: Station, isVip: (ip: number) => boolean): number | null {
    const named = this.named.get(station);
    if (named !== undefined) return named;
    this.forgetOld();
    let ip = this.ips.get(station);
    if (ip === undefined) {
      ip = this.findIpOf(station, isVip);
      this.ips.set(station, ip);
    }
    return ip;
  }

  /** Whether the station is the likely owner of an address besides this one. */
  ownsBesides(station: Station, ip: number): boolean {
    this.forgetOld();
    let owned = this.owned.get(station);
    if (owned === undefined) {
      owned = this.firstOwned(station);
      this.owned.set(station, owned);
    }
    return owned.some((other) => other !== ip);
  }

  /**
   * The address that the station's kernel puts into its requests for other hosts: its own. An address that it also
   * announced may be another VIP. Null where it was not seen to ask under its own.
   */
  askedUnder(station: Station, isVip: (ip: number) => boolean): number | null {
    const asked = (this.claimed.get(station) ?? []).find(
      (binding) =>
        !isVip(binding.ip) &&
        (binding.claimOf(station)?.ownFrames("request") ?? 0) > 0 &&
        binding.claimOf(station)?.ownFrames("announcement") === 0 &&
        likelyOwner(binding) === station,
    );
    return asked?.ip ?? null;
  }

  /** The stations of any segment that the name means. */
  resolve(name: HostName): Station[] {
    this.segments ??= new Set([...this.state.stations].map((station) => station.segment));
    return [...this.segments].flatMap((segment) => this.resolveIn(segment, name) ?? []);
  }

  resolveIn(segment: number, { ip, mac }: HostName): Station | null {
    const station =
      mac === null ? this.ownerOf(segment, ip) : this.state.stations.get(segment, mac.high, mac.low);
    if (station === undefined) return null;
    if (ip !== null) this.give(station, ip);
    return station;
  }

  private findIpOf(station: Station, isVip: (ip: number) => boolean): number | null {
    const own = (this.claimed.get(station) ?? []).filter(({ ip }) => !isVip(ip));
    const undisputed = own.find((binding) => likelyOwner(binding) === station);
    const ip = (undisputed ?? own.find((binding) => holdsUnforced(binding, station)))?.ip;
    return ip ?? this.known.addressOf(station, isVip);
  }

  /** Two different ones are enough to have one besides any. */
  private firstOwned(station: Station): readonly number[] {
    const owned = new Set<number>();
    for (const binding of this.claimed.get(station) ?? []) {
      if (likelyOwner(binding) === station) owned.add(binding.ip);
      if (owned.size > 1) break;
    }
    return [...owned];
  }

  /** Whose address it is may be another's after a frame. */
  private forgetOld(): void {
    const { ordinal } = this.state.timeline;
    if (ordinal === this.asOfOrdinal) return;
    this.asOfOrdinal = ordinal;
    this.ips.clear();
    this.owned.clear();
    this.ends = null;
  }

  private ownerOf(segment: number, ip: number | null): Station | undefined {
    if (ip === null) return undefined;
    const binding = this.state.bindings.get(segment, ip);
    if (binding !== undefined && binding.claims.length > 0) return likelyOwner(binding);
    const known = this.known.stationAt(segment, ip);
    if (known !== undefined) return known;
    const receiver = binding === undefined ? undefined : likelyOwner(binding);
    if (receiver !== undefined) return receiver;
    return (
      this.namedAt(segment, ip) ??
      this.tunnelEnds()
        .get(ip)
        ?.find((end) => end.segment === segment)
    );
  }

  /** The first that was called by the address, and is still. */
  private namedAt(segment: number, ip: number): Station | undefined {
    if (this.everNamed.has(ip)) {
      for (const [station, named] of this.named) {
        if (named === ip && station.segment === segment) return station;
      }
    }
    return undefined;
  }

  /** By outer destination address: the stations to which tunnels for it led. */
  private tunnelEnds(): ReadonlyMap<number, readonly Station[]> {
    this.forgetOld();
    if (this.ends !== null) return this.ends;
    const ends = new Map<number, Station[]>();
    for (const { outerDestinationIp, to } of this.state.tunnels) {
      const known = ends.get(outerDestinationIp);
      if (known === undefined) ends.set(outerDestinationIp, [to]);
      else known.push(to);
    }
    this.ends = ends;
    return ends;
  }
}

/** A disputed address names a host only if it did not have to be kept up by force. */
function holdsUnforced(binding: Binding, station: Station): boolean {
  const claim = binding.claimOf(station);
  return claim !== undefined && station.ownAddresses.has(binding.ip) && forcedClaims(claim) === 0;
}
