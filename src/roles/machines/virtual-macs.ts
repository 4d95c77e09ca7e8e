import { earliest, type Position } from "../../neighbours/base/position.ts";
import type { Station } from "../../neighbours/base/station.ts";
import type { ClaimSpan } from "../../neighbours/claims/claim.ts";
import {
  type Advertiser,
  hasHeldOffice,
  patienceNs,
  type VirtualRouter,
} from "../../neighbours/control/adverts.ts";
import { isHsrpMac } from "../../neighbours/control/first-hops.ts";
import type { NetworkView } from "../../neighbours/network-view.ts";
import { likelyOwner } from "../likely-owner.ts";

export type GroupProtocol = "VRRP" | "CARP" | "HSRP" | "GLBP";

export interface VirtualMac {
  readonly protocol: GroupProtocol;
  /** VRID, VHID or group number. */
  readonly group: number;
  /** A frame by which the group's members keep in touch. */
  readonly heard: Position;
  /** The members' own cards, as far as their messages show them. */
  readonly members: readonly Station[];
  /** Of VRRP and CARP: who was master, and when. */
  readonly offices: readonly Office[];
}

/** A member that was master at some time. */
interface Office {
  /** The station that sends its advertisements, and the card that has the address from which it does. */
  readonly cards: readonly Station[];
  readonly first: Position;
  readonly last: Position;
  /** How long it may be silent before its backups take it for dead. */
  readonly patienceNs: number;
}

const ALL_ROUTERS = 0xe0000002 | 0;
const HSRP_AND_GLBP_ROUTERS = 0xe0000066 | 0;
const HSRP_PORT = 1985;
const GLBP_PORT = 3222;

/**
 * Which group of routers a MAC belongs to, if its members are heard on the segment.
 *
 * 00:00:5e:00:01:VRID (RFC 9568, section 7.3; CARP, too) · 00:00:0c:07:ac:XX and 00:00:0c:9f:fX:XX (HSRP 1 and 2) ·
 * 00:07:b4:00:XX:YY (GLBP)
 */
export function virtualMacOf(state: NetworkView, station: Station, ip: number): VirtualMac | null {
  const { macHigh, macLow, segment } = station;
  const low = macLow >>> 0;
  const group = virtualRouterOf(station);
  if (group !== null) {
    const router = advertisedRouter(state, segment, group, ip);
    return router === null ? null : virtualMacOfRouter(state, router);
  }
  if (isHsrpMac(macHigh, macLow)) {
    const number = low >>> 8 === 0x0c07ac ? low & 0xff : low & 0xfff;
    return greeted(state, segment, HSRP_PORT, "HSRP", number);
  }
  if (macHigh === 0x0007 && low >>> 16 === 0xb400) {
    return greeted(state, segment, GLBP_PORT, "GLBP", (low >>> 8) & 0xff);
  }
  return null;
}

/** The VRID or VHID of 00:00:5e:00:01:XX; null for other MACs. */
export function virtualRouterOf({ macHigh, macLow }: Station): number | null {
  return macHigh === 0x0000 && macLow >>> 8 === 0x5e0001 ? macLow & 0xff : null;
}

/** VRRP lists the addresses of its group, CARP only hashes them. */
function advertisedRouter(
  state: NetworkView,
  segment: number,
  group: number,
  ip: number,
): VirtualRouter | null {
  for (const router of state.adverts) {
    if (router.segment !== segment || router.virtualRouterId !== group) continue;
    if (router.advertisers.length > 0 && (router.protocol === "carp" || router.addresses.has(ip)))
      return router;
  }
  return null;
}

function virtualMacOfRouter(state: NetworkView, router: VirtualRouter): VirtualMac {
  const { advertisers, segment } = router;
  const cards = ({ station, sourceIp }: Advertiser) => [station, ...ownerOf(state, segment, sourceIp)];
  const masters = advertisers.filter((advertiser) => hasHeldOffice(router, advertiser, state.timeline.nowNs));
  return {
    protocol: router.protocol === "vrrp" ? "VRRP" : "CARP",
    group: router.virtualRouterId,
    heard: earliest(advertisers.map(({ first }) => first)),
    members: advertisers.flatMap(cards),
    offices: masters.map((master) => ({
      cards: cards(master),
      first: master.first,
      last: master.last,
      patienceNs: patienceNs(master),
    })),
  };
}

/** Behind a virtual MAC all members look the same; by the address that signs its advertisements each has its own card. */
export function cardOf(state: NetworkView, { station, sourceIp }: Advertiser): Station {
  if (virtualRouterOf(station) === null) return station;
  return ownerOf(state, station.segment, sourceIp)[0] ?? station;
}

/** Whether the card was the master's all the while that it claimed the address. */
export function isMastersCard({ offices }: VirtualMac, card: Station, { first, last }: ClaimSpan): boolean {
  return offices.some(
    (office) =>
      office.cards.includes(card) &&
      first.timeNs >= office.first.timeNs - office.patienceNs &&
      last.timeNs <= office.last.timeNs + office.patienceNs,
  );
}

/** HSRP's and GLBP's hellos: all who send them are members. */
function greeted(
  state: NetworkView,
  segment: number,
  port: number,
  protocol: GroupProtocol,
  group: number,
): VirtualMac | null {
  const members: Station[] = [];
  const hellos = [ALL_ROUTERS, HSRP_AND_GLBP_ROUTERS]
    .flatMap((ip) => state.traffic.rowsTo(ip))
    .filter((row) => row.segment === segment && row.lastDestinationPort === port);
  for (const row of hellos) {
    const sender = state.stations.get(segment, row.sourceMacHigh, row.sourceMacLow);
    if (sender !== undefined) members.push(sender);
    members.push(...ownerOf(state, segment, row.lastSourceIp));
  }
  if (hellos.length === 0) return null;
  return { protocol, group, heard: earliest(hellos.map(({ first }) => first)), members, offices: [] };
}

function ownerOf(state: NetworkView, segment: number, ip: number): Station[] {
  const binding = state.bindings.get(segment, ip);
  const owner = binding === undefined || binding.claims.length === 0 ? undefined : likelyOwner(binding);
  return owner === undefined ? [] : [owner];
}
