import type { Mac } from "../knowledge/address.ts";
import { byAddress } from "../knowledge/by-address.ts";
import type { Forwarding, GivenRealServer, GivenRoles, HostName } from "../knowledge/roles.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { isOwnClaim } from "../roles/likely-owner.ts";
import { RoleAssignment } from "../roles/role-assignment.ts";
import type { VipRoles } from "../roles/vip-roles.ts";
import { claimSpan } from "./moves.ts";

/**
 * What a topology promises.
 *
 * - `vip-owner`           a director, and nobody else, claims the VIP
 * - `real-server-silent`  the real server never claims it
 * - `forwarding`          the real server gets its packets in the way named
 * - `gateway`             the gateway's address is at its MAC, and at no other
 */
export type ExpectationKind = "vip-owner" | "real-server-silent" | "forwarding" | "gateway";

/** Unobserved: the capture shows nothing for it, nor against it. */
export type ExpectationResult = "met" | "violated" | "unobserved";

/** One promise, and what the frames say of it. */
export interface Expectation {
  readonly kind: ExpectationKind;
  readonly result: ExpectationResult;
  /** The VIP or the gateway's address; null for a gateway that only a MAC names. */
  readonly ip: number | null;
  readonly segment: number;
  /** Whom it is about, as the file names it. */
  readonly expected: readonly HostName[];
  readonly expectedForwarding: Forwarding | null;
  /** Who did what was not expected, or did what was. */
  readonly seen: Station | null;
  readonly seenForwarding: Forwarding | null;
  readonly evidence: readonly Position[];
}

/** Holds a topology against the frames: it is no source of roles here, so that it cannot fulfil itself. */
export function checkExpectations(state: NetworkView, expected: GivenRoles): Expectation[] {
  // Only to find out whom the names mean.
  const assignment = new RoleAssignment(state, expected);
  const unguided = new RoleAssignment(state, {
    vips: expected.vips.map(({ ip }) => ({ ip, directors: [], realServers: [] })),
    directors: [],
    realServers: [],
    gateways: [],
  });
  const given = byAddress(
    assignment.vips.filter(({ origin }) => origin === "given"),
    ({ ip }) => ip,
  );
  const bindings = byAddress(expected.gateways.length === 0 ? [] : state.bindings, ({ ip }) => ip);
  return [
    ...expected.vips.flatMap(({ ip, directors, realServers }) => {
      const owners = [...expected.directors, ...directors];
      const servers = [...expected.realServers, ...realServers];
      return (given.get(ip) ?? []).flatMap((vip) => [
        ...expectOwner(vip, owners),
        ...servers.flatMap((server) => expectServer(state, assignment, unguided, vip, server)),
      ]);
    }),
    ...expected.gateways.flatMap((gateway) => expectGateway(state, assignment, bindings, gateway)),
  ];
}

function expectOwner(vip: VipRoles, owners: readonly HostName[]): Expectation[] {
  if (owners.length === 0) return [];
  const base = {
    kind: "vip-owner",
    ip: vip.ip,
    segment: vip.binding?.segment ?? 0,
    expected: owners,
  } as const;
  const claims = (vip.binding?.claims ?? []).filter(isOwnClaim);
  const strangers = claims.filter(({ station }) => !vip.directors.includes(station));
  const [stranger] = strangers;
  // With a director that no frame identifies a stranger may be the director itself.
  const mayBeDirector = vip.unseenDirectors.length > 0 && !isOtherwiseKnown(vip, stranger?.station);
  if (stranger !== undefined && !mayBeDirector)
    return [outcome(base, "violated", stranger.station, framesOf(strangers))];
  const own = claims.filter(({ station }) => vip.directors.includes(station));
  const [first] = own;
  if (first !== undefined) return [outcome(base, "met", first.station, framesOf(own).slice(0, 1))];
  return [outcome(base, "unobserved", stranger?.station ?? null, framesOf(strangers))];
}

function isOtherwiseKnown(vip: VipRoles, station: Station | undefined): boolean {
  return station !== undefined && vip.realServers.some((server) => server.station === station);
}

