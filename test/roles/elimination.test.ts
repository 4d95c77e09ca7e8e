import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  INTRUDER,
  REAL_SERVER,
  SECOND_DIRECTOR,
  SECOND_REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { lookup, SOUND_CLUSTER } from "../support/incidents.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

const FROM_CLIENT = { source: CLIENT.ip, destination: VIP };
const BOTH_DIRECTORS = { vips: [VIP], directors: [DIRECTOR.ip, SECOND_DIRECTOR.ip], gateways: [GATEWAY.ip] };
/** The director shows its own address; the standby is silent. */
const CLUSTER = [...lookup(0, DIRECTOR, GATEWAY), ...SOUND_CLUSTER];

function rolesOf({ topology }: Report): Record<"directors" | "undecided" | "realServers", string[]> {
  const [vip] = topology.vips;
  const macs = (hosts: readonly { readonly mac: string }[] = []) => hosts.map(({ mac }) => mac);
  return {
    directors: macs(vip?.directors),
    undecided: macs(vip?.undecided),
    realServers: macs(vip?.realServers),
  };
}

function accusations({ findings }: Report): string[] {
  return findings.map(({ kind, claimant }) => `${kind} by ${claimant.mac}`);
}

describe("a given director that never shows its own address", () => {
  it("is the host that alone answers for the VIP", async () => {
    const report = await analyze([at(0, whoHas(VIP, GATEWAY)), at(0.1, isAt(VIP, DIRECTOR, GATEWAY))], {
      vips: [VIP],
      directors: [DIRECTOR.ip],
    });
    expect(report.topology.vips[0]?.directors).toMatchObject([DIRECTOR]);
  });

  it("is not taken for a thief that announces the VIP and relays to the known director", async () => {
    const frames = [
      ...CLUSTER,
      at(5000, announcement(VIP, INTRUDER, { as: "reply" })),
      ...[6000, 7000].flatMap((ms, index) => [
        at(ms, packet(GATEWAY, INTRUDER, { ...FROM_CLIENT, identification: index })),
        at(ms + 0.1, packet(INTRUDER, DIRECTOR, { ...FROM_CLIENT, identification: index })),
        at(ms + 0.2, packet(DIRECTOR, REAL_SERVER, { ...FROM_CLIENT, identification: index })),
      ]),
    ];
    const report = await analyze(frames, BOTH_DIRECTORS);
    expect(rolesOf(report).directors).toEqual([DIRECTOR.mac]);
    expect(accusations(report)).toEqual([`vip-gratuitous by ${INTRUDER.mac}`]);
  });

  it("is the host that answers and passes packets on, and not the one that only relays to it", async () => {
    const frames = [
      ...[0, 1000].flatMap((ms, index) => [
        at(ms, packet(GATEWAY, INTRUDER, { ...FROM_CLIENT, identification: index })),
        at(ms + 0.1, packet(INTRUDER, DIRECTOR, { ...FROM_CLIENT, identification: index })),
        at(ms + 0.2, packet(DIRECTOR, REAL_SERVER, { ...FROM_CLIENT, identification: index })),
      ]),
      at(2000, whoHas(VIP, SECOND_REAL_SERVER)),
      at(2000.1, isAt(VIP, DIRECTOR, SECOND_REAL_SERVER)),
    ];
    const report = await analyze(frames, { vips: [VIP], directors: [DIRECTOR.ip] });
    expect(report.topology.vips[0]?.directors).toMatchObject([DIRECTOR]);
    expect(accusations(report)).toEqual([`vip-bypass by ${INTRUDER.mac}`]);
  });

  it("is none of several hosts that answer: they are listed as undecided, with what would tell", async () => {
    const report = await analyze(
      [
        at(0, whoHas(VIP, GATEWAY)),
        ...[DIRECTOR, REAL_SERVER, SECOND_REAL_SERVER].map((host, index) =>
          at(0.1 + index / 10, isAt(VIP, host, GATEWAY)),
        ),
      ],
      { vips: [VIP], directors: [DIRECTOR.ip] },
    );
    expect(rolesOf(report)).toEqual({
      directors: [],
      undecided: [DIRECTOR.mac, REAL_SERVER.mac, SECOND_REAL_SERVER.mac],
      realServers: [],
    });
    expect(report.topology.vips[0]?.evidence).toContainEqual(
      expect.stringMatching(/no frame shows its MAC: the frames do not tell .*; --director MAC tells/),
    );
  });
});

