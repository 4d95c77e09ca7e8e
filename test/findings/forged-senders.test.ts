import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import {
  arp,
  BROADCAST_MAC,
  CLIENT,
  DIRECTOR,
  EtherType,
  ethernet,
  GATEWAY,
  type Host,
  INTRUDER,
  NEIGHBOUR,
  NO_MAC,
  REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { accusedIn, INTRODUCTIONS, ROLE_MODES, soundTraffic } from "../support/thieves.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

const NOBODY: Host = { mac: NO_MAC, ip: VIP };
const EVERYBODY: Host = { mac: BROADCAST_MAC, ip: VIP };
const MULTICAST: Host = { mac: "01:00:5e:00:00:01", ip: VIP };

interface Forgery {
  /** Ethernet source. */
  readonly from: string;
  /** Sender hardware address. */
  readonly names: string;
  readonly ip: string;
}

/** An announcement with whatever MACs the thief likes. */
function forged({ from, names, ip }: Forgery): Uint8Array {
  return ethernet({
    to: BROADCAST_MAC,
    from,
    type: EtherType.Arp,
    payload: arp({ operation: 2, senderMac: names, senderIp: ip, targetMac: NO_MAC, targetIp: ip }),
  });
}

/** The gateway's requests for the VIP go to a MAC. */
function stray(start: number, to: Host): CapturedFrame[] {
  return [0, 100, 200].map((after) =>
    at(start + after, packet(GATEWAY, to, { source: CLIENT.ip, destination: VIP, identification: after })),
  );
}

const NO_CARDS = { "all zeros": NOBODY, broadcast: EVERYBODY, "a multicast group": MULTICAST };

describe.each(Object.entries(ROLE_MODES))("a VIP at a MAC that no card has; roles: %s", (_roles, options) => {
  it.each(Object.entries(NO_CARDS))("%s: the card that said so is accused", async (_name, named) => {
    const frames = [
      ...INTRODUCTIONS,
      ...soundTraffic(10),
      at(6000, forged({ from: INTRUDER.mac, names: named.mac, ip: VIP })),
      ...stray(6001, named),
    ];
    const report = await analyze(frames, options);
    expect(accusedIn(report)).toEqual([INTRUDER.mac]);
    expect(report.findings[0]).toMatchObject({ severity: "critical", stage: "used" });
  });

  it("is accused with nobody's name where the frame's source is no card's either", async () => {
    const frames = [
      ...INTRODUCTIONS,
      ...soundTraffic(10),
      at(6000, forged({ from: BROADCAST_MAC, names: NO_MAC, ip: VIP })),
      ...stray(6001, NOBODY),
    ];
    expect(accusedIn(await analyze(frames, options))).toEqual([NO_MAC]);
  });
});

describe.each(Object.entries(ROLE_MODES))("a frame with two MACs; roles: %s", (_roles, options) => {
  it("does not accuse the real server that it names", async () => {
    const frames = [
      ...INTRODUCTIONS,
      ...soundTraffic(10),
      at(6000, forged({ from: INTRUDER.mac, names: REAL_SERVER.mac, ip: VIP })),
      ...stray(6001, REAL_SERVER),
    ];
    expect(accusedIn(await analyze(frames, options))).toEqual([INTRUDER.mac]);
  });

  it.each([
    ["all zeros", NO_MAC],
    ["broadcast", BROADCAST_MAC],
    ["the gateway's MAC", GATEWAY.mac],
  ])("accuses the MAC that it names where the Ethernet source is %s", async (_name, from) => {
    const frames = [
      ...INTRODUCTIONS,
      ...soundTraffic(10),
      at(6000, forged({ from, names: INTRUDER.mac, ip: VIP })),
      ...stray(6001, INTRUDER),
    ];
    expect(accusedIn(await analyze(frames, options))).toEqual([INTRUDER.mac]);
  });
});

describe("an ordinary address at a MAC that is not the sender's", () => {
  const introductions = [...lookup(0, GATEWAY, NEIGHBOUR), ...lookup(10, REAL_SERVER, GATEWAY)];
  const traffic = (start: number, to: Host) => [
    at(start, packet(GATEWAY, to, { source: CLIENT.ip, destination: NEIGHBOUR.ip })),
    at(start + 10, packet(GATEWAY, to, { source: CLIENT.ip, destination: NEIGHBOUR.ip })),
  ];

  it.each(Object.entries(NO_CARDS))("%s: the card that said so is accused", async (_name, named) => {
    const report = await analyze([
      ...introductions,
      ...traffic(100, NEIGHBOUR),
      at(6000, forged({ from: INTRUDER.mac, names: named.mac, ip: NEIGHBOUR.ip })),
      ...traffic(6001, named),
    ]);
    expect(accusedIn(report)).toEqual([INTRUDER.mac]);
  });

  it("does not accuse the host that it names", async () => {
    const report = await analyze([
      ...introductions,
      ...traffic(100, NEIGHBOUR),
      at(6000, forged({ from: INTRUDER.mac, names: REAL_SERVER.mac, ip: NEIGHBOUR.ip })),
      ...traffic(6001, REAL_SERVER),
    ]);
    expect(accusedIn(report)).toEqual([INTRUDER.mac]);
  });

  it("does not accuse the host whose MAC is the frame's forged source", async () => {
    const report = await analyze([
      ...introductions,
      ...traffic(100, NEIGHBOUR),
      at(6000, forged({ from: GATEWAY.mac, names: INTRUDER.mac, ip: NEIGHBOUR.ip })),
      ...traffic(6001, INTRUDER),
    ]);
    expect(accusedIn(report)).toEqual([INTRUDER.mac]);
  });
});

describe("an address that the nodes of a cluster share by a group MAC", () => {
  const shared: Host = { mac: "03:00:5e:11:22:33", ip: NEIGHBOUR.ip };
  const nodes = [REAL_SERVER, DIRECTOR];
  const question = (start: number) => [
    at(start, whoHas(NEIGHBOUR.ip, GATEWAY)),
    ...nodes.map((node, index) =>
      at(start + 0.1 + index / 10, isAt(NEIGHBOUR.ip, node, GATEWAY, { mac: shared.mac })),
    ),
    at(start + 1, packet(GATEWAY, shared, { source: CLIENT.ip, destination: NEIGHBOUR.ip })),
  ];
  const introductions = nodes.flatMap((node, index) => lookup(index * 10, node, GATEWAY));

  it("accuses nobody while they agree", async () => {
    expect(accusedIn(await analyze([...introductions, ...question(100), ...question(5000)]))).toEqual([]);
  });

  it("accuses the node that announces its own card for it, and no other", async () => {
    const report = await analyze([
      ...introductions,
      ...question(100),
      at(3000, announcement(NEIGHBOUR.ip, REAL_SERVER)),
      at(3001, packet(GATEWAY, REAL_SERVER, { source: CLIENT.ip, destination: NEIGHBOUR.ip })),
    ]);
    expect(accusedIn(report)).toEqual([REAL_SERVER.mac]);
  });
});
