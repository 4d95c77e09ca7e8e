import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import {
  BROADCAST_MAC,
  CLIENT,
  DIRECTOR,
  GATEWAY,
  NEIGHBOUR,
  NO_MAC,
  SECOND_DIRECTOR,
  VIP,
} from "../support/frames.ts";
import { lookup, SOUND_CLUSTER } from "../support/incidents.ts";
import { advertisement, vrrp } from "../support/lvs-frames.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

const ADDRESS = NEIGHBOUR.ip;
const SUCCESSOR = { ...SECOND_DIRECTOR, ip: ADDRESS };

function accusations({ findings }: Report): string[] {
  return findings
    .filter(({ severity }) => severity !== "notice")
    .map(({ kind, claimant, rightful }) => `${kind}: ${claimant.mac}, ${rightful?.mac}`);
}

/** The former holder serves a client, and then is down. */
const FORMER = [
  ...lookup(0, SECOND_DIRECTOR, GATEWAY),
  ...lookup(10, GATEWAY, NEIGHBOUR),
  at(100, packet(GATEWAY, NEIGHBOUR, { source: CLIENT.ip })),
  at(100.2, packet(NEIGHBOUR, GATEWAY, { destination: CLIENT.ip })),
];

/** `arping -S ADDRESS gateway` on the new holder; iputils' and Habets' differ in the target MAC. */
function asks(count: number, gap: number, targetMac: string) {
  return Array.from({ length: count }, (_, index) => [
    at(30_000 + index * gap, whoHas(GATEWAY.ip, SUCCESSOR, { targetMac })),
    at(30_000.1 + index * gap, isAt(GATEWAY.ip, GATEWAY, SUCCESSOR)),
  ]).flat();
}

describe("a takeover that is told to the gateway by asking it", () => {
  it.each([
    [3, 1000, NO_MAC],
    [7, 200, NO_MAC],
    [5, 1000, BROADCAST_MAC],
  ])("%d times, every %d ms, with target MAC %s, is an address that moved", async (count, gap, targetMac) => {
    const report = await analyze([...FORMER, ...asks(count, gap, targetMac)]);
    expect(accusations(report)).toEqual([]);
    expect(report.benign).toMatchObject([{ kind: "address-moved", to: { mac: SUCCESSOR.mac } }]);
  });

  it("is none while the former holder still sends from the address", async () => {
    const report = await analyze([
      ...FORMER,
      ...asks(3, 1000, NO_MAC),
      at(40_000, packet(NEIGHBOUR, GATEWAY, { destination: CLIENT.ip })),
    ]);
    expect(accusations(report)).not.toEqual([]);
  });

  it("is none where the asker does the same in another host's name", async () => {
    const other = { ...DIRECTOR, ip: "192.168.1.77" };
    const report = await analyze([
      ...FORMER,
      ...lookup(200, GATEWAY, other),
      ...asks(3, 1000, NO_MAC),
      ...[0, 1000, 2000].flatMap((ms) => [
        at(30_500 + ms, whoHas(GATEWAY.ip, { ...SUCCESSOR, ip: other.ip })),
        at(30_500.1 + ms, isAt(GATEWAY.ip, GATEWAY, { ...SUCCESSOR, ip: other.ip })),
      ]),
    ]);
    expect(accusations(report)).toHaveLength(2);
  });
});

describe("a failover by VRRP to a director that was not given", () => {
  const adverts = (from: number, until: number, sender: typeof DIRECTOR, priority: number) =>
    Array.from({ length: Math.ceil((until - from) / 1000) }, (_, index) =>
      at(from + index * 1000, advertisement(sender, vrrp({ priority, addresses: [VIP] }))),
    );
  const GIVEN = { vips: [VIP], directors: [DIRECTOR.ip] };
  const began = [
    ...lookup(0, DIRECTOR, GATEWAY),
    ...SOUND_CLUSTER.map(({ atNs, bytes }) => ({ atNs: atNs + 1e6, bytes })),
  ];

  it("is explained where the given one was down", async () => {
    const report = await analyze(
      [
        ...began,
        ...adverts(500, 5000, DIRECTOR, 150),
        ...adverts(9000, 15_000, SECOND_DIRECTOR, 100),
        at(9001, announcement(VIP, SECOND_DIRECTOR)),
      ].toSorted((a, b) => a.atNs - b.atNs),
      GIVEN,
    );
    expect(accusations(report)).toEqual([]);
    expect(report.benign).toContainEqual(expect.objectContaining({ kind: "vrrp-failover" }));
    expect(report.topology.vips).toMatchObject([
      {
        leadershipChanges: 1,
        holders: [
          { host: { mac: DIRECTOR.mac }, form: "reply" },
          { host: { mac: SECOND_DIRECTOR.mac }, form: "advertisement", announced: true, to: null },
        ],
      },
    ]);
  });

  it("is a claim of the VIP where the given one was outbid in office", async () => {
    const report = await analyze(
      [
        ...began,
        ...adverts(500, 9000, DIRECTOR, 150),
        ...adverts(8700, 15_000, SECOND_DIRECTOR, 255),
        at(8701, announcement(VIP, SECOND_DIRECTOR)),
      ].toSorted((a, b) => a.atNs - b.atNs),
      GIVEN,
    );
    expect(accusations(report)).not.toEqual([]);
  });
});

describe("two directors that announce the VIP in turns", () => {
  const GIVEN = { vips: [VIP], directors: [DIRECTOR.ip, SECOND_DIRECTOR.ip] };
  const known = [...lookup(0, DIRECTOR, GATEWAY), ...lookup(10, SECOND_DIRECTOR, GATEWAY)];
  const inTurns = (count: number, beat: number, offset: number) =>
    Array.from({ length: count }, (_, index) => [
      at(1000 + index * beat, announcement(VIP, DIRECTOR)),
      at(1000 + index * beat + offset, announcement(VIP, SECOND_DIRECTOR, { as: "reply" })),
    ]).flat();

  it.each([
    [2, 3000, 1500],
    [9, 2000, 300],
    [4, 5000, 4000],
  ])("%d times, every %d ms, both lead: a split", async (count, beat, offset) => {
    const report = await analyze([...known, ...inTurns(count, beat, offset)], GIVEN);
    expect(report.findings.map(({ kind }) => kind)).toEqual(["vip-split"]);
    expect(JSON.stringify(report.findings)).toContain(DIRECTOR.mac);
    expect(JSON.stringify(report.findings)).toContain(SECOND_DIRECTOR.mac);
  });

  it("hand the VIP over and back where each stays for a while", async () => {
    const report = await analyze([...known, ...inTurns(2, 60_000, 30_000)], GIVEN);
    expect(accusations(report)).toEqual([]);
  });
});
