import type { Binding, Claim } from "../neighbours/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { Station } from "../neighbours/station.ts";
import type { Forwarding, GivenRealServer, GivenRoles, GivenVip, HostName } from "../network/roles.ts";

export const ROLES = ["gateway", "director", "real-server", "client", "host", "unknown"] as const;
export type Role = (typeof ROLES)[number];

export interface CastRealServer {
  readonly station: Station;
  readonly forwarding: Forwarding | null;
}

/** A VIP in one broadcast domain, and the stations that play its parts. */
export interface CastVip {
  readonly ip: number;
  readonly origin: "given" | "inferred";
  /** Null where no frame of the capture names the VIP. */
  readonly binding: Binding | null;
  readonly directors: readonly Station[];
  /** Directors given by an address whose station the capture does not show. */
  readonly unseenDirectors: readonly number[];
  readonly realServers: readonly CastRealServer[];
}

/** Who of the stations seen plays which part: names that were given, tied to the MACs that the frames show. */
export class Cast {
  readonly vips: readonly CastVip[];
  readonly gateways: readonly Station[];
  private readonly state: NetworkState;
  private readonly vipIps: ReadonlySet<number>;
  private readonly claimed: Map<Station, Claimed[]>;
  private readonly roles = new Map<Station, Role>();
  private readonly givenIps = new Map<Station, number>();

  constructor(state: NetworkState, given: GivenRoles) {
    this.state = state;
    this.vipIps = new Set(given.vips.map(({ ip }) => ip));
    this.claimed = claimsByStation(state);
    this.gateways = given.gateways.flatMap((name) => this.resolve(name));
    for (const gateway of this.gateways) this.roles.set(gateway, "gateway");
    this.vips = given.vips.flatMap((vip) => this.castVip(vip, given));
    for (const vip of this.vips) {
      for (const { station } of vip.realServers) this.roles.set(station, "real-server");
    }
    // A host may be both; what it does with the VIP then is a director's right.
    for (const vip of this.vips) {
      for (const director of vip.directors) this.roles.set(director, "director");
    }
  }

  vipOf(binding: Binding): CastVip | undefined {
    return this.vips.find((vip) => vip.binding === binding);
  }

  isVip(ip: number): boolean {
    return this.vipIps.has(ip);
  }

  roleOf(station: Station): Role {
    return this.roles.get(station) ?? (this.claimed.has(station) ? "host" : "unknown");
  }

  /** The address that names the host to a person: never a VIP, which names a service. */
  ipOf(station: Station): number | null {
    const given = this.givenIps.get(station);
    if (given !== undefined) return given;
    const candidates = (this.claimed.get(station) ?? []).filter(
      ({ binding }) => !this.vipIps.has(binding.ip),
    );
    const own = candidates.find(({ binding }) => station.ownAddresses.has(binding.ip));
    return (own ?? candidates[0])?.binding.ip ?? null;
  }

  private castVip(vip: GivenVip, given: GivenRoles): CastVip[] {
    const bindings = [...this.state.bindings].filter((binding) => binding.ip === vip.ip);
    const directorNames = [...given.directors, ...vip.directors];
    const realServerNames = [...given.realServers, ...vip.realServers];
    if (bindings.length === 0) bindings.push(...this.placeUnseen(directorNames, vip.ip));
    if (bindings.length === 0) {
      const unseenDirectors = directorNames.flatMap(({ ip }) => ip ?? []);
      return [
        { ip: vip.ip, origin: "given", binding: null, directors: [], unseenDirectors, realServers: [] },
      ];
    }
    return bindings.map((binding) => {
      const directors = this.resolveAll(binding.segment, directorNames);
      const realServers = this.resolveAll(binding.segment, realServerNames);
      this.nameByElimination(binding, directors, realServers);
      const directorStations = unique(directors.flatMap(({ station }) => station ?? []));
      return {
        ip: vip.ip,
        origin: "given" as const,
        binding,
        directors: directorStations,
        unseenDirectors: directors.flatMap(({ name, station }) =>
          station === null && name.ip !== null ? [name.ip] : [],
        ),
        realServers: realServers.flatMap(({ name, station }) => {
          if (station === null) return [];
          const forwarding = name.forwarding ?? this.forwardingTo(binding, station, directorStations);
          return [{ station, forwarding }];
        }),
      };
    });
  }

  /** The segment of a VIP that no frame names is that of its directors. */
  private placeUnseen(directors: readonly HostName[], ip: number): Binding[] {
    const segments = new Set(directors.flatMap((name) => this.resolve(name)).map(({ segment }) => segment));
    return [...segments].map((segment) => this.state.bindings.of(segment, ip));
  }

  private resolveAll<Name extends HostName>(segment: number, names: readonly Name[]): Resolved<Name>[] {
    return names.map((name) => ({ name, station: this.resolveIn(segment, name)[0] ?? null }));
  }

