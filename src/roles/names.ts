import type { Binding } from "../neighbours/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { Station } from "../neighbours/station.ts";
import type { HostName } from "../network/roles.ts";
import type { KnownOwners } from "./known-owners.ts";
import { forcedClaims, isOwnClaim, likelyOwner } from "./likely-owner.ts";

/** Which station a name means, and by which address a person knows a station. */
export class Names {
  private readonly state: NetworkState;
  private readonly known: KnownOwners;
  private readonly claimed = new Map<Station, Binding[]>();
  private readonly named = new Map<Station, number>();

  constructor(state: NetworkState, known: KnownOwners) {
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
      for (const { station, sourceIp } of router.advertisers) this.named.set(station, sourceIp);
    }
    for (const { master, masterIp } of state.synchronisation) this.named.set(master, masterIp);
  }

  give(station: Station, ip: number): void {
    this.named.set(station, ip);
  }

  /** Whether the station spoke for any address at all. */
  isHost(station: Station): boolean {
    return this.claimed.has(station);
  }

  /** An address of the station's own; a VIP is none, since it names a service. */
  ipOf(station: Station, isVip: (ip: number) => boolean): number | null {
    const named = this.named.get(station);
    if (named !== undefined) return named;
    const own = (this.claimed.get(station) ?? []).filter(({ ip }) => !isVip(ip));
    const undisputed = own.find((binding) => likelyOwner(binding) === station);
    const ip = (undisputed ?? own.find((binding) => holdsUnforced(binding, station)))?.ip;
    return ip ?? this.known.addressOf(station, isVip);
  }

  /** Whether the station is the likely owner of an address besides this one. */
  ownsBesides(station: Station, ip: number): boolean {
    return (this.claimed.get(station) ?? []).some(
      (binding) => binding.ip !== ip && likelyOwner(binding) === station,
    );
  }

  /** The stations of any segment that the name means. */
  resolve(name: HostName): Station[] {
    const segments = new Set([...this.state.stations].map((station) => station.segment));
    return [...segments].flatMap((segment) => this.resolveIn(segment, name) ?? []);
  }

  resolveIn(segment: number, { ip, mac }: HostName): Station | null {
    const station =
      mac === null ? this.ownerOf(segment, ip) : this.state.stations.get(segment, mac.high, mac.low);
    if (station === undefined) return null;
    if (ip !== null) this.named.set(station, ip);
    return station;
  }

  private ownerOf(segment: number, ip: number | null): Station | undefined {
    if (ip === null) return undefined;
    const binding = this.state.bindings.get(segment, ip);
    if (binding !== undefined && binding.claims.length > 0) return likelyOwner(binding);
    const known = this.known.stationAt(segment, ip);
    if (known !== undefined) return known;
    const receiver = binding === undefined ? undefined : likelyOwner(binding);
    if (receiver !== undefined) return receiver;
    for (const [station, named] of this.named) {
      if (named === ip && station.segment === segment) return station;
    }
    for (const { outerDestinationIp, to } of this.state.tunnels) {
      if (outerDestinationIp === ip && to.segment === segment) return to;
    }
    return undefined;
  }
}

/** A disputed address names a host only if it did not have to be kept up by force. */
function holdsUnforced(binding: Binding, station: Station): boolean {
  const claim = binding.claimOf(station);
  return claim !== undefined && station.ownAddresses.has(binding.ip) && forcedClaims(claim) === 0;
}
