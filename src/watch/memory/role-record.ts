import type { Forwarding } from "../../knowledge/roles.ts";
import type { Position } from "../../neighbours/base/position.ts";
import type { Station } from "../../neighbours/base/station.ts";
import type { NetworkState } from "../../neighbours/network-state.ts";
import type { Cast } from "../../roles/cast.ts";
import type { CastVip } from "../../roles/cast-vip.ts";
import { type FormerTime, isMacText, isPlace, placeOf, stationText } from "./place.ts";
import { isCount, isInt32, isOneOf, objectOf, orNull, type Shape } from "./shape.ts";
import type { StationFinder } from "./station-finder.ts";

/** A part that nobody was seen in for so long is not remembered any more. */
const STALE_SECONDS = 30 * 86_400;

const FORWARDINGS: readonly Forwarding[] = ["direct-routing", "tunnelling"];

export const isPartRecord = objectOf({
  segment: isCount,
  ip: isInt32,
  mac: isMacText,
  part: isOneOf(["director", "real-server"]),
  forwarding: orNull(isOneOf(FORWARDINGS)),
  at: isPlace,
});
export type PartRecord = typeof isPartRecord extends Shape<infer T> ? T : never;

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
export function partRecords(cast: Cast, now: Position): PartRecord[] {
  return cast.vips.flatMap((vip) =>
    [...inferredParts(vip)].map(([station, part]) => partRecord(vip, station, part, now)),
  );
}

export function gatewayRecords(cast: Cast): GatewayRecord[] {
  return cast.gateways.flatMap(({ station, carried }) =>
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

export function restorePart(
  state: NetworkState,
  find: StationFinder,
  time: FormerTime,
  { segment, ip, mac, part, forwarding, at }: PartRecord,
): void {
  if (time.originSeconds - at[1] > STALE_SECONDS) return;
  state.bindings.of(segment, ip);
  const station = find.station(segment, mac);
  state.remembered.parts.push({ ip, station, part, forwarding, at: time.position(at) });
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

interface Part {
  readonly part: "director" | "real-server";
  readonly forwarding: Forwarding | null;
  /** Null where frames of this run show it. */
  readonly at: Position | null;
}

function inferredParts({ evidence, realServers }: CastVip): Map<Station, Part> {
  const parts = new Map<Station, Part>();
  const forwardingOf = (station: Station) =>
    realServers.find((realServer) => realServer.station === station)?.forwarding ?? null;
  const director = { part: "director", forwarding: null, at: null } as const;
  for (const reason of evidence) {
    switch (reason.what) {
      case "passes-on":
      case "tunnels":
        if (!parts.has(reason.to)) {
          parts.set(reason.to, { part: "real-server", forwarding: forwardingOf(reason.to), at: null });
        }
        parts.set(reason.from, director);
        break;
      case "advertises":
      case "synchronises":
      case "passes-on-unseen":
        parts.set(reason.station, director);
        break;
      case "remembered":
        if (!parts.has(reason.station)) parts.set(reason.station, reason);
        break;
    }
  }
  return parts;
}

function partRecord(
  { ip }: CastVip,
  station: Station,
  { part, forwarding, at }: Part,
  now: Position,
): PartRecord {
  return {
    segment: station.segment,
    ip,
    mac: stationText(station),
    part,
    forwarding,
    at: placeOf(at ?? now),
  };
}