  /**
   * Hosts that only ever act for the VIP never show their own addresses. What they do tells directors from real
   * servers: real servers answer the clients, from the VIP, or are passed its frames by another. If then as many of one
   * sort are left as names, they belong together, and of a single one the address is known, too.
   */
  private nameByElimination(
    binding: Binding,
    directors: Resolved<HostName>[],
    realServers: Resolved<GivenRealServer>[],
  ): void {
    const named = [...directors, ...realServers];
    const nameless = unique([...binding.claims.map(({ station }) => station), ...binding.receivers]).filter(
      (station) =>
        !named.some((resolved) => resolved.station === station) &&
        this.ipOf(station) === null &&
        !this.roles.has(station),
    );
    const serves = (station: Station) => binding.speakers.has(station) || binding.served.has(station);
    const unseenDirectors = directors.filter(({ station }) => station === null);
    const unseenRealServers = realServers.filter(({ station }) => station === null);
    const serving = nameless.filter(serves);
    const others = nameless.filter((station) => !serves(station));
    if (unseenDirectors.length === 0) this.identify(unseenRealServers, nameless);
    else if (unseenRealServers.length === 0) this.identify(unseenDirectors, nameless);
    else {
      this.identify(unseenRealServers, serving);
      if (others.length === unseenDirectors.length) this.identify(unseenDirectors, others);
    }
  }

  private identify(names: Resolved<HostName>[], stations: readonly Station[]): void {
    if (stations.length > names.length) return;
    for (const [index, resolved] of names.entries()) {
      const station = stations[index];
      if (station === undefined) continue;
      resolved.station = station;
      if (names.length === 1 && resolved.name.ip !== null) this.givenIps.set(station, resolved.name.ip);
    }
  }

  /** How a director passes the VIP's frames on to the real server, by the frames that it sends to its MAC. */
  private forwardingTo(
    binding: Binding,
    realServer: Station,
    directors: readonly Station[],
  ): Forwarding | null {
    for (const row of this.state.traffic.rows()) {
      if (row.destinationIp !== binding.ip || row.segment !== binding.segment) continue;
      const sender = this.state.stations.get(row.segment, row.sourceMacHigh, row.sourceMacLow);
      const isHere =
        row.destinationMacHigh === realServer.macHigh && row.destinationMacLow === realServer.macLow;
      if (isHere && sender !== undefined && directors.includes(sender)) return "direct-routing";
    }
    return this.state.tunnels.endsAt(binding.ip, realServer) ? "tunnelling" : null;
  }

  private resolve(name: HostName): Station[] {
    const segments = new Set([...this.state.stations].map((station) => station.segment));
    return unique([...segments].flatMap((segment) => this.resolveIn(segment, name)));
  }

  private resolveIn(segment: number, { ip, mac }: HostName): Station[] {
    const station =
      mac === null ? this.ownerOf(segment, ip) : this.state.stations.get(segment, mac.high, mac.low);
    if (station === undefined) return [];
    if (ip !== null) this.givenIps.set(station, ip);
    return [station];
  }

  private ownerOf(segment: number, ip: number | null): Station | undefined {
    const binding = ip === null ? undefined : this.state.bindings.get(segment, ip);
    return binding === undefined ? undefined : likelyOwner(binding);
  }
}

/** A name that was given, and the station it turned out to be. */
interface Resolved<Name extends HostName> {
  readonly name: Name;
  station: Station | null;
}

interface Claimed {
  readonly binding: Binding;
  readonly claim: Claim;
}

/**
 * Which of several claimants an address belongs to, as far as ARP tells.
 *
 * First seen is no argument: poison often comes before truth. A kernel that holds an address answers when asked and
 * asks in its name; one that only ever sends replies which nobody asked for does not hold it.
 */
export function likelyOwner(binding: Binding): Station | undefined {
  const ranked = binding.claims
    .filter((claim) => isOwnClaim(claim))
    .toSorted((a, b) => ownership(b, binding.ip) - ownership(a, binding.ip));
  return ranked[0]?.station ?? [...binding.receivers][0];
}

/** Whether at least one of the frames that claim the address for the station was sent by it. */
export function isOwnClaim(claim: Claim): boolean {
  return [...claim.tallies.values()].some((tally) =>
    tally.evidence.some((evidence) => evidence.sentBy === claim.station),
  );
}

function ownership(claim: Claim, ip: number): number {
  const unsolicited = claim.tallies.get("unsolicited-reply")?.count ?? 0;
  const held = claim.station.ownAddresses.has(ip);
  return (held ? 2 : 0) + (unsolicited === 0 ? 1 : 0);
}

function claimsByStation(state: NetworkState): Map<Station, Claimed[]> {
  const claimed = new Map<Station, Claimed[]>();
  for (const binding of state.bindings) {
    for (const claim of binding.claims) {
      const list = claimed.get(claim.station);
      if (list === undefined) claimed.set(claim.station, [{ binding, claim }]);
      else list.push({ binding, claim });
    }
  }
  return claimed;
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}
