import { describe, expect, it } from "vitest";
import type { AnalyzeOptions, BenignChange } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import {
  DIRECTOR,
  GATEWAY,
  type Host,
  NEIGHBOUR,
  NO_IP,
  REAL_SERVER,
  SECOND_DIRECTOR,
  VIP,
} from "../support/frames.ts";
import { lookup, PROBLEM_3 } from "../support/incidents.ts";
import { advertisement, vrrp } from "../support/lvs-frames.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { announcement, at, isAt, packet, probe, whoHas } from "../support/traffic.ts";

/** What is explained of frames that must not be accused of anything. */
async function explained(
  frames: readonly CapturedFrame[],
  roles: AnalyzeOptions = {},
): Promise<BenignChange[]> {
  const { findings, benign } = await analyze(frames, roles);
  expect(findings).toEqual([]);
  return benign;
}

const advertises = (milliseconds: number, director: Host, priority: number) =>
  at(milliseconds, advertisement(director, vrrp({ priority, addresses: [VIP] })));
const GATEWAY_HOLDS_THE_VIP = [at(10, whoHas(VIP, GATEWAY)), at(10.1, isAt(VIP, DIRECTOR, GATEWAY))];
const volley = (milliseconds: number, director: Host) =>
  [0, 0.1, 0.2, 0.3, 0.4].map((later) => at(milliseconds + later, announcement(VIP, director)));

describe("a change of owner that is explained", () => {
  it("is a VRRP failover where the new owner advertises the VIP", async () => {
    const benign = await explained(
      [
        ...lookup(0, DIRECTOR, GATEWAY),
        ...GATEWAY_HOLDS_THE_VIP,
        ...[1000, 2000, 3000].map((second) => advertises(second, DIRECTOR, 150)),
        ...[6700, 7700, 8700].map((second) => advertises(second, SECOND_DIRECTOR, 100)),
        ...volley(6701, SECOND_DIRECTOR),
      ].toSorted((a, b) => a.atNs - b.atNs),
    );
    expect(benign).toMatchObject([
      { kind: "vrrp-failover", ip: VIP, from: { mac: DIRECTOR.mac }, to: { mac: SECOND_DIRECTOR.mac } },
    ]);
  });

  it("is a takeover where both are directors, who use no VRRP", async () => {
    const benign = await explained(
      [...lookup(0, DIRECTOR, GATEWAY), ...GATEWAY_HOLDS_THE_VIP, ...volley(6700, SECOND_DIRECTOR)],
      { vips: [VIP], directors: [DIRECTOR.mac, SECOND_DIRECTOR.mac] },
    );
    expect(benign).toMatchObject([
      { kind: "director-takeover", ip: VIP, from: { mac: DIRECTOR.mac }, to: { mac: SECOND_DIRECTOR.mac } },
    ]);
  });

  it("is an address that moved where its first owner fell silent", async () => {
    const successor = { ...SECOND_DIRECTOR, ip: NEIGHBOUR.ip };
    const benign = await explained([
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(60_000, announcement(successor.ip, successor)),
      ...lookup(61_000, successor, GATEWAY),
    ]);
    expect(benign).toMatchObject([
      { kind: "address-moved", ip: NEIGHBOUR.ip, from: { mac: NEIGHBOUR.mac }, to: { mac: successor.mac } },
    ]);
  });
});

describe("a frame that is explained", () => {
  it("is a probe for an address (RFC 5227)", async () => {
    const benign = await explained([
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(5000, probe("192.168.1.77", REAL_SERVER)),
      at(6500, probe("192.168.1.77", REAL_SERVER)),
    ]);
    expect(benign).toMatchObject([
      {
        kind: "address-probe",
        ip: "192.168.1.77",
        to: { mac: REAL_SERVER.mac },
        first: { frame: 3 },
        last: { frame: 4 },
      },
    ]);
  });

  it("is a probe that the owner answers", async () => {
    const benign = await explained([
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(5000, probe(NEIGHBOUR.ip, REAL_SERVER)),
      at(5000.1, isAt(NEIGHBOUR.ip, NEIGHBOUR, REAL_SERVER, { toIp: NO_IP })),
    ]);
    expect(benign.map(({ kind }) => kind)).toEqual(["address-probe"]);
  });

  it("is the announcement of an address by its only owner", async () => {
    const benign = await explained([
      at(0, announcement(NEIGHBOUR.ip, NEIGHBOUR)),
      ...lookup(10, NEIGHBOUR, GATEWAY),
    ]);
    expect(benign).toMatchObject([
      { kind: "address-announcement", ip: NEIGHBOUR.ip, to: { mac: NEIGHBOUR.mac }, first: { frame: 1 } },
    ]);
  });

  it("is a router's answer for others, whose packets show that they were routed", async () => {
    const far = ["192.168.1.101", "192.168.1.102"];
    const benign = await explained(
      far.flatMap((ip, index) => [
        at(index * 100, whoHas(ip, NEIGHBOUR)),
        at(index * 100 + 0.1, isAt(ip, GATEWAY, NEIGHBOUR)),
        at(index * 100 + 1, packet(GATEWAY, NEIGHBOUR, { source: ip, timeToLive: 63 })),
      ]),
    );
    expect(benign.map(({ kind, ip, to }) => [kind, ip, to?.mac])).toEqual(
      far.map((ip) => ["proxy-arp", ip, GATEWAY.mac]),
    );
  });

  it("is a claim for the virtual MAC of a router whose advertisements are heard", async () => {
    const virtual = { mac: "00:00:5e:00:01:33", ip: DIRECTOR.ip };
    const benign = await explained([
      ...[0, 1000].map((second) => advertises(second, virtual, 100)),
      at(1500, whoHas(VIP, GATEWAY)),
      at(1500.1, isAt(VIP, virtual, GATEWAY)),
    ]);
    expect(benign).toMatchObject([{ kind: "virtual-mac", ip: VIP, to: { mac: virtual.mac } }]);
  });
});

describe("what is not explained away", () => {
  it("is a MAC that only looks virtual, of a router that is never heard", async () => {
    const { benign } = await analyze([
      at(0, whoHas(VIP, GATEWAY)),
      at(0.1, isAt(VIP, { mac: "00:00:5e:00:01:33", ip: VIP }, GATEWAY)),
    ]);
    expect(benign.map(({ kind }) => kind)).not.toContain("virtual-mac");
  });

  it("is a leak: the accused appears in no innocent change", async () => {
    const { findings, benign } = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    expect([findings.length, benign.filter(({ to }) => to?.mac === REAL_SERVER.mac)]).toEqual([1, []]);
  });
});

describe("the end of a poisoning", () => {
  it("is told as such, with the frame that restored the cache", async () => {
    const { benign } = await analyze(
      [...PROBLEM_3.frames, at(900_000, announcement(VIP, DIRECTOR))],
      PROBLEM_3.roles,
    );
    expect(benign.filter(({ kind }) => kind === "cache-restored")).toMatchObject([
      { ip: VIP, from: { mac: REAL_SERVER.mac }, to: { mac: DIRECTOR.mac }, first: { frame: 13 } },
    ]);
  });
});
