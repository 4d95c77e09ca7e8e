import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { GATEWAY, type Host, NEIGHBOUR, REAL_SERVER, SECOND_REAL_SERVER } from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

/** Three cards of a bond in mode balance-alb, at one address; the first is the primary. */
const ADDRESS = "192.168.1.30";
const PRIMARY: Host = { mac: "02:00:00:00:01:00", ip: ADDRESS };
const SECOND: Host = { mac: "02:00:00:00:01:01", ip: ADDRESS };
const THIRD: Host = { mac: "02:00:00:00:01:02", ip: ADDRESS };

/** The bond looks somebody up; then it tells its clients its MACs again (bond_alb.c, rlb_arp_xmit). */
function remindsAfterAsking(second: number, target: Host, clients: readonly (readonly [Host, Host])[]) {
  return [
    ...lookup(second * 1000, PRIMARY, target),
    ...clients.map(([card, client], index) => at(second * 1000 + 80 + index, isAt(ADDRESS, card, client))),
  ];
}

async function judged(frames: readonly CapturedFrame[]) {
  const { findings, benign } = await analyze(frames.toSorted((a, b) => a.atNs - b.atNs));
  return {
    accused: findings.map(({ kind, claimant }) => `${kind} by ${claimant.mac}`),
    benign: benign.map(({ kind }) => kind),
  };
}

describe("a bond whose learning frames the capture does not show", () => {
  it("is one machine to its client, which is answered by one card and reminded by it", async () => {
    const { accused, benign } = await judged([
      ...lookup(0, NEIGHBOUR, SECOND),
      at(10, packet(NEIGHBOUR, SECOND)),
      at(11, packet(THIRD, NEIGHBOUR)),
      ...[9, 19, 29].flatMap((second) => remindsAfterAsking(second, GATEWAY, [[SECOND, NEIGHBOUR]])),
    ]);
    expect(accused).toEqual([]);
    expect(benign).toContain("mac-rewriting-bridge");
  });

  it("is one machine to all of its clients, each of which is told another card", async () => {
    const clients = [
      [PRIMARY, NEIGHBOUR],
      [SECOND, REAL_SERVER],
      [THIRD, SECOND_REAL_SERVER],
    ] as const;
    const { accused } = await judged([
      ...clients.flatMap(([card, client], index) => lookup(index * 10, client, card)),
      ...[3, 14, 25, 36].flatMap((second) => remindsAfterAsking(second, GATEWAY, clients)),
    ]);
    expect(accused).toEqual([]);
  });
});

describe("what is no bond", () => {
  it("is a MAC that repeats itself by the clock", async () => {
    const { accused } = await judged([
      ...lookup(0, NEIGHBOUR, SECOND),
      ...[2, 4, 6, 8, 10, 12, 14, 16].map((second) => at(second * 1000, isAt(ADDRESS, SECOND, NEIGHBOUR))),
      ...remindsAfterAsking(9, GATEWAY, [[SECOND, NEIGHBOUR]]),
      ...lookup(17_000, PRIMARY, GATEWAY),
    ]);
    expect(accused).not.toEqual([]);
  });

  it("is a MAC that answers what the owner answers, too", async () => {
    const { accused } = await judged([
      at(0, whoHas(ADDRESS, NEIGHBOUR)),
      at(0.1, isAt(ADDRESS, PRIMARY, NEIGHBOUR)),
      at(0.2, isAt(ADDRESS, SECOND, NEIGHBOUR)),
      ...[9, 19, 29].flatMap((second) => remindsAfterAsking(second, GATEWAY, [[SECOND, NEIGHBOUR]])),
    ]);
    expect(accused.join()).toContain(SECOND.mac);
  });

  it("is a MAC with an address of its own", async () => {
    const { accused } = await judged([
      ...lookup(0, { mac: SECOND.mac, ip: "192.168.1.66" }, GATEWAY),
      ...lookup(100, NEIGHBOUR, SECOND),
      ...[9, 19, 29].flatMap((second) => remindsAfterAsking(second, GATEWAY, [[SECOND, NEIGHBOUR]])),
    ]);
    expect(accused).not.toEqual([]);
  });

  it("is a MAC that announces the address, too", async () => {
    const { accused } = await judged([
      ...lookup(0, NEIGHBOUR, SECOND),
      ...[9, 19, 29].flatMap((second) => remindsAfterAsking(second, GATEWAY, [[SECOND, NEIGHBOUR]])),
      at(20_500, announcement(ADDRESS, SECOND)),
    ]);
    expect(accused).not.toEqual([]);
  });

  it("is a real server that asks in an address's name which another answers for", async () => {
    const { accused } = await judged([
      ...lookup(0, NEIGHBOUR, SECOND),
      ...lookup(3000, PRIMARY, GATEWAY),
      ...lookup(4000, NEIGHBOUR, SECOND),
      ...lookup(9000, PRIMARY, GATEWAY),
    ]);
    expect(accused).not.toEqual([]);
  });
});
