import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  type Host,
  INTRUDER,
  NEIGHBOUR,
  REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { FIRST_REQUEST, lookup, PROBLEM_3 } from "../support/incidents.ts";
import { arpDat, ipNeigh } from "../support/inventories.ts";
import { CAPTURE_START_SECONDS, type CapturedFrame } from "../support/pcap.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

const VIP_AT_DIRECTOR: Host = { ip: VIP, mac: DIRECTOR.mac };
const TO_VIP = { source: CLIENT.ip, destination: VIP };
const FROM_VIP = { source: VIP, destination: CLIENT.ip };
const YEAR_SECONDS = 365 * 86_400;

/** The real server asks for the gateway in the VIP's name, and gets the client's traffic; the director never speaks. */
const SILENT_DIRECTOR: readonly CapturedFrame[] = [
  at(0, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
  at(0.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
  at(10, packet(GATEWAY, REAL_SERVER, TO_VIP)),
  at(11, packet(REAL_SERVER, GATEWAY, FROM_VIP)),
];

describe("a VIP that is known to be at the director, which never speaks", () => {
  const known = { vips: [VIP], realServers: [REAL_SERVER.mac], inventories: [ipNeigh(VIP_AT_DIRECTOR)] };

  it("has been taken away from it by a real server that claims it", async () => {
    const { verdict, findings } = await analyze(SILENT_DIRECTOR, known);
    expect(verdict).toBe("poisoned");
    expect(findings).toMatchObject([
      {
        kind: "vip-source-in-request",
        stage: "used",
        claimant: { mac: REAL_SERVER.mac },
        rightful: { mac: DIRECTOR.mac, role: "director" },
      },
    ]);
  });

  it("names the director in the roles, and the inventory as the reason", async () => {
    const { topology } = await analyze(SILENT_DIRECTOR, known);
    expect(topology.vips[0]?.directors).toMatchObject([{ mac: DIRECTOR.mac }]);
    expect(topology.vips[0]?.evidence.join()).toMatch(/neigh\.json-\d+, entry 1 has it at 02:00:00:00:00:10/);
  });

  it("gives the director's own address its MAC where roles name it by that", async () => {
    const inventories = [ipNeigh(DIRECTOR, REAL_SERVER)];
    const roles = { vips: [VIP], directors: [DIRECTOR.ip], realServers: [REAL_SERVER.ip] };
    const { findings } = await analyze(SILENT_DIRECTOR, { ...roles, inventories });
    expect(findings).toMatchObject([
      { kind: "vip-source-in-request", claimant: REAL_SERVER, rightful: DIRECTOR },
    ]);
  });

  it("is left with whoever serves it where a real server is what the inventory has: that cache was poisoned", async () => {
    const poisoned = ipNeigh({ ip: VIP, mac: REAL_SERVER.mac });
    const { findings } = await analyze(PROBLEM_3.frames, { inventories: [poisoned] });
    expect(findings).toMatchObject([
      {
        kind: "inventory-contradicted",
        summary: expect.stringMatching(/exported from a cache that was already poisoned/),
      },
      { kind: "vip-source-in-request", claimant: REAL_SERVER, rightful: DIRECTOR },
    ]);
  });

  it("gives way to a director that the frames show", async () => {
    const elsewhere = ipNeigh({ ip: VIP, mac: NEIGHBOUR.mac });
    const { topology } = await analyze(FIRST_REQUEST, { vips: [VIP], inventories: [elsewhere] });
    expect(topology.vips[0]?.directors).toMatchObject([DIRECTOR]);
  });

  it("gives way to a director that was given", async () => {
    const inventories = [ipNeigh({ ip: VIP, mac: NEIGHBOUR.mac })];
    const { findings } = await analyze(PROBLEM_3.frames, { ...PROBLEM_3.roles, inventories });
    const [finding] = findings.filter(({ severity }) => severity !== "notice");
    expect(finding?.rightful).toMatchObject(DIRECTOR);
  });
});

describe("an address that is somewhere else than it was known to be", () => {
  const moved: readonly CapturedFrame[] = [
    ...lookup(0, GATEWAY, { ...NEIGHBOUR, mac: REAL_SERVER.mac }),
    at(5, packet(GATEWAY, { ...NEIGHBOUR, mac: REAL_SERVER.mac })),
  ];

  it("is a notice, not an accusation: a card was replaced, or the inventory is wrong", async () => {
    const inventories = [ipNeigh(NEIGHBOUR)];
    const { verdict, findings } = await analyze(moved, { inventories });
    expect(verdict).toBe("clean");
    expect(findings).toMatchObject([
      {
        kind: "inventory-contradicted",
        severity: "notice",
        ip: NEIGHBOUR.ip,
        claimant: { mac: REAL_SERVER.mac },
        rightful: { mac: NEIGHBOUR.mac },
        first: { frame: 2 },
      },
    ]);
    expect(findings[0]?.summary).toMatch(/neigh\.json-\d+, entry 1 has it at 02:00:00:00:00:50/);
  });

  it("is explained as moved where the inventory last saw it a year ago", async () => {
    const inventories = [arpDat(CAPTURE_START_SECONDS - YEAR_SECONDS, NEIGHBOUR)];
    const { findings, benign } = await analyze(moved, { inventories });
    expect(findings).toEqual([]);
    expect(benign).toMatchObject([
      {
        kind: "address-moved",
        from: { mac: NEIGHBOUR.mac },
        to: { mac: REAL_SERVER.mac },
        first: { frame: 2 },
      },
    ]);
  });

  it("is no contradiction where another inventory, or another line, has it there", async () => {
    const inventories = [ipNeigh(NEIGHBOUR), ipNeigh({ ...NEIGHBOUR, mac: REAL_SERVER.mac })];
    const { findings } = await analyze(moved, { inventories });
    expect(findings).toEqual([]);
  });

  it("accuses nobody of forging, even if all that is captured are replies to requests that are not", async () => {
    const answers = [0, 30_000, 60_000].map((ms) =>
      at(ms, isAt(NEIGHBOUR.ip, { ...NEIGHBOUR, mac: REAL_SERVER.mac }, GATEWAY)),
    );
    const { findings } = await analyze(answers, { inventories: [ipNeigh(NEIGHBOUR)] });
    expect(findings.map(({ kind }) => kind)).toEqual(["inventory-contradicted"]);
  });

  it("accuses nobody where the host that it belonged to has another address now", async () => {
    const renumbered: Host = { mac: NEIGHBOUR.mac, ip: "192.168.1.51" };
    const frames = [
      ...lookup(0, renumbered, GATEWAY),
      ...[0, 30_000, 60_000].map((ms) =>
        at(ms + 10, isAt(NEIGHBOUR.ip, { ...NEIGHBOUR, mac: REAL_SERVER.mac }, GATEWAY)),
      ),
    ];
    const { findings } = await analyze(frames, { inventories: [ipNeigh(NEIGHBOUR)] });
    expect(findings.map(({ kind }) => kind)).toEqual(["inventory-contradicted"]);
  });

  it("is nothing where the frames agree with the inventory", async () => {
    const { findings, benign } = await analyze(lookup(0, GATEWAY, NEIGHBOUR), {
      inventories: [ipNeigh(NEIGHBOUR, GATEWAY)],
    });
    expect([findings, benign]).toEqual([[], []]);
  });
});

describe("a gateway that is known, alive, and never asked for", () => {
  /** Its packets from beyond; a forger's replies that nobody asked for, twice. */
  const frames: readonly CapturedFrame[] = [
    at(0, packet(GATEWAY, NEIGHBOUR, { source: CLIENT.ip, timeToLive: 57 })),
    ...lookup(5, INTRUDER, NEIGHBOUR),
    at(10, isAt(GATEWAY.ip, INTRUDER, NEIGHBOUR)),
    at(2010, isAt(GATEWAY.ip, INTRUDER, NEIGHBOUR)),
    at(2020, packet(GATEWAY, NEIGHBOUR, { source: CLIENT.ip, timeToLive: 57 })),
  ];

  it("is impersonated by whoever sends unasked replies for its address", async () => {
    const { findings } = await analyze(frames, { gateways: [GATEWAY.ip], inventories: [ipNeigh(GATEWAY)] });
    expect(findings).toMatchObject([
      {
        kind: "gateway-impersonation",
        claimant: { mac: INTRUDER.mac },
        rightful: { mac: GATEWAY.mac },
      },
    ]);
  });
});

describe("an announcement of a VIP by a host that is not known to serve it", () => {
  it("is a takeover as directors do it, and a notice that the inventory is behind", async () => {
    const frames = [...lookup(0, NEIGHBOUR, GATEWAY), at(100, announcement(VIP, NEIGHBOUR))];
    const { verdict, findings } = await analyze(frames, {
      vips: [VIP],
      inventories: [ipNeigh(VIP_AT_DIRECTOR)],
    });
    expect([verdict, findings.map(({ kind }) => kind)]).toEqual(["clean", ["inventory-contradicted"]]);
  });
});
