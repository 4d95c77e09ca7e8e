import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  type Host,
  INTRUDER,
  NEIGHBOUR,
  SECOND_REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { accusedIn, divertedTraffic, ROLE_MODES, THIEF_MODES, type ThiefMode } from "../support/thieves.ts";
import { at, packet } from "../support/traffic.ts";

/** The capture begins when the gateway has believed the thief for long; later another host asks for the VIP. */
function warmVip(mode: ThiefMode): CapturedFrame[] {
  return [
    ...divertedTraffic(0, mode, 6),
    ...lookup(1000, SECOND_REAL_SERVER, { mac: DIRECTOR.mac, ip: VIP }),
    ...divertedTraffic(1500, mode, 20),
  ];
}

/** The same with a host that is no cluster's. */
function warmHost(mode: ThiefMode): CapturedFrame[] {
  const traffic = (start: number, requests: number) =>
    Array.from({ length: requests }, (_, index) => start + index * 100).flatMap((begin) => {
      const request = { source: CLIENT.ip, destination: NEIGHBOUR.ip, timeToLive: 63, identification: begin };
      const passedOn = { ...request, timeToLive: mode === "routes" ? 62 : 63 };
      const answer = (from: Host) =>
        packet(from, GATEWAY, { source: NEIGHBOUR.ip, destination: CLIENT.ip, identification: begin });
      return [
        at(begin, packet(GATEWAY, INTRUDER, request)),
        ...(mode === "answers"
          ? [at(begin + 0.4, answer(INTRUDER))]
          : [at(begin + 0.2, packet(INTRUDER, NEIGHBOUR, passedOn)), at(begin + 0.4, answer(NEIGHBOUR))]),
      ];
    });
  return [...traffic(0, 6), ...lookup(1000, SECOND_REAL_SERVER, NEIGHBOUR), ...traffic(1500, 20)];
}

describe("a cache that was poisoned before the capture began", () => {
  describe.each(Object.entries(ROLE_MODES))("for a VIP; roles: %s", (_roles, options) => {
    it.each(THIEF_MODES)("by a thief who %s: he is accused", async (mode) => {
      expect(accusedIn(await analyze(warmVip(mode), options))).toEqual([INTRUDER.mac]);
    });
  });

  it.each(THIEF_MODES)("for a host, by a thief who %s: he is accused", async (mode) => {
    expect(accusedIn(await analyze(warmHost(mode)))).toEqual([INTRUDER.mac]);
  });
});