function expectServer(
  state: NetworkView,
  assignment: RoleAssignment,
  unguided: RoleAssignment,
  vip: VipRoles,
  server: GivenRealServer,
): Expectation[] {
  const { binding } = vip;
  const segment = binding?.segment ?? 0;
  const base = { ip: vip.ip, segment, expected: [server] } as const;
  const station = vip.realServers
    .map((known) => known.station)
    .find((known) => isNamed(assignment, known, server));
  const claim = station === undefined ? undefined : binding?.claims.find((one) => one.station === station);
  const claims = claim !== undefined && isOwnClaim(claim);
  const isSeen = station !== undefined && (claims || assignment.known.isAlive(station));
  const silence = outcome(
    { ...base, kind: "real-server-silent" },
    claims ? "violated" : isSeen ? "met" : "unobserved",
    station ?? null,
    claims ? framesOf([claim]) : [],
  );
  if (server.forwarding === null) return [silence];
  const seen = forwardingSeen(state, unguided, binding, station);
  const result = seen === null ? "unobserved" : seen === server.forwarding ? "met" : "violated";
  return [
    silence,
    {
      ...outcome({ ...base, kind: "forwarding" }, result, station ?? null, forwardedAt(binding, station)),
      expectedForwarding: server.forwarding,
      seenForwarding: seen,
    },
  ];
}

function forwardingSeen(
  state: NetworkView,
  unguided: RoleAssignment,
  binding: Binding | null,
  station: Station | undefined,
): Forwarding | null {
  if (binding === null || station === undefined) return null;
  const tunnelled = [...state.tunnels.to(binding.segment, binding.ip)].some(({ to }) => to === station);
  if (tunnelled) return "tunnelling";
  const vip = unguided.vipOf(binding);
  return vip?.realServers.find((server) => server.station === station)?.forwarding ?? null;
}

function forwardedAt(binding: Binding | null, station: Station | undefined): Position[] {
  const passing = binding?.passings.find(({ to }) => to === station);
  return passing === undefined ? [] : [passing.at];
}

function expectGateway(
  state: NetworkView,
  assignment: RoleAssignment,
  byIp: ReadonlyMap<number, readonly Binding[]>,
  gateway: HostName,
): Expectation[] {
  const { ip, mac } = gateway;
  if (ip === null) {
    const stations = [...state.stations].filter((station) => mac !== null && hasMac(station, mac));
    const alive = stations.find((station) => assignment.known.isAlive(station));
    const base = { kind: "gateway", ip, segment: alive?.segment ?? 0, expected: [gateway] } as const;
    return [outcome(base, alive === undefined ? "unobserved" : "met", alive ?? null, [])];
  }
  const bindings = (byIp.get(ip) ?? []).filter((binding) => binding.claims.some(isOwnClaim));
  if (bindings.length === 0) {
    const base = { kind: "gateway", ip, segment: 0, expected: [gateway] } as const;
    return [outcome(base, "unobserved", null, [])];
  }
  return bindings.map((binding) => {
    const base = { kind: "gateway", ip, segment: binding.segment, expected: [gateway] } as const;
    const claims = binding.claims.filter(isOwnClaim);
    const [owner] = claims;
    // Without a MAC to expect, that there is more than one is all that can be wrong.
    const right = mac === null ? claims.slice(0, 1) : claims.filter(({ station }) => hasMac(station, mac));
    const wrong = claims.filter((claim) => !right.includes(claim));
    const [stranger] = wrong;
    if (stranger !== undefined) return outcome(base, "violated", stranger.station, framesOf(wrong));
    return outcome(base, "met", owner?.station ?? null, framesOf(right).slice(0, 1));
  });
}

function outcome(
  base: Pick<Expectation, "kind" | "ip" | "segment" | "expected">,
  result: ExpectationResult,
  seen: Station | null,
  evidence: readonly Position[],
): Expectation {
  return { ...base, result, seen, evidence, expectedForwarding: null, seenForwarding: null };
}

function framesOf(claims: readonly Claim[]): Position[] {
  return claims.flatMap((claim) => claimSpan(claim)?.first ?? []).toSorted((a, b) => a.ordinal - b.ordinal);
}

function isNamed(assignment: RoleAssignment, station: Station, { ip, mac }: HostName): boolean {
  if (mac !== null) return hasMac(station, mac);
  return ip !== null && assignment.ipOf(station) === ip;
}

function hasMac({ macHigh, macLow }: Station, mac: Mac): boolean {
  return macHigh === mac.high && macLow === mac.low;
}
