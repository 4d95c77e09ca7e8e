import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  type Host,
  INTRUDER,
  REAL_SERVER,
  SECOND_DIRECTOR,
  VIP,
} from "../support/frames.ts";
import { advertisement, carp, synchronisation, syncV1, vrrp } from "../support/lvs-frames.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import {
  accusedIn,
  divertedTraffic,
  INTRODUCTIONS,
  ROLE_MODES,
  soundTraffic,
  THIEF_MODES,
  trafficBy,
} from "../support/thieves.ts";
import { announcement, at, isAt, packet, tunnelled } from "../support/traffic.ts";

const ADDRESSES = { addresses: [VIP] };

function advert(host: Host, priority: number): Uint8Array {
  return advertisement(host, vrrp({ ...ADDRESSES, priority }));
}

/** A second apart, as they declare. */
function adverts(from: number, until: number, host: Host, priority: number): CapturedFrame[] {
  return Array.from({ length: Math.floor((until - from) / 1000) + 1 }, (_, index) =>
    at(from + index * 1000, advert(host, priority)),
  );
}

const CONNECTION = { client: CLIENT.ip, vip: VIP, realServer: REAL_SERVER.ip, forwarding: 3 };

/** Control messages with which a thief would look like a director, some before his claim. */
const FORGERIES: Readonly<Record<string, readonly CapturedFrame[]>> = {
  "one VRRP advert": [at(5900, advert(INTRUDER, 255))],
  "VRRP adverts of low priority": adverts(3900, 7900, INTRUDER, 1),
  "VRRP adverts of high priority": adverts(3900, 7900, INTRUDER, 255),
  "version 3 adverts": [
    at(5900, advertisement(INTRUDER, vrrp({ ...ADDRESSES, version: 3, priority: 254 }))),
    at(6900, advertisement(INTRUDER, vrrp({ ...ADDRESSES, version: 3, priority: 254 }))),
  ],
  "adverts of another virtual router": [
    at(5900, advertisement(INTRUDER, vrrp({ ...ADDRESSES, virtualRouterId: 99, priority: 254 }))),
  ],
  "adverts signed with the director's address": adverts(3900, 7900, { ...INTRUDER, ip: DIRECTOR.ip }, 254),
  "a CARP advert": [at(5900, advertisement(INTRUDER, carp(51)))],
  "a synchronisation message": [at(5900, synchronisation(INTRUDER, syncV1([CONNECTION])))],
  "a packet in a tunnel": [
    at(5900, tunnelled(INTRUDER, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
  ],
};

const CLUSTERS = {
  "a cluster without VRRP": [...INTRODUCTIONS, ...soundTraffic(10, 3), ...soundTraffic(3000, 3)],
  "a cluster whose director goes on advertising": [
    ...INTRODUCTIONS,
    ...adverts(5, 10_005, DIRECTOR, 100),
    ...soundTraffic(10, 3),
    ...soundTraffic(3000, 3),
  ],
};

describe.each(Object.entries(ROLE_MODES))("control messages are no licence; roles: %s", (_roles, options) => {
  describe.each(Object.entries(CLUSTERS))("%s", (_cluster, before) => {
    describe.each(Object.entries(FORGERIES))("%s", (_name, forged) => {
      it.each(THIEF_MODES)("the thief %s", async (mode) => {
        const frames = [
          ...before,
          ...forged,
          at(6000, announcement(VIP, INTRUDER)),
          ...divertedTraffic(6001, mode, 4),
        ].toSorted((a, b) => a.atNs - b.atNs);
        const report = await analyze(frames, options);
        expect(accusedIn(report)).toEqual([INTRUDER.mac]);
        expect(report.benign.map(({ kind }) => kind)).not.toContain("vrrp-failover");
      });
    });
  });

  it.each([
    ["once", 1],
    ["by both directions of a mirror", 2],
  ])("a member that advertises without the pause it declares is none, captured %s", async (_how, times) => {
    const frames = [
      ...INTRODUCTIONS,
      ...adverts(5, 3005, DIRECTOR, 100),
      ...soundTraffic(10, 3),
      ...[4000, 4400, 4800].map((time) => at(time, advert(INTRUDER, 200))),
      at(5000, announcement(VIP, INTRUDER)),
      ...trafficBy(INTRUDER, 5001, 4),
    ];
    const captured = frames.flatMap(({ atNs, bytes }) =>
      Array.from({ length: times }, (_, copy) => ({ atNs: atNs + copy * 3000, bytes })),
    );
    const report = await analyze(
      captured.toSorted((a, b) => a.atNs - b.atNs),
      options,
    );
    expect(accusedIn(report)).toEqual([INTRUDER.mac]);
  });
});

const FAILOVERS: Readonly<Record<string, readonly CapturedFrame[]>> = {
  "the master resigns": [
    ...adverts(5, 4005, DIRECTOR, 100),
    at(4500, advert(DIRECTOR, 0)),
    ...adverts(5200, 9200, SECOND_DIRECTOR, 90),
  ],
  "the master dies": [...adverts(5, 1005, DIRECTOR, 100), ...adverts(5200, 9200, SECOND_DIRECTOR, 90)],
  "a host of higher priority comes back": [
    ...adverts(5, 5005, DIRECTOR, 100),
    ...adverts(5200, 9200, SECOND_DIRECTOR, 150),
  ],
};

describe("a failover by VRRP accuses nobody", () => {
  it.each(Object.entries(FAILOVERS))("%s", async (_name, terms) => {
    const frames = [
      ...INTRODUCTIONS,
      ...soundTraffic(10, 3),
      ...terms,
      ...[0, 1, 2, 3, 4].map((index) => at(5201 + index / 10, announcement(VIP, SECOND_DIRECTOR))),
      at(5300, isAt(REAL_SERVER.ip, REAL_SERVER, SECOND_DIRECTOR)),
      ...trafficBy(SECOND_DIRECTOR, 5400, 4),
    ].toSorted((a, b) => a.atNs - b.atNs);
    expect(accusedIn(await analyze(frames))).toEqual([]);
  });
});

describe("an innocent host beside a forger's control messages", () => {
  it("is accused of nothing because its packets were wrapped", async () => {
    const frames = [
      ...INTRODUCTIONS,
      ...soundTraffic(10, 3),
      at(5000, tunnelled(INTRUDER, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
      at(5100, packet(GATEWAY, DIRECTOR, { source: CLIENT.ip, destination: VIP })),
    ];
    expect(accusedIn(await analyze(frames))).toEqual([]);
  });
});
