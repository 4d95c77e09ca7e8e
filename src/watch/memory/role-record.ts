import type { Forwarding } from "../../knowledge/roles.ts";
import type { Position } from "../../neighbours/base/position.ts";
import type { Station } from "../../neighbours/base/station.ts";
import type { NetworkState } from "../../neighbours/network-state.ts";
import type { RoleAssignment } from "../../roles/role-assignment.ts";
import type { VipRoles } from "../../roles/vip-roles.ts";
import { type FormerTime, isMacText, isPlace, placeOf, stationText } from "./place.ts";
import { isCount, isInt32, isOneOf, objectOf, orNull, type Shape } from "./shape.ts";
import type { StationFinder } from "./station-finder.ts";

/** A part that nobody was seen in for so long is not remembered any more. */
const STALE_SECONDS = 30 * 86_400;

const FORWARDINGS: readonly Forwarding[] = ["direct-routing", "tunnelling"];

export const isVipRoleRecord = objectOf({
  segment: isCount,
  ip: isInt32,
  mac: isMacText,
  part: isOneOf(["director", "real-server"]),
  forwarding: orNull(isOneOf(FORWARDINGS)),
  at: isPlace,
});
export type VipRoleRecord = typeof isVipRoleRecord extends Shape<infer T> ? T : never;

export const isGatewayRecord = objectOf({
  segment: isCount,
  ip: isInt32,
  mac: isMacText,
  at: isPlace,
  beyondIp: isInt32,
});
export type GatewayRecord = typeof isGatewayRecord extends Shape<infer T> ? T : never;

/**
 * The parts that the frames show; what was given is not written down, or it would outlive the flag that gave it.
 *
 * @param now when they are known to play them: where a frame shows it again and again only the first is evidence
 */
export function vipRoleRecords(assignment: RoleAssignment, now: Position): VipRoleRecord[] {
  return assignment.vips.flatMap((vip) =>
    [...inferredVipRoles(vip)].map(([station, role]) => vipRoleRecord(vip, station, role, now)),
  );
}

export function gatewayRecords(assignment: RoleAssignment): GatewayRecord[] {
  return assignment.gateways.flatMap(({ station, carried }) =>
    carried === null
      ? []
      : [
          {
            segment: station.segment,
            ip: carried.ip,
            mac: stationText(station),
            at: placeOf(carried.at),
            beyondIp: carried.beyondIp,
          },
        ],
  );
}

export function restoreRole(
  state: NetworkState,
  find: StationFinder,
  time: FormerTime,
  { segment, ip, mac, part, forwarding, at }: VipRoleRecord,
): void {
  if (time.originSeconds - at[1] > STALE_SECONDS) return;
  state.bindings.of(segment, ip);
  const station = find.station(segment, mac);
  state.remembered.roles.push({ ip, station, role: part, forwarding, at: time.position(at) });
}

export function restoreGateway(
  state: NetworkState,
  find: StationFinder,
  time: FormerTime,
  { segment, ip, mac, at, beyondIp }: GatewayRecord,
): void {
  if (time.originSeconds - at[1] > STALE_SECONDS) return;
  const station = find.station(segment, mac);
  state.remembered.gateways.push({ station, ip, at: time.position(at), beyondIp });
}

interface InferredRole {
  readonly role: "director" | "real-server";
  readonly forwarding: Forwarding | null;
  /** Null where frames of this run show it. */
  readonly at: Position | null;
}

function inferredVipRoles({ evidence, realServers }: VipRoles): Map<Station, InferredRole> {
  const roles = new Map<Station, InferredRole>();
  const forwardingOf = (station: Station) =>
    realServers.find((realServer) => realServer.station === station)?.forwarding ?? null;
  const director = { role: "director", forwarding: null, at: null } as const;
  for (const reason of evidence) {
    switch (reason.what) {
      case "passes-on":
      case "tunnels":
        if (!roles.has(reason.to)) {
          roles.set(reason.to, { role: "real-server", forwarding: forwardingOf(reason.to), at: null });
        }
        roles.set(reason.from, director);
        break;
      case "advertises":
      case "synchronises":
      case "passes-on-unseen":
        roles.set(reason.station, director);
        break;
      case "remembered":
        if (!roles.has(reason.station)) roles.set(reason.station, reason);
        break;
    }
  }
  return roles;
}

function vipRoleRecord(
  { ip }: VipRoles,
  station: Station,
  { role, forwarding, at }: InferredRole,
  now: Position,
): VipRoleRecord {
  return {
    segment: station.segment,
    ip,
    mac: stationText(station),
    part: role,
    forwarding,
    at: placeOf(at ?? now),
  };
}
