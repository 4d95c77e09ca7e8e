import type { NetworkState } from "../neighbours/network-state.ts";
import type { Position } from "../neighbours/position.ts";
import type { Station } from "../neighbours/station.ts";

export interface VirtualMac {
  readonly protocol: "VRRP" | "CARP" | "HSRP" | "GLBP";
  /** VRID, VHID or group number. */
  readonly group: number;
  /** A frame by which the group's members keep in touch. */
  readonly heard: Position;
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
export function virtualMacOf(state: NetworkState, station: Station): VirtualMac | null {
  const { macHigh, macLow, segment } = station;
  const low = macLow >>> 0;
  if (macHigh === 0x0000 && low >>> 8 === 0x5e0001) {
    const group = low & 0xff;
    for (const router of state.adverts) {
      const [member] = router.advertisers;
      if (router.segment !== segment || router.virtualRouterId !== group || member === undefined) continue;
      return { protocol: router.protocol === "vrrp" ? "VRRP" : "CARP", group, heard: member.first };
    }
    return null;
  }
  if (macHigh === 0x0000 && (low >>> 8 === 0x0c07ac || low >>> 12 === 0x0c9ff)) {
    const heard = hello(state, segment, HSRP_PORT);
    return heard && { protocol: "HSRP", group: low >>> 8 === 0x0c07ac ? low & 0xff : low & 0xfff, heard };
  }
  if (macHigh === 0x0007 && low >>> 16 === 0xb400) {
    const heard = hello(state, segment, GLBP_PORT);
    return heard && { protocol: "GLBP", group: (low >>> 8) & 0xff, heard };
  }
  return null;
}

function hello(state: NetworkState, segment: number, port: number): Position | null {
  for (const row of state.traffic.rows()) {
    const isGroup = row.destinationIp === ALL_ROUTERS || row.destinationIp === HSRP_AND_GLBP_ROUTERS;
    if (isGroup && row.segment === segment && row.lastDestinationPort === port) return row.first;
  }
  return null;
}
