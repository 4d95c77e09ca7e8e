import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { DIRECTOR, GATEWAY, type Host, REAL_SERVER, SECOND_REAL_SERVER } from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { at, packet, tunnelled } from "../support/traffic.ts";

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
