import type { AnalyzeOptions, Report } from "../../src/index.ts";
import {
  BROADCAST_MAC,
  CLIENT,
  DIRECTOR,
  GATEWAY,
  type Host,
  INTRUDER,
  NO_IP,
  NO_MAC,
  REAL_SERVER,
  SECOND_DIRECTOR,
  SECOND_REAL_SERVER,
  VIP,
} from "./frames.ts";
import { lookup } from "./incidents.ts";
import type { CapturedFrame } from "./pcap.ts";
import { announcement, at, isAt, packet, type Sending, whoHas } from "./traffic.ts";

/** A thief on a cluster: what he says, and what he does with the packets that come to him for it. */

/**
 * - `relays`   sends packets on to the director as they came
 * - `routes`   the same with ip_forward: the TTL is lowered
 * - `answers`  answers the clients himself
 */
export const THIEF_MODES = ["relays", "routes", "answers"] as const;
export type ThiefMode = (typeof THIEF_MODES)[number];

/** What an admin may say of the cluster, all of it true: no frame shows the second director and the second real server. */
export const ROLE_MODES = {
  none: {},
  given: {
    vips: [VIP],
    gateways: [GATEWAY.ip],
    directors: [DIRECTOR.ip],
    realServers: [REAL_SERVER.ip],
  },
  "given, silent hosts, too": {
    vips: [VIP],
    gateways: [GATEWAY.ip],
    directors: [DIRECTOR.ip, SECOND_DIRECTOR.ip],
    realServers: [REAL_SERVER.ip, SECOND_REAL_SERVER.ip],
  },
} as const satisfies Record<string, AnalyzeOptions>;

const FROM_CLIENT = { source: CLIENT.ip, destination: VIP, timeToLive: 63 };
const TO_CLIENT = { source: VIP, destination: CLIENT.ip };

/** The roles' own addresses are looked up, the VIP as well: frames 1 to 6. */
export const INTRODUCTIONS: readonly CapturedFrame[] = [
  ...lookup(0, REAL_SERVER, GATEWAY),
  ...lookup(1, DIRECTOR, REAL_SERVER),
  ...lookup(2, GATEWAY, { mac: DIRECTOR.mac, ip: VIP }),
];

/** Requests of clients from `start` on, 100 ms apart, on the cluster's way. */
export function soundTraffic(start: number, requests = 3): CapturedFrame[] {
  return trafficBy(DIRECTOR, start, requests);
}

/** The same by way of another host that passes packets on to the real server, as a director does. */
export function trafficBy(director: Host, start: number, requests = 3): CapturedFrame[] {
  return eachRequest(start, requests, (begin, sending) => [
    at(begin, packet(GATEWAY, director, sending)),
    at(begin + 0.2, packet(director, REAL_SERVER, sending)),
    at(begin + 0.4, packet(REAL_SERVER, GATEWAY, TO_CLIENT)),
  ]);
}

/** The same while the gateway believes the thief. */
export function divertedTraffic(
  start: number,
  mode: ThiefMode,
  requests = 3,
  thief: Host = INTRUDER,
): CapturedFrame[] {
  return eachRequest(start, requests, (begin, sending) => {
    const arriving = at(begin, packet(GATEWAY, thief, sending));
    if (mode === "answers") return [arriving, at(begin + 0.4, packet(thief, GATEWAY, TO_CLIENT))];
    const passedOn = { ...sending, timeToLive: mode === "routes" ? 62 : 63 };
    return [
      arriving,
      at(begin + 0.2, packet(thief, DIRECTOR, passedOn)),
      at(begin + 0.4, packet(DIRECTOR, REAL_SERVER, passedOn)),
      at(begin + 0.6, packet(REAL_SERVER, GATEWAY, TO_CLIENT)),
    ];
  });
}

function eachRequest(
  start: number,
  requests: number,
  frames: (begin: number, sending: Sending) => CapturedFrame[],
): CapturedFrame[] {
  return Array.from({ length: requests }, (_, index) => start + index * 100).flatMap((begin) => {
    const identification = Math.round(begin) % 0xffff;
    return frames(begin, { ...FROM_CLIENT, identification, sourcePort: 40_000 + (identification % 20_000) });
  });
}

/** Ways to say that the VIP is at the thief's card; one frame each. */
export const CLAIMS: Readonly<Record<string, (thief: Host) => Uint8Array>> = {
  "a reply to the gateway that nobody asked for": (thief) => isAt(VIP, thief, GATEWAY),
  "an announcement as keepalived's": (thief) => announcement(VIP, thief),
  "an announcement as a kernel's": (thief) => announcement(VIP, thief, { targetMac: NO_MAC }),
  "an announcement as a reply": (thief) => announcement(VIP, thief, { as: "reply", targetMac: NO_MAC }),
  "a request to the gateway alone": (thief) => whoHas(GATEWAY.ip, thief, { tell: VIP, only: GATEWAY }),
  "a request to everybody": (thief) => whoHas(GATEWAY.ip, thief, { tell: VIP }),
  "a request for somebody else": (thief) => whoHas("192.168.1.99", thief, { tell: VIP }),
  "a request with a broadcast target MAC": (thief) =>
    whoHas(GATEWAY.ip, thief, { tell: VIP, targetMac: BROADCAST_MAC }),
  "a reply to everybody for nobody": (thief) => isAt(VIP, thief, { mac: BROADCAST_MAC, ip: NO_IP }),
};

/** The MACs that warnings and critical findings name as claimants. */
export function accusedIn(report: Report): string[] {
  const faults = report.findings.filter(({ severity }) => severity !== "notice");
  return [...new Set(faults.map(({ claimant }) => claimant.mac))].toSorted();
}
