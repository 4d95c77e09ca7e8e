import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { CLIENT, DIRECTOR, GATEWAY, type Host, REAL_SERVER, SECOND_REAL_SERVER } from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { at, isAt, packet, tunnelled, whoHas } from "../support/traffic.ts";

const ANYCAST = "198.51.100.53";

/** A client's packet that the gateway routes to one of the servers, and its answer. */
function exchange(milliseconds: number, server: Host, client: string): CapturedFrame[] {
  return [
    at(milliseconds, packet(GATEWAY, server, { source: client, destination: ANYCAST, timeToLive: 57 })),
    at(milliseconds + 0.2, packet(server, GATEWAY, { source: ANYCAST, destination: client, timeToLive: 64 })),
  ];
}

/** The gateway looks its next hops up, and sends by turns. */
const ECMP = [
  ...lookup(0, GATEWAY, REAL_SERVER),
  ...lookup(1, GATEWAY, SECOND_REAL_SERVER),
  ...lookup(2, REAL_SERVER, GATEWAY),
  ...lookup(3, SECOND_REAL_SERVER, GATEWAY),
  ...[0, 1, 2, 3, 4, 5].flatMap((number) =>
    exchange(
      100 + number,
      number % 2 === 0 ? REAL_SERVER : SECOND_REAL_SERVER,
      `203.0.113.${(number * 7) % 5}`,
    ),
  ),
];

describe("a server to which a gateway has a route", () => {
  it("is no gateway: it answers from the address itself", async () => {
    const { topology } = await analyze(ECMP);
    expect(topology.gateways.map(({ mac }) => mac)).toEqual([GATEWAY.mac]);
  });

  it("is no gateway where it wraps the packets for servers in other networks", async () => {
    const inner = { source: "203.0.113.9", destination: ANYCAST, timeToLive: 57 };
    const { topology } = await analyze([
      ...lookup(0, GATEWAY, DIRECTOR),
      ...lookup(1, DIRECTOR, GATEWAY),
      at(10, packet(GATEWAY, DIRECTOR, inner)),
      at(10.1, tunnelled({ ...DIRECTOR, ip: "172.16.0.1" }, { ...GATEWAY, ip: "10.7.0.1" }, inner)),
    ]);
    expect(topology.gateways.map(({ mac }) => mac)).toEqual([GATEWAY.mac]);
  });
});

describe("a claim to an address that the gateway routes", () => {
  const leak = (milliseconds: number, server: Host) => [
    at(milliseconds, whoHas(GATEWAY.ip, server, { tell: ANYCAST })),
    at(milliseconds + 0.1, isAt(GATEWAY.ip, GATEWAY, server, { toIp: ANYCAST })),
  ];
  const kindsOf = async (frames: readonly CapturedFrame[], options = {}) => {
    const { findings, verdict } = await analyze(frames, options);
    return [verdict, findings.map(({ kind, severity, claimant }) => [kind, severity, claimant.mac])];
  };
  const traffic = (from: number) =>
    [0, 1, 2, 3, 4, 5].flatMap((number) =>
      exchange(
        from + 100 * number,
        number % 2 === 0 ? REAL_SERVER : SECOND_REAL_SERVER,
        `203.0.113.${20 + number}`,
      ),
    );
  const INERT = ["vip-leak-inert", "notice", REAL_SERVER.mac];

  it("is a notice: the entry is not used, before the claim and after it", async () => {
    expect(await kindsOf([...ECMP, ...leak(5000, REAL_SERVER), ...traffic(6000)])).toEqual([
      "clean",
      [INERT],
    ]);
  });

  it("is a notice where only what comes after the claim shows it", async () => {
    const frames = [...exchange(0, REAL_SERVER, CLIENT.ip), ...leak(1, REAL_SERVER), ...traffic(2000)];
    expect(await kindsOf(frames)).toEqual(["clean", [INERT]]);
  });

  it("is a notice with the VIP given, too", async () => {
    const frames = [...ECMP, ...leak(5000, REAL_SERVER), ...traffic(6000)];
    expect(await kindsOf(frames, { vips: [ANYCAST] })).toEqual(["clean", [INERT]]);
  });

  it("says why it does no harm now, and when it would", async () => {
    const { findings } = await analyze([...ECMP, ...leak(5000, REAL_SERVER), ...traffic(6000)]);
    expect(findings[0]?.summary).toMatch(/routes 198\.51\.100\.53 .* not used: harmless until .* on-link/);
  });

  it("is explained where no claim is made: the servers are not at odds", async () => {
    const { benign } = await analyze(ECMP);
    expect(benign.map(({ kind, ip, from }) => [kind, ip, from?.mac])).toEqual([
      ["routed-vip", ANYCAST, GATEWAY.mac],
    ]);
  });

  it("is none where the gateway looks the address up: there a cache was poisoned", async () => {
    const vip = [
      at(0, whoHas(ANYCAST, GATEWAY)),
      at(0.1, isAt(ANYCAST, SECOND_REAL_SERVER, GATEWAY)),
      ...exchange(10, SECOND_REAL_SERVER, CLIENT.ip),
      ...leak(2000, REAL_SERVER),
      ...exchange(2100, REAL_SERVER, CLIENT.ip),
      ...exchange(5000, SECOND_REAL_SERVER, CLIENT.ip),
    ];
    expect((await analyze(vip)).findings.map(({ kind }) => kind)).toEqual(["address-conflict"]);
  });

  it("is none where a director spreads the packets, and the gateway believes the real server", async () => {
    const spread = [0, 1, 2, 3].flatMap((number) => {
      const packetFor = { source: CLIENT.ip, destination: ANYCAST, identification: number, timeToLive: 60 };
      return [
        at(number * 10, packet(GATEWAY, DIRECTOR, packetFor)),
        at(
          number * 10 + 0.1,
          packet(DIRECTOR, number % 2 === 0 ? REAL_SERVER : SECOND_REAL_SERVER, packetFor),
        ),
      ];
    });
    const frames = [...spread, ...leak(2000, REAL_SERVER), ...exchange(2100, REAL_SERVER, CLIENT.ip)];
    expect(await kindsOf(frames)).toEqual([
      "poisoned",
      [["vip-source-in-request", "critical", REAL_SERVER.mac]],
    ]);
  });
});
