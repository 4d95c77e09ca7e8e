import { describe, expect, it } from "vitest";
import { analyze, cacheEntry } from "../support/analyze.ts";
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
import type { CapturedFrame } from "../support/pcap.ts";
import { announcement, at, isAt, packet, tunnelled, whoHas } from "../support/traffic.ts";

/** One packet of a client as it comes from its router. */
interface Arriving {
  readonly identification: number;
  readonly sourcePort: number;
  readonly timeToLive: number;
}

function fromClient(number: number): Arriving & { source: string; destination: string } {
  return {
    source: CLIENT.ip,
    destination: VIP,
    identification: 1000 + number,
    sourcePort: 40_000 + number,
    timeToLive: 61,
  };
}

/** The gateway's packet for the VIP, passed on by the one to the other. */
function passedOn(milliseconds: number, number: number, by: Host, to: Host, hops = 1): CapturedFrame[] {
  const arriving = fromClient(number);
  return [
    at(milliseconds, packet(GATEWAY, by, arriving)),
    at(milliseconds + 0.1, packet(by, to, { ...arriving, timeToLive: arriving.timeToLive - hops })),
  ];
}

function answered(milliseconds: number, by: Host, to: Host = GATEWAY, timeToLive = 64): CapturedFrame {
  return at(milliseconds, packet(by, to, { source: VIP, destination: CLIENT.ip, timeToLive }));
}

/** The letter's Problem 3, with the gateway's answer. */
function leak(milliseconds: number, by: Host): CapturedFrame[] {
  return [
    at(milliseconds, whoHas(GATEWAY.ip, by, { tell: VIP })),
    at(milliseconds + 0.1, isAt(GATEWAY.ip, GATEWAY, by, { toIp: VIP })),
  ];
}

/** Sound traffic of a cluster whose caches are warm: one packet a second. */
function sound(seconds: number): CapturedFrame[] {
  return Array.from({ length: seconds }, (_, second) => [
    ...passedOn(second * 1000, second, DIRECTOR, REAL_SERVER),
    answered(second * 1000 + 0.3, REAL_SERVER),
  ]).flat();
}

const LEAK_IS_FOUND = [
  "poisoned",
  [
    {
      kind: "vip-source-in-request",
      severity: "critical",
      claimant: REAL_SERVER.mac,
      rightful: DIRECTOR.mac,
      victims: [GATEWAY.mac],
    },
  ],
];

async function judged(frames: readonly CapturedFrame[], options = {}) {
  const { verdict, findings } = await analyze(frames, options);
  return [
    verdict,
    findings.map(({ kind, severity, claimant, rightful, victims }) => ({
      kind,
      severity,
      claimant: claimant.mac,
      rightful: rightful?.mac,
      victims: victims.map(({ mac }) => mac),
    })),
  ];
}

async function directorsOf(frames: readonly CapturedFrame[], options = {}) {
  const { topology } = await analyze(frames, options);
  return topology.vips.map(({ ip, directors, realServers }) => ({
    ip,
    directors: directors.map(({ mac }) => mac),
    realServers: realServers.map(({ mac, forwarding }) => [mac, forwarding]),
  }));
}

