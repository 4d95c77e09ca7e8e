import { describe, expect, it } from "vitest";
import { analyze, cacheEntry, macHeld } from "../../support/analyze.ts";
import {
  DIRECTOR,
  GATEWAY,
  NEIGHBOUR,
  NO_IP,
  REAL_SERVER,
  SECOND_REAL_SERVER,
  VIP,
} from "../../support/frames.ts";
import { announcement, arping, at, isAt, probe, whoHas } from "../../support/traffic.ts";

// neigh_event_ns in net/core/neighbour.c, called by arp_process for a request that is answered.
describe("a host that answers a request", () => {
  it("puts the asker into its cache, from the frame of the request on", async () => {
    const report = await analyze([
      at(0, whoHas(GATEWAY.ip, REAL_SERVER)),
      at(0.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER)),
    ]);
    expect(cacheEntry(report, GATEWAY, REAL_SERVER.ip)).toMatchObject({
      mac: REAL_SERVER.mac,
      since: { frame: 1 },
      state: "known",
    });
  });

  it("lets the asker override what it learned 0.1 ms before: the locktime protects nothing here", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(0.2, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
        at(0.3, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
      ],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(REAL_SERVER.mac);
  });

  it("learns from a request that was sent to it alone, too", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(GATEWAY.ip, REAL_SERVER, { only: GATEWAY })),
        at(0.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER)),
      ],
      GATEWAY,
      REAL_SERVER.ip,
    );
    expect(held).toBe(REAL_SERVER.mac);
  });

  it("learns who used arping, which wants no entry itself", async () => {
    const report = await analyze([
      at(0, arping(DIRECTOR.ip, NEIGHBOUR)),
      at(0.1, isAt(DIRECTOR.ip, DIRECTOR, NEIGHBOUR)),
    ]);
    expect(cacheEntry(report, DIRECTOR, NEIGHBOUR.ip)?.mac).toBe(NEIGHBOUR.mac);
  });

  it("learns nothing from a probe, which names no sender", async () => {
    const report = await analyze([
      at(0, probe(GATEWAY.ip, NEIGHBOUR)),
      at(0.1, isAt(GATEWAY.ip, GATEWAY, NEIGHBOUR, { toIp: NO_IP })),
    ]);
    expect(report.caches).toEqual([]);
  });

  it("puts what it heard before it answered after the request: the director's announcement wins", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
        at(0.1, announcement(VIP, DIRECTOR)),
        at(0.2, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
      ],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(DIRECTOR.mac);
  });

  it("never took a claim that came between the request and its answer: its locktime had begun", async () => {
    const report = await analyze(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(5000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
        at(5000.1, whoHas(NEIGHBOUR.ip, SECOND_REAL_SERVER, { tell: VIP })),
        at(5000.2, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
      ],
      { vips: [VIP], directors: [DIRECTOR.mac], realServers: [REAL_SERVER.mac, SECOND_REAL_SERVER.mac] },
    );
    expect(
      report.findings.map(({ claimant, victims }) => [claimant.mac, victims.map(({ mac }) => mac)]),
    ).toEqual([
      [REAL_SERVER.mac, [GATEWAY.mac]],
      [SECOND_REAL_SERVER.mac, []],
    ]);
  });

  it("keeps what it learned where the announcement came before the request", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(0.2, announcement(VIP, DIRECTOR)),
        at(0.3, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
        at(0.4, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
      ],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(REAL_SERVER.mac);
  });
});

describe("a host that is asked and does not answer", () => {
  it("did not learn the asker", async () => {
    const report = await analyze([at(0, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP }))]);
    expect(report.caches).toEqual([]);
  });

  it("keeps what it held, however old that is: arp_process ends before it updates", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(5000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
      ],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(DIRECTOR.mac);
  });
});
