import { describe, expect, it } from "vitest";
import type { AnalyzeOptions } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { DIRECTOR, GATEWAY, type Host, INTRUDER, NEIGHBOUR, REAL_SERVER, VIP } from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import { advertisement, vrrp } from "../support/lvs-frames.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { at, isAt, packet, whoHas } from "../support/traffic.ts";

/** A host with two cards on one segment, an address on each, and a service's address. */
const FIRST: Host = { mac: "02:00:00:00:02:01", ip: "192.168.1.21" };
const SECOND: Host = { mac: "02:00:00:00:02:02", ip: "192.168.1.22" };
const SERVICE = "192.168.1.80";

/** Both answer, in either order. */
function raced(ms: number, ip: string, first: Host, second: Host, asker = NEIGHBOUR) {
  return [
    at(ms, whoHas(ip, asker)),
    at(ms + 0.2, isAt(ip, first, asker)),
    at(ms + 0.5, isAt(ip, second, asker)),
  ];
}

const FLUX = [
  ...lookup(0, FIRST, GATEWAY),
  ...raced(1000, SERVICE, SECOND, FIRST),
  at(1001, packet(NEIGHBOUR, SECOND, { destination: SERVICE })),
  at(1001.2, packet(FIRST, NEIGHBOUR, { source: SERVICE })),
  ...raced(2000, FIRST.ip, FIRST, SECOND),
  ...raced(3000, SECOND.ip, FIRST, SECOND),
];

async function judged(frames: readonly CapturedFrame[], roles: AnalyzeOptions = {}) {
  return analyze(
    frames.toSorted((a, b) => a.atNs - b.atNs),
    roles,
  );
}

const kindsOf = async (frames: readonly CapturedFrame[], roles: AnalyzeOptions = {}) => [
  ...new Set((await judged(frames, roles)).findings.map(({ kind }) => kind)),
];

describe("a host that answers with two cards", () => {
  it.each([
    ["without roles", {}],
    ["as the director of the service's address", { vips: [SERVICE], directors: [FIRST.ip] }],
  ])("is one machine, %s", async (_, roles) => {
    const { findings, verdict } = await judged(FLUX, roles);
    expect(findings.map(({ kind, ip }) => `${kind} ${ip}`).toSorted()).toEqual([
      `arp-flux ${FIRST.ip}`,
      `arp-flux ${SECOND.ip}`,
      `arp-flux ${SERVICE}`,
    ]);
    expect(verdict).toBe("suspicious");
  });

  it("is told to let each card answer for its own addresses, and to give none away", async () => {
    const { findings } = await judged(FLUX);
    expect(findings[0]?.fix.map(({ setting }) => setting)).toEqual(
      expect.arrayContaining(["arp_ignore", "arp_filter"]),
    );
    expect(findings.map(({ summary }) => summary).join()).not.toContain("another address");
  });
});

describe("what is no second card", () => {
  it("is a host with an address for which the other does not answer", async () => {
    const rival: Host = { mac: SECOND.mac, ip: INTRUDER.ip };
    expect(await kindsOf([...FLUX, ...lookup(500, rival, GATEWAY)])).not.toContain("arp-flux");
  });

  it("is a real server that answers for the director's VIP", async () => {
    const frames = [
      ...lookup(0, DIRECTOR, REAL_SERVER),
      ...lookup(10, REAL_SERVER, GATEWAY),
      ...raced(1000, VIP, { mac: DIRECTOR.mac, ip: VIP }, { mac: REAL_SERVER.mac, ip: VIP }, GATEWAY),
    ];
    expect(await kindsOf(frames)).not.toContain("arp-flux");
    expect(await kindsOf(frames, { vips: [VIP], directors: [DIRECTOR.ip] })).toEqual(["vip-reply"]);
  });

  it("is a MAC that goes on without being asked", async () => {
    const frames = [
      ...FLUX,
      ...[5, 7, 9].map((second) => at(second * 1000, isAt(SERVICE, SECOND, NEIGHBOUR))),
    ];
    expect(await kindsOf(frames)).not.toEqual(["arp-flux"]);
  });

  it("is a MAC that passes packets on to the other", async () => {
    const sent = { source: NEIGHBOUR.ip, destination: SERVICE, identification: 7, timeToLive: 64 };
    const frames = [
      ...FLUX,
      at(1100, packet(NEIGHBOUR, SECOND, sent)),
      at(1100.1, packet(SECOND, FIRST, { ...sent, timeToLive: 63 })),
    ];
    expect(await kindsOf(frames)).not.toEqual(["arp-flux"]);
  });
});

describe("a card that answers below its virtual MAC", () => {
  const VIRTUAL: Host = { mac: "00:00:5e:00:01:33", ip: DIRECTOR.ip };
  const advertises = (second: number) =>
    at(second * 1000, advertisement(VIRTUAL, vrrp({ priority: 150, addresses: [VIP] })));
  const FRAMES = [
    ...lookup(0, DIRECTOR, GATEWAY),
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map(advertises),
    ...[2500, 6500].flatMap((ms) => [
      at(ms, whoHas(VIP, NEIGHBOUR)),
      at(ms + 0.1, isAt(VIP, VIRTUAL, NEIGHBOUR)),
      at(ms + 0.3, isAt(VIP, { mac: DIRECTOR.mac, ip: VIP }, NEIGHBOUR)),
    ]),
  ];

  it.each([
    ["without roles", {}],
    ["where the director is named by the card's address", { vips: [VIP], directors: [DIRECTOR.ip] }],
  ])("is no other host, and no split, %s", async (_, roles) => {
    const { findings } = await judged(FRAMES, roles);
    expect(findings).toMatchObject([
      { kind: "arp-flux", ip: VIP, claimant: { mac: DIRECTOR.mac }, rightful: { mac: VIRTUAL.mac } },
    ]);
  });
});