describe("a capture that begins on a running cluster", () => {
  it.each([0, 1])("shows the leak after a single packet, its TTL lowered by %i", async (hops) => {
    const frames = [...passedOn(0, 1, DIRECTOR, REAL_SERVER, hops), ...leak(1, REAL_SERVER)];
    expect(await judged(frames)).toEqual(LEAK_IS_FOUND);
  });

  it.each([{ vips: [VIP] }, { gateways: [GATEWAY.ip] }, { realServers: [REAL_SERVER.mac], vips: [VIP] }])(
    "shows it with these roles given: %o",
    async (options) => {
      const frames = [...passedOn(0, 1, DIRECTOR, REAL_SERVER), ...leak(1, REAL_SERVER)];
      expect(await judged(frames, options)).toEqual(LEAK_IS_FOUND);
    },
  );

  it("shows it after a minute of sound traffic", async () => {
    expect(await judged([...sound(60), ...leak(60_000, REAL_SERVER)])).toEqual(LEAK_IS_FOUND);
  });

  it("shows it where the director tunnels", async () => {
    const frames = [
      at(0, packet(GATEWAY, DIRECTOR, fromClient(1))),
      at(0.1, tunnelled(DIRECTOR, REAL_SERVER, { ...fromClient(1), timeToLive: 60 })),
      answered(0.2, REAL_SERVER),
      ...leak(1, REAL_SERVER),
      at(2, packet(GATEWAY, REAL_SERVER, fromClient(2))),
    ];
    expect(await judged(frames)).toEqual(LEAK_IS_FOUND);
  });

  it("shows it where the real server's answer is the first frame", async () => {
    const frames = [
      answered(0, REAL_SERVER),
      ...passedOn(1, 1, DIRECTOR, REAL_SERVER),
      ...leak(2, REAL_SERVER),
    ];
    expect(await judged(frames)).toEqual(LEAK_IS_FOUND);
  });

  it("shows it where several packets are on their way at once", async () => {
    const numbers = [1, 2, 3, 4];
    const lowered = (number: number) => ({ ...fromClient(number), timeToLive: 60 });
    const frames = [
      ...numbers.map((number) => at(number * 0.01, packet(GATEWAY, DIRECTOR, fromClient(number)))),
      ...numbers.map((number) => at(1 + number * 0.01, packet(DIRECTOR, REAL_SERVER, lowered(number)))),
      answered(2, REAL_SERVER),
      ...leak(3, REAL_SERVER),
    ];
    expect(await judged(frames)).toEqual(LEAK_IS_FOUND);
  });

  it("shows it where the real server asks a third host, and the gateway overhears it", async () => {
    const frames = [
      ...sound(3),
      at(3000, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP })),
      at(3000.1, isAt(NEIGHBOUR.ip, NEIGHBOUR, REAL_SERVER, { toIp: VIP })),
    ];
    expect(await judged(frames)).toMatchObject([
      "poisoned",
      [{ kind: "vip-source-in-request", claimant: REAL_SERVER.mac, rightful: DIRECTOR.mac }],
    ]);
  });

  it("shows it on the director's port, which sees no answer of the real server or of the gateway", async () => {
    const frames = [
      ...passedOn(0, 1, DIRECTOR, REAL_SERVER),
      ...passedOn(1000, 2, DIRECTOR, REAL_SERVER),
      at(2000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
      at(3000, whoHas(GATEWAY.ip, NEIGHBOUR)),
    ];
    expect(await judged(frames)).toMatchObject([
      "poisoned",
      [{ kind: "vip-source-in-request", claimant: REAL_SERVER.mac, rightful: DIRECTOR.mac }],
    ]);
  });

  it("counts the flows that went to the real server directly", async () => {
    const strays = [1, 2, 3].flatMap((number) => [
      at(10 + number, packet(GATEWAY, REAL_SERVER, fromClient(100 + number))),
      at(
        10.5 + number,
        packet(REAL_SERVER, GATEWAY, {
          source: VIP,
          destination: CLIENT.ip,
          sourcePort: 80,
          destinationPort: 40_100 + number,
        }),
      ),
    ]);
    const { findings } = await analyze([
      ...passedOn(0, 1, DIRECTOR, REAL_SERVER),
      ...leak(1, REAL_SERVER),
      ...strays,
    ]);
    expect(findings[0]?.bypass).toMatchObject({ frames: 3, flows: 3, answered: 3 });
  });

  it("has the gateway's entry from its first packet on", async () => {
    const report = await analyze(sound(2));
    expect(cacheEntry(report, GATEWAY, VIP)).toMatchObject({ mac: DIRECTOR.mac, since: { frame: 1 } });
  });

  it("without any ARP shows who directs to whom", async () => {
    const frames = [
      ...sound(1),
      ...passedOn(1000, 7, DIRECTOR, SECOND_REAL_SERVER),
      answered(1000.3, SECOND_REAL_SERVER),
    ];
    expect(await directorsOf(frames)).toEqual([
      {
        ip: VIP,
        directors: [DIRECTOR.mac],
        realServers: [
          [REAL_SERVER.mac, "direct-routing"],
          [SECOND_REAL_SERVER.mac, "direct-routing"],
        ],
      },
    ]);
  });

  it("shows who directs to whom by turns where the answers leave by another router", async () => {
    const frames = [1, 2, 3, 4].flatMap((number) => {
      const server = number % 2 === 0 ? REAL_SERVER : SECOND_REAL_SERVER;
      return [
        ...passedOn(number * 100, number, DIRECTOR, server),
        answered(number * 100 + 1, server, NEIGHBOUR),
      ];
    });
    expect(await directorsOf(frames)).toMatchObject([{ ip: VIP, directors: [DIRECTOR.mac] }]);
  });
});

