import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { CLIENT, DIRECTOR, GATEWAY, type Host, INTRUDER, REAL_SERVER, VIP } from "../support/frames.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { accusedIn, INTRODUCTIONS, ROLE_MODES, soundTraffic } from "../support/thieves.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

/** One frame each, by which the real server is to take the thief for its gateway. */
const CLAIMS_TO_ONE: Readonly<Record<string, readonly CapturedFrame[]>> = {
  "a reply that nobody asked for": [at(6000, isAt(GATEWAY.ip, INTRUDER, REAL_SERVER))],
  "a request in the gateway's name": [
    at(6000, whoHas(REAL_SERVER.ip, INTRUDER, { tell: GATEWAY.ip, only: REAL_SERVER })),
    at(6000.1, isAt(REAL_SERVER.ip, REAL_SERVER, INTRUDER, { toIp: GATEWAY.ip })),
  ],
};
const CLAIMS: Readonly<Record<string, readonly CapturedFrame[]>> = {
  ...CLAIMS_TO_ONE,
  "an announcement": [at(6000, announcement(GATEWAY.ip, INTRUDER, { as: "reply" }))],
};

/** The real server's answers go to the thief; he sends them on with this TTL, or not at all. */
function answersTo(start: number, thief: Host, ttl: number | null): CapturedFrame[] {
  return Array.from({ length: 6 }, (_, index) => start + index * 500).flatMap((begin) => {
    const answer = { source: VIP, destination: CLIENT.ip, identification: begin };
    const request = { source: CLIENT.ip, destination: VIP, timeToLive: 63, identification: begin };
    return [
      at(begin, packet(GATEWAY, DIRECTOR, request)),
      at(begin + 0.2, packet(DIRECTOR, REAL_SERVER, request)),
      at(begin + 0.4, packet(REAL_SERVER, thief, answer)),
      ...(ttl === null ? [] : [at(begin + 0.6, packet(thief, GATEWAY, { ...answer, timeToLive: ttl }))]),
    ];
  });
}

describe.each(Object.entries(ROLE_MODES))("a thief in the gateway's place; roles: %s", (_roles, options) => {
  describe.each(Object.entries(CLAIMS))("by %s", (_name, claim) => {
    it.each([
      ["passes packets on", 64],
      ["routes them", 63],
    ])("is accused when he %s", async (_what, ttl) => {
      const frames = [...INTRODUCTIONS, ...soundTraffic(10), ...claim, ...answersTo(6001, INTRUDER, ttl)];
      const report = await analyze(frames, options);
      expect(accusedIn(report)).toEqual([INTRUDER.mac]);
      expect(report.benign.map(({ kind }) => kind)).not.toContain("address-moved");
    });
  });

  // An announcement that is followed is how routers take over, too.
  it.each(Object.entries(CLAIMS_TO_ONE))("is accused when he keeps them, by %s", async (_name, claim) => {
    const frames = [...INTRODUCTIONS, ...soundTraffic(10), ...claim, ...answersTo(6001, INTRUDER, null)];
    expect(accusedIn(await analyze(frames, options))).toEqual([INTRUDER.mac]);
  });
});

describe.each(Object.entries(ROLE_MODES))(
  "a thief in a real server's place; roles: %s",
  (_roles, options) => {
    it.each([
      ["a reply that nobody asked for", isAt(REAL_SERVER.ip, INTRUDER, GATEWAY)],
      ["a request", whoHas(GATEWAY.ip, INTRUDER, { tell: REAL_SERVER.ip, only: GATEWAY })],
      ["an announcement", announcement(REAL_SERVER.ip, INTRUDER)],
    ])("is accused after %s, and the real server is not", async (_what, claim) => {
      const managed = [0, 500, 1000].flatMap((after) => {
        const request = {
          source: CLIENT.ip,
          destination: REAL_SERVER.ip,
          timeToLive: 63,
          identification: after,
        };
        return [
          at(6001 + after, packet(GATEWAY, INTRUDER, request)),
          at(6001.2 + after, packet(INTRUDER, REAL_SERVER, request)),
          at(6001.4 + after, packet(REAL_SERVER, GATEWAY, { destination: CLIENT.ip })),
        ];
      });
      const frames = [...INTRODUCTIONS, ...soundTraffic(10), at(6000, claim), ...managed];
      expect(accusedIn(await analyze(frames, options))).toEqual([INTRUDER.mac]);
    });
  },
);
