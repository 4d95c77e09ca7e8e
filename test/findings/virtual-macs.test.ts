import { describe, expect, it } from "vitest";
import type { AnalyzeOptions, Report } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import {
  DIRECTOR,
  GATEWAY,
  type Host,
  INTRUDER,
  NEIGHBOUR,
  REAL_SERVER,
  SECOND_DIRECTOR,
  VIP,
} from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import { advertisement, vrrp } from "../support/lvs-frames.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

/** keepalived with use_vmac: the VIP is at a MAC of its own, above the director's card. */
const VIRTUAL_MAC = "00:00:5e:00:01:33";
/** Its advertisements are signed with the card's address. */
const VIRTUAL: Host = { mac: VIRTUAL_MAC, ip: DIRECTOR.ip };
const SECONDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

const advertises = (second: number, { mac }: { readonly mac: string }, ip: string, priority = 150) =>
  at(second * 1000, advertisement({ mac, ip }, vrrp({ priority, addresses: [VIP] })));
const masterAdvertises = SECONDS.map((second) => advertises(second, VIRTUAL, DIRECTOR.ip));
/** Who has the VIP? The virtual MAC does. */
const answered = (milliseconds: number) => [
  at(milliseconds, whoHas(VIP, GATEWAY)),
  at(milliseconds + 0.1, isAt(VIP, VIRTUAL, GATEWAY)),
];
/** The kernel asks for the next hop in the VIP's name, by the card. */
const asksInItsName = (milliseconds: number, card: Host) => [
  at(milliseconds, whoHas(GATEWAY.ip, card, { tell: VIP })),
  at(milliseconds + 0.1, isAt(GATEWAY.ip, GATEWAY, card, { toIp: VIP })),
];
const inOrder = (...frames: readonly CapturedFrame[]) => frames.toSorted((a, b) => a.atNs - b.atNs);

const BY_ADDRESS: AnalyzeOptions = { vips: [VIP], directors: [DIRECTOR.ip] };

function accused({ findings }: Report): string[] {
  return findings.filter(({ severity }) => severity !== "notice").map(({ claimant }) => claimant.mac);
}

describe("a director that holds the VIP at a virtual MAC", () => {
  it.each([
    ["named by its card's address", BY_ADDRESS],
    ["not named", {}],
  ])("is accused of nothing, %s", async (_, roles) => {
    const report = await analyze(
      inOrder(...lookup(0, DIRECTOR, GATEWAY), ...masterAdvertises, ...answered(5000)),
      roles,
    );
    expect(report.findings).toEqual([]);
    expect(report.benign.map(({ kind }) => kind)).toContain("virtual-mac");
  });

  it.each([
    ["named by its card's address", BY_ADDRESS],
    ["not named", {}],
  ])("may ask in the VIP's name with its card's MAC, %s", async (_, roles) => {
    const report = await analyze(
      inOrder(
        ...lookup(0, DIRECTOR, GATEWAY),
        ...masterAdvertises,
        ...answered(2000),
        ...asksInItsName(4000, DIRECTOR),
        at(4500, packet(GATEWAY, DIRECTOR, { source: "10.10.10.10", destination: VIP })),
        ...answered(6000),
        ...asksInItsName(8000, DIRECTOR),
      ),
      roles,
    );
    expect(report.findings).toEqual([]);
    expect(report.benign).toContainEqual(
      expect.objectContaining({
        kind: "virtual-mac",
        from: expect.objectContaining({ mac: VIRTUAL_MAC }),
        to: expect.objectContaining({ mac: DIRECTOR.mac }),
      }),
    );
  });

  it("may send its advertisements from the card (vmac_xmit_base)", async () => {
    const report = await analyze(
      inOrder(
        ...lookup(0, DIRECTOR, GATEWAY),
        ...SECONDS.map((second) => advertises(second, DIRECTOR, DIRECTOR.ip)),
        ...answered(5000),
        ...asksInItsName(6000, DIRECTOR),
      ),
      BY_ADDRESS,
    );
    expect(report.findings).toEqual([]);
  });

  it("is its director where unicast peers let no advertisement be captured", async () => {
    const report = await analyze(
      inOrder(...lookup(0, DIRECTOR, GATEWAY), ...answered(5000), ...answered(40_000)),
      BY_ADDRESS,
    );
    expect(report.findings).toEqual([]);
  });

  it("hands the VIP over to another, which answers from the same MAC", async () => {
    const report = await analyze(
      inOrder(
        ...lookup(0, DIRECTOR, GATEWAY),
        ...lookup(100, SECOND_DIRECTOR, GATEWAY),
        ...[0, 1, 2].map((second) => advertises(second, VIRTUAL, DIRECTOR.ip)),
        ...[6, 7, 8, 9, 10, 11, 12].map((second) => advertises(second, VIRTUAL, SECOND_DIRECTOR.ip, 100)),
        ...answered(7000),
        ...asksInItsName(8000, SECOND_DIRECTOR),
      ),
      { vips: [VIP], directors: [DIRECTOR.ip, SECOND_DIRECTOR.ip] },
    );
    expect(report.findings).toEqual([]);
  });
});