describe("passing packets on makes nobody a director", () => {
  it("who routes them to another router, whose answers were routed, too", async () => {
    const frames = [1, 2, 3].flatMap((number) => [
      ...passedOn(number * 10, number, DIRECTOR, REAL_SERVER),
      answered(number * 10 + 1, REAL_SERVER, GATEWAY, 60),
    ]);
    expect(await directorsOf(frames)).toEqual([]);
  });

  it("who routes them to their host, which answers through the router", async () => {
    const router = DIRECTOR;
    const host = { mac: REAL_SERVER.mac, ip: VIP };
    const answer = { source: VIP, destination: CLIENT.ip, identification: 77 };
    const frames = [
      ...passedOn(0, 1, router, host),
      at(1, whoHas(router.ip, host)),
      at(1.1, isAt(router.ip, router, host)),
      at(2, packet(host, router, { ...answer, timeToLive: 64 })),
      at(2.1, packet(router, GATEWAY, { ...answer, timeToLive: 63 })),
    ];
    expect([await directorsOf(frames), await judged(frames)]).toEqual([[], ["clean", []]]);
  });

  it("who routes them to a host that answers through the router's virtual MAC", async () => {
    const virtual: Host = { mac: "00:00:0c:07:ac:01", ip: "192.168.1.254" };
    const host = { mac: REAL_SERVER.mac, ip: VIP };
    const answer = { source: VIP, destination: CLIENT.ip, identification: 77 };
    const frames = [
      ...passedOn(0, 1, DIRECTOR, host),
      at(1, whoHas(virtual.ip, host)),
      at(1.1, isAt(virtual.ip, virtual, host)),
      at(2, packet(host, virtual, { ...answer, timeToLive: 64 })),
      at(2.1, packet(DIRECTOR, GATEWAY, { ...answer, timeToLive: 63 })),
      ...passedOn(1000, 2, DIRECTOR, host),
    ];
    expect([await directorsOf(frames), await judged(frames)]).toEqual([[], ["clean", []]]);
  });

  it("who passes them on to the director", async () => {
    const frames = [1, 2, 3].flatMap((number) => {
      const arriving = fromClient(number);
      return [
        at(number * 10, packet(GATEWAY, INTRUDER, arriving)),
        at(number * 10 + 0.1, packet(INTRUDER, DIRECTOR, arriving)),
        at(number * 10 + 0.2, packet(DIRECTOR, REAL_SERVER, arriving)),
        answered(number * 10 + 0.3, REAL_SERVER),
      ];
    });
    const [vip] = await directorsOf(frames);
    expect(vip?.directors ?? []).not.toContain(INTRUDER.mac);
  });

  it("who also claims the address unasked", async () => {
    const frames = [1, 2, 3].flatMap((number) => [
      ...passedOn(number * 2000, number, INTRUDER, NEIGHBOUR),
      answered(number * 2000 + 0.3, NEIGHBOUR),
      at(number * 2000 + 1, isAt(VIP, INTRUDER, GATEWAY)),
    ]);
    const [vip] = await directorsOf(frames);
    expect(vip?.directors ?? []).not.toContain(INTRUDER.mac);
  });

  it("who is silent when everybody is asked, while the owner answers", async () => {
    const owner = { mac: NEIGHBOUR.mac, ip: VIP };
    const frames = [
      ...passedOn(0, 1, INTRUDER, owner),
      answered(0.3, owner),
      at(100, whoHas(VIP, REAL_SERVER)),
      at(100.1, isAt(VIP, owner, REAL_SERVER)),
      ...[2, 3, 4].flatMap((number) => passedOn(number * 1000, number, INTRUDER, owner)),
    ];
    const { findings } = await analyze(frames);
    expect(findings.filter(({ claimant }) => claimant.mac === owner.mac)).toEqual([]);
  });

  it("who began only after the owner had announced itself", async () => {
    const owner = { mac: NEIGHBOUR.mac, ip: VIP };
    const frames = [
      at(0, announcement(VIP, owner)),
      ...passedOn(5000, 1, INTRUDER, owner),
      answered(5000.3, owner),
      ...passedOn(6000, 2, INTRUDER, owner),
      ...leak(7000, owner),
    ];
    const { findings } = await analyze(frames);
    expect(findings.filter(({ claimant }) => claimant.mac === owner.mac)).toEqual([]);
  });
});