describe("a given real server that never shows its own address", () => {
  it("is the host to which the director passes packets on", async () => {
    const frames = SOUND_CLUSTER.filter(({ atNs }) => atNs < 0.6e6);
    const report = await analyze(frames, {
      vips: [VIP],
      directors: [DIRECTOR.mac],
      realServers: [REAL_SERVER.ip],
    });
    expect(report.topology.vips[0]?.realServers).toMatchObject([REAL_SERVER]);
  });

  it("is not taken for a thief that announces the VIP and answers the clients itself", async () => {
    const frames = [
      ...CLUSTER,
      at(5000, announcement(VIP, INTRUDER)),
      at(6000, packet(GATEWAY, INTRUDER, FROM_CLIENT)),
      at(6000.1, packet(INTRUDER, GATEWAY, { source: VIP, destination: CLIENT.ip })),
    ];
    const report = await analyze(frames, {
      vips: [VIP],
      directors: [DIRECTOR.ip],
      realServers: [REAL_SERVER.ip, SECOND_REAL_SERVER.ip],
    });
    expect(rolesOf(report).realServers).toEqual([REAL_SERVER.mac]);
    expect(report.findings[0]?.claimant).toEqual({ mac: INTRUDER.mac, ip: null, role: "host" });
  });
});

describe("a claim of the VIP while its given director never shows itself", () => {
  const DIRECTOR_UNSEEN = { vips: [VIP], directors: [DIRECTOR.ip] };

  it("is a leak where its host is shown to be another", async () => {
    const report = await analyze(
      [at(0, announcement(VIP, REAL_SERVER)), ...lookup(10, REAL_SERVER, GATEWAY)],
      DIRECTOR_UNSEEN,
    );
    expect(accusations(report)).toEqual([`vip-gratuitous by ${REAL_SERVER.mac}`]);
  });

  it("is a leak in a request, too", async () => {
    const report = await analyze(
      [
        ...lookup(0, REAL_SERVER, GATEWAY),
        at(100, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
        at(100.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
      ],
      DIRECTOR_UNSEEN,
    );
    expect(accusations(report)).toEqual([`vip-source-in-request by ${REAL_SERVER.mac}`]);
  });

  it("is none where no frame shows whose it is", async () => {
    const report = await analyze([at(0, announcement(VIP, DIRECTOR))], DIRECTOR_UNSEEN);
    expect(accusations(report)).toEqual([]);
    expect(rolesOf(report).undecided).toEqual([DIRECTOR.mac]);
  });

  it("is none where its host has another VIP, which it announces and asks under", async () => {
    const secondVip = "192.168.1.3";
    const report = await analyze(
      [
        at(0, announcement(VIP, DIRECTOR)),
        at(1, announcement(secondVip, DIRECTOR)),
        at(10, whoHas(GATEWAY.ip, DIRECTOR, { tell: secondVip })),
      ],
      DIRECTOR_UNSEEN,
    );
    expect(accusations(report)).toEqual([]);
  });

  it("is none where the director was given by its address on another network", async () => {
    const report = await analyze([at(0, announcement(VIP, DIRECTOR)), ...lookup(10, DIRECTOR, GATEWAY)], {
      vips: [VIP],
      directors: ["10.99.0.10"],
    });
    expect(accusations(report)).toEqual([]);
  });
});
