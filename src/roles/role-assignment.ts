import type { GivenRoles } from "../knowledge/roles.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { Impostors } from "./impostors.ts";
import { type InferredGateway, inferGateways } from "./infer-gateways.ts";
import { type InferredVip, inferVips } from "./infer-vips.ts";
import { KnownOwners } from "./known-owners.ts";
import { Labels } from "./labels.ts";
import { Machines } from "./machines/machines.ts";
import { Names } from "./names.ts";
import { isProxyForOne } from "./proxies.ts";
import { Relays } from "./relays.ts";
import { RoutedVips } from "./routed-vips.ts";
import { givenVipRoles, inferredVipRoles, type VipRoles } from "./vip-roles.ts";

export const ROLES = ["gateway", "director", "real-server", "client", "host", "unknown"] as const;
export type Role = (typeof ROLES)[number];

export interface GatewayRole {
  readonly station: Station;
  readonly origin: "given" | "inferred";
  /** A frame from or to beyond the segment that it carried; null where the role is given. */
  readonly carried: InferredGateway | null;
}

/** The role of each station: as given, otherwise as the frames show. */
export class RoleAssignment {
  readonly vips: readonly VipRoles[];
  readonly gateways: readonly GatewayRole[];
  /** Whether frames of the captures carry VLAN tags. */
  readonly spansVlans: boolean;
  readonly relays: Relays;
  readonly routed: RoutedVips;
  readonly machines: Machines;
  readonly impostors: Impostors;
  readonly known: KnownOwners;
  private readonly labels: Labels;
  private readonly names: Names;
  private readonly gatewayIps: ReadonlySet<number>;
  private readonly vipIps: ReadonlySet<number>;
  private readonly roles = new Map<Station, Role>();
  private readonly vipByBinding = new Map<Binding, VipRoles>();
  private readonly gatewayByStation = new Map<Station, GatewayRole>();
  /** By segment: the addresses that hosts look inferred gateways up by. */
  private readonly gatewayIpsIn = new Map<number, Set<number>>();

  constructor(state: NetworkView, given: GivenRoles) {
    this.spansVlans = [...state.stations].some(({ segment }) => (segment & 0xfff) !== 0);
    this.known = new KnownOwners(state);
    this.labels = new Labels(given.labels ?? []);
    this.names = new Names(state, this.known);
    this.relays = new Relays(state);
    this.routed = new RoutedVips(state);
    this.machines = new Machines(state);
    this.gatewayIps = new Set(given.gateways.flatMap(({ ip }) => ip ?? []));
    this.impostors = new Impostors(state, (station, ip) => this.names.ownsBesides(station, ip));
    this.gateways = this.assignGateways(state, given);
    for (const gateway of this.gateways) this.enterGateway(gateway);
    const inferred = inferVips(state, this.impostors, (binding, station) => this.isProxy(binding, station));
    this.vipIps = new Set([...given.vips.map(({ ip }) => ip), ...inferred.map(({ binding }) => binding.ip)]);
    this.vips = this.assignVips(state, given, inferred);
    for (const vip of this.vips) {
      if (vip.binding !== null && !this.vipByBinding.has(vip.binding))
        this.vipByBinding.set(vip.binding, vip);
    }
    this.assignRoles();
  }

  vipOf(binding: Binding): VipRoles | undefined {
    return this.vipByBinding.get(binding);
  }

  isVip(ip: number): boolean {
    return this.vipIps.has(ip);
  }

  hasOtherAddress(station: Station, ip: number): boolean {
    return this.names.ownsBesides(station, ip);
  }

  /** Whether the station is a router that hosts look up by this address. */
  isGatewayAt(station: Station, ip: number): boolean {
    const gateway = this.gatewayByStation.get(station);
    return gateway !== undefined && (gateway.carried?.ip === ip || station.ownAddresses.has(ip));
  }

  /** Whether it is a gateway's address, though perhaps nobody is seen to have it by right. */
  isGatewayAddress({ segment, ip }: Binding): boolean {
    return this.gatewayIps.has(ip) || this.gatewayIpsIn.get(segment)?.has(ip) === true;
  }

