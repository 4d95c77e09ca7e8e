import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { CLIENT, GATEWAY, type Host, INTRUDER, NEIGHBOUR, REAL_SERVER } from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { hsrp } from "../support/signals.ts";
import { announcement, at, isAt, packet } from "../support/traffic.ts";

const GROUP: Host = { mac: "00:00:0c:07:ac:01", ip: GATEWAY.ip };
const ACTIVE: Host = { mac: GROUP.mac, ip: "192.168.1.251" };
const STANDBY: Host = { mac: "02:00:00:00:00:32", ip: "192.168.1.252" };

const hellos = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => [
    at((from + index) * 1000, hsrp(ACTIVE, GATEWAY.ip)),
    at((from + index) * 1000 + 200, hsrp(STANDBY, GATEWAY.ip, { state: 8 })),
  ]).flat();
const routed = [1500, 2500].map((ms) => at(ms, packet(NEIGHBOUR, GROUP, { destination: CLIENT.ip })));

async function accused(frames: readonly CapturedFrame[]) {
  const { findings } = await analyze(frames.toSorted((a, b) => a.atNs - b.atNs));
  return findings.map(({ kind, ip, claimant }) => `${kind} of ${ip} by ${claimant.mac}`);
}

describe("an HSRP group", () => {
  it("is at its MAC whoever is active", async () => {
    const frames = [
      ...hellos(0, 5),
      ...routed,
      ...lookup(3100, REAL_SERVER, GROUP),
      ...[9, 10, 11].map((second) => at(second * 1000, hsrp({ ...GROUP, ip: STANDBY.ip }, GATEWAY.ip))),
      at(9001, announcement(GATEWAY.ip, GROUP, { as: "reply" })),
    ];
    expect(await accused(frames)).toEqual([]);
  });

  it.each([
    ["a coup", [at(6000, hsrp(INTRUDER, GATEWAY.ip, { opcode: 1 }))]],
    ["hellos as the active router", [6, 7, 8].map((second) => at(second * 1000, hsrp(INTRUDER, GATEWAY.ip)))],
    ["nothing of its protocol", []],
  ])("is taken by a card with a MAC of its own that sends %s", async (_, control) => {
    const claim = at(6300, announcement(GATEWAY.ip, INTRUDER, { as: "reply" }));
    expect(await accused([...hellos(0, 5), ...routed, ...control, claim])).toEqual([
      `gateway-impersonation of ${GATEWAY.ip} by ${INTRUDER.mac}`,
    ]);
  });

  it("is taken by a member that answers beside it, too", async () => {
    const frames = [
      ...hellos(0, 8),
      ...lookup(3100, REAL_SERVER, GROUP),
      at(3100.4, isAt(GATEWAY.ip, { mac: STANDBY.mac, ip: GATEWAY.ip }, REAL_SERVER)),
    ];
    expect(await accused(frames)).toEqual([`gateway-impersonation of ${GATEWAY.ip} by ${STANDBY.mac}`]);
  });
});

describe("a hello that one forges", () => {
  it("makes nobody's address a group's", async () => {
    const frames = [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(500, hsrp({ mac: GROUP.mac, ip: INTRUDER.ip }, NEIGHBOUR.ip)),
      ...lookup(1000, REAL_SERVER, NEIGHBOUR),
      at(1500, announcement(NEIGHBOUR.ip, NEIGHBOUR)),
    ];
    expect(await accused(frames)).toEqual([]);
  });
});
