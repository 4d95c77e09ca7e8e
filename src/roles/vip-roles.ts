import type { Forwarding, GivenRealServer, GivenRoles, GivenVip, HostName } from "../knowledge/roles.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { RoleEvidence } from "./evidence.ts";
import type { InferredVip } from "./infer-vips.ts";
import { directorByKnowledge } from "./known-director.ts";
import type { KnownOwner, KnownOwners } from "./known-owners.ts";
import { isOwnClaim } from "./likely-owner.ts";
import type { Machines } from "./machines/machines.ts";
import type { Names } from "./names.ts";

interface RealServerRole {
  readonly station: Station;
  readonly forwarding: Forwarding | null;
}

/** A VIP in one broadcast domain, and the stations that have a role for it. */
export interface VipRoles {
  readonly ip: number;
  readonly origin: "given" | "inferred";
  /** The inventory that has it. */
  readonly source?: string;
  /** Null where no frame of the capture names the VIP. */
  readonly binding: Binding | null;
  readonly directors: readonly Station[];
  /** Whether somebody said who they are; else they are those that the frames show. */
  readonly areDirectorsGiven: boolean;
  /** Directors given by an address whose station the capture does not show. */
  readonly unseenDirectors: readonly number[];
  readonly realServers: readonly RealServerRole[];
  readonly evidence: readonly RoleEvidence[];
}

export function inferredVipRoles(
  { binding, directors, realServers, evidence }: InferredVip,
  machines: Machines,
): VipRoles {
  const assignedDirectors = machines.withVirtualMacs(binding, [...directors]);
  return {
    ip: binding.ip,
    origin: "inferred",
    binding,
    directors: assignedDirectors,
    areDirectorsGiven: false,
    unseenDirectors: [],
    realServers: [...realServers]
      .map(([station, forwarding]) => ({ station, forwarding }))
      .filter(({ station }) => !assignedDirectors.includes(station)),
    evidence,
  };
}

/** A VIP that was named, on each segment that shows it: given roles win, roles not given are inferred. */
export function givenVipRoles(
  state: NetworkState,
  names: Names,
  owners: KnownOwners,
  vip: GivenVip,
  given: GivenRoles,
  inferred: ReadonlyMap<Binding, InferredVip>,
  machines: Machines,
  isNameless: (station: Station) => boolean,
): VipRoles[] {
  const directorNames = [...given.directors, ...vip.directors];
  const realServerNames = [...given.realServers, ...vip.realServers];
  const bindings = state.bindings.at(vip.ip);
  if (bindings.length === 0) bindings.push(...segmentsOf(state, names, directorNames, vip.ip));
  if (bindings.length === 0) {
    return [
      {
        ip: vip.ip,
        origin: "given",
        binding: null,
        directors: [],
        areDirectorsGiven: directorNames.length > 0,
        unseenDirectors: directorNames.flatMap(({ ip }) => ip ?? []),
        realServers: [],
        evidence: [{ what: "given" }, { what: "never-seen" }],
      },
    ];
  }
  return bindings.map((binding) => {
    const seen = inferred.get(binding);
    const members: VipMembers = {
      binding,
      directors: directorNames.map((name) => ({ name, station: names.resolveIn(binding.segment, name) })),
      realServers: realServerNames.map((name) => ({ name, station: names.resolveIn(binding.segment, name) })),
    };
    nameByElimination(names, members, isNameless);
    const roles = assignVipRoles(members, seen, owners, machines);
    return vip.source === undefined ? roles : { ...roles, source: vip.source };
  });
}

/** A name that was given, and the station it turned out to be. */
interface Resolved<Name extends HostName> {
  readonly name: Name;
  station: Station | null;
}

interface VipMembers {
  readonly binding: Binding;
  readonly directors: Resolved<HostName>[];
  readonly realServers: Resolved<GivenRealServer>[];
}

/** The segment of a VIP that no frame names is that of its directors. */
function segmentsOf(
  state: NetworkState,
  names: Names,
  directors: readonly HostName[],
  ip: number,
): Binding[] {
  const segments = new Set(directors.flatMap((name) => names.resolve(name)).map(({ segment }) => segment));
  return [...segments].map((segment) => state.bindings.of(segment, ip));
}

/**
 * Hosts that only ever act for the VIP never show their own addresses. What they do tells directors from real servers:
 * real servers answer the clients, from the VIP, or are passed its frames by another. If then as many of one sort are
 * left as names, they belong together, and of a single one the address is known, too.
 */
function nameByElimination(
  names: Names,
  { binding, directors, realServers }: VipMembers,
  isNameless: (station: Station) => boolean,
): void {
  const resolved = new Set([...directors, ...realServers].map(({ station }) => station));
  const nameless = unique([
    ...binding.claims.map(({ station }) => station),
    ...binding.receivers.keys(),
  ]).filter((station) => !resolved.has(station) && isNameless(station));
  const unseenDirectors = directors.filter(isUnseen);
  const unseenRealServers = realServers.filter(isUnseen);
  const others = nameless.filter((station) => !serves(binding, station));
  identify(
    names,
    unseenRealServers,
    nameless.filter((station) => serves(binding, station)),
  );
  if (others.length === unseenDirectors.length) identify(names, unseenDirectors, others);
  else if (unseenDirectors.length === 0) identify(names, unseenRealServers.filter(isUnseen), others);
}