  /** The address by which hosts look a router up. */
  gatewayAddressOf(station: Station): number | undefined {
    const gateway = this.gatewayByStation.get(station);
    if (gateway === undefined) return undefined;
    if (gateway.carried !== null) return gateway.carried.ip;
    for (const ip of station.ownAddresses) if (this.gatewayIps.has(ip)) return ip;
    return undefined;
  }

  /** Whether the station is a router that hosts look up by another address. */
  routesElsewhere(station: Station, ip: number): boolean {
    const own = this.gatewayAddressOf(station);
    return own !== undefined && own !== ip;
  }

  private isProxy(binding: Binding, station: Station): boolean {
    return (
      this.routesElsewhere(station, binding.ip) &&
      isProxyForOne(binding, station, (other, ip) => this.names.ownsBesides(other, ip))
    );
  }

  roleOf(station: Station): Role {
    return this.roles.get(station) ?? (this.names.isHost(station) ? "host" : "unknown");
  }

  /** The address that names the host to a person: never a VIP, which names a service. */
  ipOf(station: Station): number | null {
    return this.names.ipOf(station, (ip) => this.vipIps.has(ip));
  }

  /** The host's own address, as its requests for other hosts show it; null where they show none, or only a VIP. */
  askedUnder(station: Station): number | null {
    return this.names.askedUnder(station, (ip) => this.vipIps.has(ip));
  }

  /** What the host is called, null where no inventory says so. */
  nameOf(station: Station): string | null {
    return this.labels.nameOf(station, this.ipOf(station));
  }

  /** Who made its network card, null where no inventory says so. */
  vendorOf(station: Station): string | null {
    return this.labels.vendorOf(station, this.ipOf(station));
  }

  private assignGateways(state: NetworkView, given: GivenRoles): GatewayRole[] {
    if (given.gateways.length > 0) {
      const stations = given.gateways.flatMap((name) => this.names.resolve(name));
      return [...new Set(stations)].map((station) => ({ station, origin: "given", carried: null }));
    }
    return inferGateways(state, this.relays, this.routed).map((carried) => ({
      station: carried.station,
      origin: "inferred",
      carried,
    }));
  }

  private enterGateway(gateway: GatewayRole): void {
    const { station, carried } = gateway;
    this.gatewayByStation.set(station, gateway);
    if (carried === null) return;
    const ips = this.gatewayIpsIn.get(station.segment) ?? new Set();
    this.gatewayIpsIn.set(station.segment, ips.add(carried.ip));
  }

  private assignVips(state: NetworkView, given: GivenRoles, inferred: readonly InferredVip[]): VipRoles[] {
    const isNameless = (station: Station) =>
      this.ipOf(station) === null && !this.gatewayByStation.has(station);
    const inferredByBinding = new Map(inferred.map((vip) => [vip.binding, vip]));
    const vips = given.vips.flatMap((vip) =>
      givenVipRoles(state, this.names, this.known, vip, given, inferredByBinding, this.machines, isNameless),
    );
    const known = new Set(vips.map(({ binding }) => binding));
    return [
      ...vips,
      ...inferred
        .filter(({ binding }) => !known.has(binding))
        .map((vip) => inferredVipRoles(vip, this.machines)),
    ];
  }

  private assignRoles(): void {
    const assign = (role: Role, stations: Iterable<Station>) => {
      for (const station of stations) this.roles.set(station, role);
    };
    for (const { binding } of this.vips) {
      for (const senders of binding?.receivers.values() ?? []) assign("client", senders);
    }
    assign(
      "gateway",
      this.gateways.map(({ station }) => station),
    );
    // A host may have several roles. Director wins over the others: a director may do anything with the VIP.
    for (const { realServers } of this.vips) {
      assign(
        "real-server",
        realServers.map(({ station }) => station),
      );
    }
    for (const { directors } of this.vips) assign("director", directors);
  }
}
