import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { DIRECTOR, GATEWAY, type Host, NEIGHBOUR, REAL_SERVER, VIP } from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

const GUEST: Host = { mac: "02:00:00:00:0c:01", ip: "192.168.1.70" };
const SECOND_GUEST: Host = { mac: "02:00:00:00:0c:02", ip: "192.168.1.72" };
const BRIDGE: Host = { mac: "02:00:00:00:0c:00", ip: "192.168.1.71" };

const withMacOf = (bridge: Host, { ip }: Host): Host => ({ mac: bridge.mac, ip });
/** The guest asks, and at once the same is seen with the bridge's MAC. */
const bridgedRequest = (ms: number, guest: Host, target: Host) => [
  at(ms, whoHas(target.ip, guest)),
  at(ms + 0.02, whoHas(target.ip, withMacOf(BRIDGE, guest))),
  at(ms + 0.1, isAt(target.ip, target, guest)),
];
/** Others know the guest by the bridge's MAC. */
const bridgedReply = (ms: number, guest: Host, asker: Host) => [
  at(ms, whoHas(guest.ip, asker, { only: BRIDGE })),
  at(ms + 0.1, isAt(guest.ip, guest, asker)),
  at(ms + 0.106, isAt(guest.ip, withMacOf(BRIDGE, guest), asker)),
];

async function judged(frames: readonly CapturedFrame[]) {
  const { findings, benign } = await analyze(frames.toSorted((a, b) => a.atNs - b.atNs));
  return {
    accused: findings.map(({ claimant, ip }) => `${claimant.mac} of ${ip}`),
    bridged: benign.filter(({ kind }) => kind === "mac-rewriting-bridge").map(({ ip }) => ip),
  };
}

describe("a host that bridges others over Wi-Fi", () => {
  it.each([
    ["one request", bridgedRequest(0, GUEST, GATEWAY)],
    ["one reply", bridgedReply(0, GUEST, GATEWAY)],
    [
      "requests and replies",
      [
        ...bridgedRequest(0, GUEST, GATEWAY),
        ...bridgedReply(15_000, GUEST, GATEWAY),
        ...bridgedRequest(60_000, GUEST, NEIGHBOUR),
      ],
    ],
    [
      "a request, and an address of the bridge's own",
      [...lookup(0, BRIDGE, GATEWAY), ...bridgedRequest(50, GUEST, GATEWAY)],
    ],
  ])("is recognised by %s", async (_, frames) => {
    expect(await judged(frames)).toEqual({ accused: [], bridged: [GUEST.ip] });
  });

  it("is recognised for all that it bridges, however each is heard", async () => {
    const frames = [
      ...bridgedRequest(0, GUEST, GATEWAY),
      ...bridgedReply(5000, SECOND_GUEST, GATEWAY),
      at(7000, announcement(SECOND_GUEST.ip, SECOND_GUEST)),
      at(7000.03, announcement(SECOND_GUEST.ip, withMacOf(BRIDGE, SECOND_GUEST))),
    ];
    expect(await judged(frames)).toEqual({ accused: [], bridged: [GUEST.ip, SECOND_GUEST.ip] });
  });

  it("passes its guests' packets on to whom they were sent", async () => {
    const sent = { destination: "10.10.10.10", identification: 7 };
    const frames = [
      ...bridgedRequest(0, GUEST, GATEWAY),
      at(1, packet(GUEST, GATEWAY, sent)),
      at(1.02, packet(withMacOf(BRIDGE, GUEST), GATEWAY, sent)),
    ];
    expect((await judged(frames)).accused).toEqual([]);
  });
});

describe("what no bridge does", () => {
  it("is to repeat what an owner says in one name, and not what it says in another", async () => {
    const frames = [
      ...lookup(0, DIRECTOR, GATEWAY),
      ...[1000, 21_000, 41_000].flatMap((ms) => [
        at(ms, whoHas(GATEWAY.ip, DIRECTOR, { tell: VIP })),
        at(ms + 0.02, whoHas(GATEWAY.ip, { mac: REAL_SERVER.mac, ip: VIP })),
        at(ms + 0.1, isAt(GATEWAY.ip, GATEWAY, DIRECTOR, { toIp: VIP })),
        at(ms + 0.2, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
      ]),
    ];
    expect((await judged(frames)).accused).not.toEqual([]);
  });

  it("is to leave the owner's packets to go by themselves", async () => {
    const frames = [
      ...bridgedRequest(0, GUEST, GATEWAY),
      ...[1, 2, 3].map((ms) => at(ms, packet(GUEST, GATEWAY, { destination: "10.10.10.10" }))),
      ...bridgedRequest(30_000, GUEST, GATEWAY),
      ...bridgedRequest(60_000, GUEST, GATEWAY),
    ];
    expect((await judged(frames)).accused).not.toEqual([]);
  });

  it("is to answer with another what everybody was asked", async () => {
    const frames = [0, 5000].flatMap((ms) => [
      at(ms, whoHas(VIP, GATEWAY)),
      at(ms + 0.1, isAt(VIP, DIRECTOR, GATEWAY)),
      at(ms + 0.106, isAt(VIP, REAL_SERVER, GATEWAY)),
    ]);
    expect((await judged(frames)).accused).not.toEqual([]);
  });
});