function isUnseen({ station }: Resolved<HostName>): boolean {
  return station === null;
}

function serves(binding: Binding, station: Station): boolean {
  return binding.ipSenders.has(station) || binding.served.has(station);
}

function identify(names: Names, unseen: Resolved<HostName>[], stations: readonly Station[]): void {
  if (stations.length > unseen.length) return;
  for (const [index, resolved] of unseen.entries()) {
    const station = stations[index];
    if (station === undefined) continue;
    resolved.station = station;
    if (unseen.length === 1 && resolved.name.ip !== null) names.give(station, resolved.name.ip);
  }
}

function assignVipRoles(
  { binding, directors, realServers }: VipMembers,
  seen: InferredVip | undefined,
  owners: KnownOwners,
  machines: Machines,
): VipRoles {
  const givenDirectors = stationsOf(directors);
  let known: KnownOwner | null = null;
  if (directors.length === 0 && !seen?.directors.size) {
    known = directorByKnowledge(owners, binding, [
      ...stationsOf(realServers),
      ...(seen?.realServers.keys() ?? []),
    ]);
  }
  const inferredDirectors = seen?.directors.size
    ? [...seen.directors]
    : onlySilentClaimant(binding, stationsOf(realServers));
  const assignedDirectors = machines.withVirtualMacs(
    binding,
    directors.length > 0 ? givenDirectors : known !== null ? [known.station] : inferredDirectors,
  );
  const givenRealServers = realServers.flatMap(({ name, station }) =>
    station === null
      ? []
      : [{ station, forwarding: name.forwarding ?? seen?.realServers.get(station) ?? null }],
  );
  const assignedRealServers =
    realServers.length > 0 ? givenRealServers : inferRealServers(binding, seen, assignedDirectors, machines);
  const unseenDirectors = directors.flatMap(({ name, station }) =>
    station === null && name.ip !== null ? [name.ip] : [],
  );
  return {
    ip: binding.ip,
    origin: "given",
    binding,
    directors: assignedDirectors,
    areDirectorsGiven: directors.length > 0,
    unseenDirectors,
    realServers: assignedRealServers.filter(({ station }) => !assignedDirectors.includes(station)),
    evidence: [
      { what: "given" },
      ...unseenDirectors.map((ip) => ({ what: "unseen-director" as const, ip })),
      ...(known === null
        ? []
        : [{ what: "known" as const, station: known.station, source: known.known.source }]),
      ...(seen?.evidence ?? []),
      ...contradictions(
        seen,
        directors.length > 0 ? assignedDirectors : null,
        realServers.length > 0 ? assignedRealServers : null,
      ),
    ],
  };
}

/** Somebody must own a VIP that was named: of those who claim it the one that does not serve it, if it is only one. */
function onlySilentClaimant(binding: Binding, realServers: readonly Station[]): Station[] {
  const claimants = binding.claims.filter(isOwnClaim).map(({ station }) => station);
  const silent = claimants.filter((station) => !serves(binding, station) && !realServers.includes(station));
  return silent.length === 1 ? silent : [];
}

/** Those to whom a director passes frames on; and, where it is known, those who answer clients from the VIP beside it. */
function inferRealServers(
  binding: Binding,
  seen: InferredVip | undefined,
  directors: readonly Station[],
  machines: Machines,
): RealServerRole[] {
  const found = [...(seen?.realServers ?? [])].map(([station, forwarding]) => ({ station, forwarding }));
  const someoneElseHoldsIt = binding.claims.some(({ station }) => !binding.ipSenders.has(station));
  if (directors.length === 0 && !someoneElseHoldsIt) return found;
  for (const station of binding.ipSenders.keys()) {
    if (found.some((known) => known.station === station) || directors.includes(station)) continue;
    const claim = binding.claimOf(station);
    if (claim !== undefined && machines.of(binding, claim) === null)
      found.push({ station, forwarding: null });
  }
  return found;
}

/** Roles that the frames show and the given roles leave out; null where none were given. */
function contradictions(
  seen: InferredVip | undefined,
  directors: readonly Station[] | null,
  realServers: readonly RealServerRole[] | null,
): RoleEvidence[] {
  const unnamedDirectors = [...(seen?.directors ?? [])].filter(
    (station) => directors !== null && !directors.includes(station),
  );
  const unnamedRealServers = [...(seen?.realServers.keys() ?? [])].filter(
    (station) =>
      realServers !== null &&
      directors?.includes(station) !== true &&
      !realServers.some((known) => known.station === station),
  );
  return [
    ...unnamedDirectors.map((station) => ({
      what: "contradiction" as const,
      station,
      role: "director" as const,
    })),
    ...unnamedRealServers.map((station) => ({
      what: "contradiction" as const,
      station,
      role: "real-server" as const,
    })),
  ];
}

function stationsOf(resolved: readonly Resolved<HostName>[]): Station[] {
  return unique(resolved.flatMap(({ station }) => station ?? []));
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}
