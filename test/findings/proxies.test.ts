import { describe, expect, it } from "vitest";
import type { AnalyzeOptions } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  type Host,
  INTRUDER,
  NEIGHBOUR,
  REAL_SERVER,
  SECOND_REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { at, isAt, packet, whoHas } from "../support/traffic.ts";

/** Everybody finds the gateway, and reaches the world by it. */
const ROUTED = [NEIGHBOUR, REAL_SERVER, SECOND_REAL_SERVER].flatMap((host, index) => [
  ...lookup(index * 10, host, GATEWAY),
  at(index * 10 + 1, packet(host, GATEWAY, { destination: CLIENT.ip })),
  at(index * 10 + 2, packet(GATEWAY, host, { source: CLIENT.ip, timeToLive: 57 })),
]);

/** One question and several answers, each after so many milliseconds. */
function asked(ms: number, owner: Host, answers: readonly (readonly [Host, number])[], asker = REAL_SERVER) {
  return [
    at(ms, whoHas(owner.ip, asker)),
    ...answers.map(([host, after]) => at(ms + after, isAt(owner.ip, host, asker))),
  ];
}

async function accused(frames: readonly CapturedFrame[], roles: AnalyzeOptions = {}) {
  const { findings } = await analyze(
    frames.toSorted((a, b) => a.atNs - b.atNs),
    roles,
  );
  return findings.map(({ kind, ip, claimant }) => `${kind} of ${ip} by ${claimant.mac}`);
}

const OVERREACH = `proxy-overreach of ${NEIGHBOUR.ip} by ${GATEWAY.mac}`;

describe("a gateway that answers for a host on the link", () => {
  it.each([
    ["after its owner", [NEIGHBOUR, 0.2], [GATEWAY, 0.4]],
    ["before its owner", [GATEWAY, 0.1], [NEIGHBOUR, 0.4]],
    ["0.7 s after its owner", [NEIGHBOUR, 0.2], [GATEWAY, 700]],
  ] as const)("is a proxy that overreaches, %s", async (_, first, second) => {
    expect(await accused([...ROUTED, ...asked(5000, NEIGHBOUR, [first, second])])).toEqual([OVERREACH]);
  });

  it("is one though what it answered for was asked for first", async () => {
    const frames = [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      ...asked(100, NEIGHBOUR, [
        [GATEWAY, 0.1],
        [NEIGHBOUR, 0.3],
      ]),
      ...ROUTED.map(({ atNs, bytes }) => ({ atNs: atNs + 1e9, bytes })),
    ];
    expect(await accused(frames)).toEqual([OVERREACH]);
  });

  it("is one though it passes on what it is sent", async () => {
    const sent = { destination: NEIGHBOUR.ip, identification: 9 };
    const frames = [
      ...ROUTED,
      ...asked(5000, NEIGHBOUR, [
        [GATEWAY, 0.1],
        [NEIGHBOUR, 0.3],
      ]),
      at(5001, packet(REAL_SERVER, GATEWAY, { ...sent, timeToLive: 64 })),
      at(5001.1, packet(GATEWAY, NEIGHBOUR, { ...sent, source: REAL_SERVER.ip, timeToLive: 63 })),
    ];
    expect(await accused(frames)).toEqual([OVERREACH]);
  });

  it("is told which settings make it answer", async () => {
    const { findings } = await analyze([
      ...ROUTED,
      ...asked(5000, NEIGHBOUR, [
        [NEIGHBOUR, 0.2],
        [GATEWAY, 0.4],
      ]),
    ]);
    expect(findings[0]?.fix.map(({ setting }) => setting)).toEqual(
      expect.arrayContaining(["proxy_arp", "proxy_arp_pvlan"]),
    );
  });
});

describe("a host that answers late for a host on the link", () => {
  it("is a proxy that overreaches, however often", async () => {
    const frames = [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      ...lookup(10, SECOND_REAL_SERVER, GATEWAY),
      ...[5000, 12_000, 19_000].flatMap((ms, index) =>
        asked(ms, NEIGHBOUR, [
          [NEIGHBOUR, 0.2],
          [SECOND_REAL_SERVER, 250 + index * 250],
        ]),
      ),
    ];
    expect(await accused(frames)).toEqual([
      `proxy-overreach of ${NEIGHBOUR.ip} by ${SECOND_REAL_SERVER.mac}`,
    ]);
  });

  it("answers for the VIP that is not its own", async () => {
    const vip: Host = { mac: DIRECTOR.mac, ip: VIP };
    const frames = [
      ...lookup(0, DIRECTOR, GATEWAY),
      ...lookup(10, SECOND_REAL_SERVER, GATEWAY),
      ...[5000, 12_000, 19_000].flatMap((ms) =>
        asked(
          ms,
          vip,
          [
            [vip, 0.2],
            [{ mac: SECOND_REAL_SERVER.mac, ip: VIP }, 600],
          ],
          NEIGHBOUR,
        ),
      ),
    ];
    expect(await accused(frames, { vips: [VIP], directors: [DIRECTOR.ip] })).toEqual([
      `vip-reply of ${VIP} by ${SECOND_REAL_SERVER.mac}`,
    ]);
  });
});

it("a firewall that answers for its whole segment is one without a packet of traffic", async () => {
  const owners = [NEIGHBOUR, SECOND_REAL_SERVER];
  const frames = [
    ...[...owners, REAL_SERVER].flatMap((host, index) => lookup(index * 10, host, GATEWAY)),
    ...owners.flatMap((owner, index) =>
      asked(3000 + index * 1000, owner, [
        [GATEWAY, 0.1],
        [owner, 0.3 + index],
      ]),
    ),
    at(8000, whoHas("192.168.1.130", REAL_SERVER)),
    at(8000.1, isAt("192.168.1.130", GATEWAY, REAL_SERVER)),
  ];
  expect(await accused(frames)).toEqual(owners.map(({ ip }) => `proxy-overreach of ${ip} by ${GATEWAY.mac}`));
});

describe("what is no proxy", () => {
  it("is an intruder who answers for the gateway's address", async () => {
    const found = await accused([
      ...ROUTED,
      ...lookup(100, INTRUDER, GATEWAY),
      ...asked(5000, GATEWAY, [
        [INTRUDER, 0.1],
        [GATEWAY, 0.3],
      ]),
    ]);
    expect(found).toEqual([`gateway-impersonation of ${GATEWAY.ip} by ${INTRUDER.mac}`]);
  });

  it("is a director, while a real server asks in its VIP's name", async () => {
    const vip: Host = { mac: DIRECTOR.mac, ip: VIP };
    const found = await accused([
      ...lookup(0, REAL_SERVER, GATEWAY),
      ...asked(3000, vip, [[vip, 0.1]], GATEWAY),
      at(9000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
      at(9000.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
      ...asked(20_000, vip, [[vip, 0.1]], GATEWAY),
    ]);
    expect(found.filter((text) => text.startsWith("proxy-overreach"))).toEqual([]);
  });

  it("is a second host that answers at once, and asks in the address's name", async () => {
    const rival: Host = { mac: INTRUDER.mac, ip: NEIGHBOUR.ip };
    const found = await accused([
      ...lookup(0, NEIGHBOUR, GATEWAY),
      ...lookup(100, rival, GATEWAY),
      ...asked(5000, NEIGHBOUR, [
        [NEIGHBOUR, 0.2],
        [rival, 0.4],
      ]),
    ]);
    expect(found.map((text) => text.split(" ")[0])).toEqual(["address-conflict"]);
  });
});
