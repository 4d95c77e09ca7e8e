import { earliest, type Position } from "../../neighbours/base/position.ts";
import type { Station } from "../../neighbours/base/station.ts";
import type { NetworkState } from "../../neighbours/network-state.ts";
import { likelyOwner } from "../likely-owner.ts";

export interface VirtualMac {
  readonly protocol: "VRRP" | "CARP" | "HSRP" | "GLBP";
  /** VRID, VHID or group number. */
  readonly group: number;
  /** A frame by which the group's members keep in touch. */
  readonly heard: Position;
  /** The members' own cards, as far as their messages tell. */
  readonly members: readonly Station[];
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
export function virtualMacOf(state: NetworkState, station: Station, ip: number): VirtualMac | null {
  const { macHigh, macLow, segment } = station;
  const low = macLow >>> 0;
  if (macHigh === 0x0000 && low >>> 8 === 0x5e0001) {
    const group = low & 0xff;
    for (const router of state.adverts) {
      const [member] = router.advertisers;
      if (router.segment !== segment || router.virtualRouterId !== group || member === undefined) continue;
      // VRRP lists the addresses of its group, CARP only hashes them.
      if (router.protocol === "vrrp" && !router.addresses.has(ip)) continue;
      const members = router.advertisers.flatMap((advertiser) => [
        advertiser.station,
        ...ownerOf(state, segment, advertiser.sourceIp),
      ]);
      return { protocol: router.protocol === "vrrp" ? "VRRP" : "CARP", group, heard: member.first, members };
    }
    return null;
  }
  if (macHigh === 0x0000 && (low >>> 8 === 0x0c07ac || low >>> 12 === 0x0c9ff)) {
    const group = low >>> 8 === 0x0c07ac ? low & 0xff : low & 0xfff;
    return greeted(state, segment, HSRP_PORT, "HSRP", group);
  }
  if (macHigh === 0x0007 && low >>> 16 === 0xb400) {
    return greeted(state, segment, GLBP_PORT, "GLBP", (low >>> 8) & 0xff);
  }
  return null;
}

/** HSRP's and GLBP's hellos: whoever sends them is a member. */
function greeted(
  state: NetworkState,
  segment: number,
  port: number,
  protocol: VirtualMac["protocol"],
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
  return { protocol, group, heard: earliest(hellos.map(({ first }) => first)), members };
}

function ownerOf(state: NetworkState, segment: number, ip: number): Station[] {
  const binding = state.bindings.get(segment, ip);
  const owner = binding === undefined || binding.claims.length === 0 ? undefined : likelyOwner(binding);
  return owner === undefined ? [] : [owner];
}