describe("what a virtual MAC does not excuse", () => {
  it("is a real server that asks in the VIP's name", async () => {
    const report = await analyze(
      inOrder(
        ...lookup(0, DIRECTOR, GATEWAY),
        ...lookup(10, REAL_SERVER, GATEWAY),
        ...masterAdvertises,
        ...answered(2000),
        ...asksInItsName(6000, REAL_SERVER),
      ),
      BY_ADDRESS,
    );
    expect(report.findings).toMatchObject([
      { kind: "vip-source-in-request", claimant: { mac: REAL_SERVER.mac }, severity: "critical" },
    ]);
  });

  it.each([
    ["one advertisement with the group's MAC", VIRTUAL_MAC],
    ["one advertisement with its own MAC", INTRUDER.mac],
  ])("is a host never heard of that sends %s while the master goes on", async (_, mac) => {
    const report = await analyze(
      inOrder(
        ...lookup(0, DIRECTOR, GATEWAY),
        ...lookup(10, INTRUDER, GATEWAY),
        ...masterAdvertises,
        ...answered(2000),
        advertises(5.5, { mac }, INTRUDER.ip, 255),
        ...asksInItsName(5600, INTRUDER),
      ),
      BY_ADDRESS,
    );
    expect(accused(report)).toEqual([INTRUDER.mac]);
  });

  it("is a former master's card that asks in the VIP's name when another is master", async () => {
    const report = await analyze(
      inOrder(
        ...lookup(0, DIRECTOR, GATEWAY),
        ...lookup(100, SECOND_DIRECTOR, GATEWAY),
        ...[0, 1, 2, 3, 4, 5].map((second) => advertises(second, VIRTUAL, DIRECTOR.ip)),
        ...[9, 10, 11, 12, 13, 14, 15, 16].map((second) =>
          advertises(second, VIRTUAL, SECOND_DIRECTOR.ip, 100),
        ),
        ...answered(10_000),
        ...asksInItsName(15_000, DIRECTOR),
      ),
    );
    expect(accused(report)).toEqual([DIRECTOR.mac]);
  });

  it("is a virtual MAC beside a director that answers for the VIP with its own", async () => {
    const report = await analyze(
      inOrder(
        ...lookup(0, DIRECTOR, GATEWAY),
        at(5000, whoHas(VIP, GATEWAY)),
        at(5000.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(5000.3, isAt(VIP, { mac: VIRTUAL_MAC, ip: VIP }, GATEWAY)),
      ),
      BY_ADDRESS,
    );
    expect(accused(report)).toEqual([VIRTUAL_MAC]);
  });
});

describe("a card that asks in the name of an address at a virtual MAC, without an advertisement captured", () => {
  const FROM_THE_CARD = inOrder(
    ...lookup(0, DIRECTOR, GATEWAY),
    at(1, announcement(VIP, VIRTUAL)),
    ...answered(3000),
    ...asksInItsName(7000, DIRECTOR),
    ...asksInItsName(22_000, DIRECTOR),
    ...answered(30_000),
    ...asksInItsName(37_000, DIRECTOR),
  );

  it("is likely the card below it", async () => {
    const report = await analyze(FROM_THE_CARD);
    expect(report.findings).toEqual([]);
    expect(report.benign.find(({ to }) => to?.mac === DIRECTOR.mac)?.why).toMatch(/likely the card below/);
  });

  it("is a leak where it is named as a real server's", async () => {
    const report = await analyze(FROM_THE_CARD, { vips: [VIP], realServers: [DIRECTOR.ip] });
    expect(report.findings).toMatchObject([
      { kind: "vip-source-in-request", claimant: { mac: DIRECTOR.mac } },
    ]);
  });

  it("is not explained where others send packets from the address, too: they are real servers", async () => {
    const report = await analyze(
      inOrder(
        ...FROM_THE_CARD,
        ...lookup(50, REAL_SERVER, GATEWAY),
        at(9000, packet(DIRECTOR, GATEWAY, { source: VIP, destination: "10.10.10.10" })),
        at(9001, packet(REAL_SERVER, GATEWAY, { source: VIP, destination: "10.10.10.11" })),
        ...lookup(60, NEIGHBOUR, GATEWAY),
      ),
    );
    expect(accused(report)).toEqual([DIRECTOR.mac]);
  });
});
