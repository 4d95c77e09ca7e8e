import fc from "fast-check";
import {
  BROADCAST_MAC,
  CLIENT,
  DIRECTOR,
  GATEWAY,
  INTRUDER,
  NO_MAC,
  REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { advertisement, synchronisation, syncV1, vrrp } from "../support/lvs-frames.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { CLAIMS, divertedTraffic, INTRODUCTIONS, soundTraffic, THIEF_MODES } from "../support/thieves.ts";
import { announcement, at, isAt, probe, tunnelled, whoHas } from "../support/traffic.ts";

const CLAIM_AT = 6000;
const SPAN_MS = 9000;

/** A cluster that works, one claim of a thief, and what he does with the packets that come to him then. */
export const theft: fc.Arbitrary<readonly CapturedFrame[]> = fc
  .tuple(fc.constantFrom(...Object.values(CLAIMS)), fc.constantFrom(...THIEF_MODES))
  .map(([claim, mode]) => [
    ...INTRODUCTIONS,
    ...soundTraffic(10, 4),
    ...soundTraffic(2000, 4),
    at(CLAIM_AT, claim(INTRUDER)),
    ...divertedTraffic(CLAIM_AT + 1, mode, 12),
  ]);

const victim = fc.constantFrom(GATEWAY, DIRECTOR, REAL_SERVER);

/** Anything that the thief may send besides, from his own card. */
const more: fc.Arbitrary<Uint8Array> = fc.oneof(
  victim.map((host) => isAt(VIP, INTRUDER, host)),
  // He puts it right, as tools do when they stop.
  victim.map((host) => isAt(VIP, INTRUDER, host, { mac: DIRECTOR.mac })),
  fc.constantFrom(NO_MAC, BROADCAST_MAC).map((targetMac) => announcement(VIP, INTRUDER, { targetMac })),
  victim.map((host) => whoHas(host.ip, INTRUDER)),
  victim.map((host) => whoHas(host.ip, INTRUDER, { tell: VIP })),
  victim.map((host) => whoHas(host.ip, INTRUDER, { tell: VIP, only: host })),
  fc.constant(whoHas(VIP, INTRUDER)),
  fc.constant(probe(VIP, INTRUDER)),
  fc
    .integer({ min: 1, max: 255 })
    .map((priority) => advertisement(INTRUDER, vrrp({ addresses: [VIP], priority }))),
  fc.constant(
    synchronisation(
      INTRUDER,
      syncV1([{ client: CLIENT.ip, vip: VIP, realServer: REAL_SERVER.ip, forwarding: 3 }]),
    ),
  ),
  fc.constant(tunnelled(INTRUDER, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
);

export const additions: fc.Arbitrary<readonly CapturedFrame[]> = fc.array(
  fc.tuple(fc.integer({ min: 1500, max: SPAN_MS }), more).map(([time, bytes]) => at(time + 0.7, bytes)),
  { minLength: 1, maxLength: 6 },
);

/** What was captured, in the order of time. */
export function woven(...parts: (readonly CapturedFrame[])[]): CapturedFrame[] {
  return parts.flat().toSorted((a, b) => a.atNs - b.atNs);
}
