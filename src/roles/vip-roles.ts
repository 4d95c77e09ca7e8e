import type { Forwarding, GivenRealServer, GivenRoles, GivenVip, HostName } from "../knowledge/roles.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { type GivenHosts, identifyByElimination, type Resolved } from "./elimination.ts";
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
  /** Hosts that speak for the VIP, and of which no frame tells whether they are one of the unseen directors. */
  readonly undecided: readonly Station[];
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
    undecided: [],
    realServers: [...realServers]
      .map(([station, forwarding]) => ({ station, forwarding }))
      .filter(({ station }) => !assignedDirectors.includes(station)),
    evidence,
  };
}

/** A VIP that was named, on each segment that shows it: given roles win, roles not given are inferred. */
export function givenVipRoles(
  state: NetworkView,
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
        undecided: [],
        realServers: [],
        evidence: [{ what: "given" }, { what: "never-seen" }],
      },
    ];
  }
  return bindings.map((binding) => {
    const seen = inferred.get(binding);
    const members: GivenHosts<GivenRealServer> = {
      binding,
      directors: directorNames.map((name) => ({ name, station: names.resolveIn(binding.segment, name) })),
      realServers: realServerNames.map((name) => ({ name, station: names.resolveIn(binding.segment, name) })),
    };
    identifyByElimination(state, names, members, isNameless);
    const roles = assignVipRoles(members, seen, owners, machines, isNameless);
    return vip.source === undefined ? roles : { ...roles, source: vip.source };
  });
}

/** The segment of a VIP that no frame names is that of its directors. */
function segmentsOf(state: NetworkView, names: Names, directors: readonly HostName[], ip: number): Binding[] {
  const segments = new Set(directors.flatMap((name) => names.resolve(name)).map(({ segment }) => segment));
  return [...segments].map((segment) => state.bindings.named(segment, ip));
}

function assignVipRoles(
  { binding, directors, realServers }: GivenHosts<GivenRealServer>,
  seen: InferredVip | undefined,
  owners: KnownOwners,
  machines: Machines,
  isNameless: (station: Station) => boolean,
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
  const undecided =
    unseenDirectors.length === 0 ? [] : claimantsBesides(binding, [...directors, ...realServers], isNameless);
  return {
    ip: binding.ip,
    origin: "given",
    binding,
    directors: assignedDirectors,
    areDirectorsGiven: directors.length > 0,
    unseenDirectors,
    undecided,
    realServers: assignedRealServers.filter(({ station }) => !assignedDirectors.includes(station)),
    evidence: [
      { what: "given" },
      ...unseenDirectors.map((ip) => ({ what: "unseen-director" as const, ip, candidates: undecided })),
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

/** Hosts that claim the VIP, and that no frame shows to be one of those given, or to have an address of its own. */
function claimantsBesides(
  binding: Binding,
  given: readonly Resolved<HostName>[],
  isNameless: (station: Station) => boolean,
): Station[] {
  return binding.claims
    .filter((claim) => isOwnClaim(claim) && isNameless(claim.station))
    .map(({ station }) => station)
    .filter((station) => !given.some((known) => known.station === station));
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
    if (
      claim !== undefined &&
      machines.of(binding, claim) === null &&
      machines.cardBeside(binding, claim, directors) === null
    )
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

function serves(binding: Binding, station: Station): boolean {
  return binding.ipSenders.has(station) || binding.served.has(station);
}
