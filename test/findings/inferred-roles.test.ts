import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  REAL_SERVER,
  SECOND_DIRECTOR,
  SECOND_REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import { advertisement, synchronisation, syncV1, vrrp } from "../support/lvs-frames.ts";
import { at, isAt, packet, tunnelled, whoHas } from "../support/traffic.ts";

/** A packet on its way from the client to the VIP: what is passed on has lost one hop and kept its identification. */
const ARRIVING = { source: CLIENT.ip, destination: VIP, identification: 4711, timeToLive: 63 };
const PASSED_ON = { ...ARRIVING, timeToLive: 62 };

const GATEWAY_FINDS_THE_DIRECTOR = [
  at(0, whoHas(VIP, GATEWAY)),
  at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
  ...lookup(10, DIRECTOR, REAL_SERVER),
];
const DIRECT_ROUTING = [
  ...GATEWAY_FINDS_THE_DIRECTOR,
  at(20, packet(GATEWAY, DIRECTOR, ARRIVING)),
  at(20.1, packet(DIRECTOR, REAL_SERVER, PASSED_ON)),
];

describe("who is who, where nobody said so", () => {
  it("shows by direct routing: the director passes on what the gateway sent it", async () => {
    const { topology } = await analyze(DIRECT_ROUTING);
    expect(topology.vips).toMatchObject([
      {
        ip: VIP,
        origin: "inferred",
        directors: [{ ...DIRECTOR, role: "director" }],
        realServers: [{ ...REAL_SERVER, role: "real-server", forwarding: "direct-routing" }],
      },
    ]);
  });

  it("shows by tunnelling: the director wraps what the gateway sent it", async () => {
    const { topology } = await analyze([
      ...GATEWAY_FINDS_THE_DIRECTOR,
      at(20, packet(GATEWAY, DIRECTOR, ARRIVING)),
      at(20.1, tunnelled(DIRECTOR, REAL_SERVER, PASSED_ON)),
    ]);
    expect(topology.vips).toMatchObject([
      {
        ip: VIP,
        origin: "inferred",
        directors: [DIRECTOR],
        realServers: [{ ...REAL_SERVER, forwarding: "tunnelling" }],
      },
    ]);
  });

  it("shows by VRRP: a director advertises the VIP", async () => {
    const { topology } = await analyze([
      ...lookup(0, DIRECTOR, GATEWAY),
      ...[1000, 2000].map((milliseconds) =>
        at(milliseconds, advertisement(DIRECTOR, vrrp({ addresses: [VIP] }))),
      ),
    ]);
    expect(topology.vips).toMatchObject([{ ip: VIP, origin: "inferred", directors: [DIRECTOR] }]);
  });

  it.each([
    { flag: 3, forwarding: "direct-routing" },
    { flag: 2, forwarding: "tunnelling" },
  ])(
    "shows by what directors tell each other of their connections: $forwarding",
    async ({ flag, forwarding }) => {
      const connection = { client: CLIENT.ip, vip: VIP, realServer: REAL_SERVER.ip, forwarding: flag };
      const { topology } = await analyze([
        ...lookup(0, DIRECTOR, REAL_SERVER),
        at(1000, synchronisation(DIRECTOR, syncV1([connection]))),
      ]);
      expect(topology.vips).toMatchObject([
        { ip: VIP, origin: "inferred", directors: [DIRECTOR], realServers: [{ ...REAL_SERVER, forwarding }] },
      ]);
    },
  );

  it("comes with the frame that shows it", async () => {
    const { topology } = await analyze(DIRECT_ROUTING);
    expect(topology.vips[0]?.evidence.join(" ")).toMatch(/frame [56]\b/);
  });

  it("names the gateway: it carries what comes from beyond the segment", async () => {
    const { topology } = await analyze([...lookup(0, GATEWAY, DIRECTOR), ...DIRECT_ROUTING.map(later)]);
    expect(topology.gateways).toMatchObject([{ ...GATEWAY, role: "gateway" }]);
  });

  it("is enough to find the letter's problem 3", async () => {
    const report = await analyze([
      ...DIRECT_ROUTING,
      at(20.2, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
      at(20.3, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
      at(300, packet(GATEWAY, REAL_SERVER, { ...ARRIVING, identification: 4712 })),
    ]);
    expect([report.verdict, report.findings]).toMatchObject([
      "poisoned",
      [{ kind: "vip-source-in-request", stage: "used", claimant: REAL_SERVER, rightful: DIRECTOR }],
    ]);
  });

  it("yields to what was said: the origin is given then", async () => {
    const { topology } = await analyze(DIRECT_ROUTING, { vips: [VIP], directors: [DIRECTOR.ip] });
    expect(topology.vips).toMatchObject([{ ip: VIP, origin: "given", directors: [DIRECTOR] }]);
  });

  it("makes no VIP of an address whose packets a router passes on", async () => {
    const { topology } = await analyze([
      ...lookup(0, REAL_SERVER, SECOND_REAL_SERVER),
      ...lookup(10, GATEWAY, SECOND_REAL_SERVER),
      at(
        20,
        packet(REAL_SERVER, GATEWAY, {
          destination: SECOND_REAL_SERVER.ip,
          identification: 1,
          timeToLive: 64,
        }),
      ),
      at(
        20.1,
        packet(GATEWAY, SECOND_REAL_SERVER, { source: REAL_SERVER.ip, identification: 1, timeToLive: 63 }),
      ),
    ]);
    expect(topology.vips).toEqual([]);
  });
});

function later<Frame extends { readonly atNs: number }>(frame: Frame): Frame {
  return { ...frame, atNs: frame.atNs + 1e9 };
}

describe("two directors", () => {
  const advertises = (milliseconds: number, director: typeof DIRECTOR, priority: number) =>
    at(milliseconds, advertisement(director, vrrp({ priority, addresses: [VIP] })));
  const EACH_IS_KNOWN = [...lookup(0, DIRECTOR, GATEWAY), ...lookup(10, SECOND_DIRECTOR, GATEWAY)];
  const kindsOf = async (frames: Parameters<typeof analyze>[0], options = {}) =>
    (await analyze(frames, options)).findings.map(({ kind }) => kind);

  it("that both advertise the VIP are a split, laid to the one of lower priority", async () => {
    const seconds = [1000, 2000, 3000, 4000, 5000];
    const { findings } = await analyze([
      ...EACH_IS_KNOWN,
      ...seconds.flatMap((second) => [
        advertises(second, DIRECTOR, 150),
        advertises(second + 500, SECOND_DIRECTOR, 100),
      ]),
    ]);
    expect(findings).toMatchObject([
      { kind: "vip-split", severity: "critical", ip: VIP, claimant: SECOND_DIRECTOR, rightful: DIRECTOR },
    ]);
  });

  it("that both answer for the VIP are a split", async () => {
    const kinds = await kindsOf(
      [
        ...EACH_IS_KNOWN,
        at(5000, whoHas(VIP, GATEWAY)),
        at(5000.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(5000.2, isAt(VIP, SECOND_DIRECTOR, GATEWAY)),
      ],
      { vips: [VIP], directors: [DIRECTOR.ip, SECOND_DIRECTOR.ip] },
    );
    expect(kinds).toEqual(["vip-split"]);
  });

  it("of which one resigned before the other began are none", async () => {
    const kinds = await kindsOf([
      ...EACH_IS_KNOWN,
      ...[1000, 2000, 3000].map((second) => advertises(second, DIRECTOR, 150)),
      advertises(3500, DIRECTOR, 0),
      ...[3600, 4600, 5600, 6600].map((second) => advertises(second, SECOND_DIRECTOR, 100)),
    ]);
    expect(kinds).toEqual([]);
  });

  it("of which one fell silent before the other began are none", async () => {
    const kinds = await kindsOf([
      ...EACH_IS_KNOWN,
      ...[1000, 2000, 3000].map((second) => advertises(second, DIRECTOR, 150)),
      ...[6600, 7600, 8600, 9600].map((second) => advertises(second, SECOND_DIRECTOR, 100)),
    ]);
    expect(kinds).toEqual([]);
  });

  it("with a VIP each are none", async () => {
    const kinds = await kindsOf([
      ...EACH_IS_KNOWN,
      ...[1000, 2000, 3000, 4000, 5000].flatMap((second) => [
        advertises(second, DIRECTOR, 150),
        at(
          second + 500,
          advertisement(SECOND_DIRECTOR, vrrp({ virtualRouterId: 52, addresses: ["192.168.1.3"] })),
        ),
      ]),
    ]);
    expect(kinds).toEqual([]);
  });
});

describe("a host that asks for everybody", () => {
  const asking = (count: number, gap: number, step = 1) =>
    Array.from({ length: count }, (_, index) =>
      at(index * gap, whoHas(`192.168.1.${((index * step) % 200) + 1}`, CLIENT)),
    );

  it("is a scan, which is worth a notice", async () => {
    const { findings, verdict } = await analyze(asking(200, 5));
    expect(findings).toMatchObject([
      { kind: "arp-scan", severity: "notice", stage: "claimed", claimant: { mac: CLIENT.mac }, victims: [] },
    ]);
    expect(verdict).toBe("clean");
  });

  it("is none where it asks for one address a second in no order, as a host with many peers does", async () => {
    expect((await analyze(asking(60, 1000, 71))).findings).toEqual([]);
  });
});
