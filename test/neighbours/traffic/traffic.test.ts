import { describe, expect, it } from "vitest";
import { analyze, cacheEntry, macHeld } from "../../support/analyze.ts";
import {
  BROADCAST_MAC,
  CLIENT,
  DIRECTOR,
  GATEWAY,
  NEIGHBOUR,
  REAL_SERVER,
  VIP,
} from "../../support/frames.ts";
import { announcement, at, isAt, packet, tunnelled, whoHas } from "../../support/traffic.ts";

const FOR_THE_VIP = { source: CLIENT.ip, destination: VIP };
const BY_MAC = { vips: [VIP], directors: [DIRECTOR.mac], realServers: [REAL_SERVER.mac] };

describe("a host's own packets", () => {
  it("show what its cache holds, though no ARP frame was captured", async () => {
    const report = await analyze([at(0, packet(GATEWAY, REAL_SERVER, FOR_THE_VIP))], BY_MAC);
    expect(cacheEntry(report, GATEWAY, VIP)).toMatchObject({
      mac: REAL_SERVER.mac,
      since: { frame: 1 },
      state: "known",
    });
  });

  it("show it, too, where the receiver is known as the address's owner only later", async () => {
    const held = await macHeld(
      [
        at(0, packet(NEIGHBOUR, REAL_SERVER)),
        at(50, whoHas(GATEWAY.ip, REAL_SERVER)),
        at(50.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER)),
      ],
      NEIGHBOUR,
      REAL_SERVER.ip,
    );
    expect(held).toBe(REAL_SERVER.mac);
  });

  it("are believed more than the model", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(100, packet(GATEWAY, REAL_SERVER, FOR_THE_VIP)),
      ],
      GATEWAY,
      VIP,
      BY_MAC,
    );
    expect(held).toBe(REAL_SERVER.mac);
  });

  it("were on their way for up to 2 ms: so young a packet says nothing against a change just heard", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(2000, announcement(VIP, REAL_SERVER)),
        at(2001.9, packet(GATEWAY, DIRECTOR, FOR_THE_VIP)),
      ],
      GATEWAY,
      VIP,
      BY_MAC,
    );
    expect(held).toBe(REAL_SERVER.mac);
  });

  it("are no longer excused after 2 ms", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(2000, announcement(VIP, REAL_SERVER)),
        at(2002.1, packet(GATEWAY, DIRECTOR, FOR_THE_VIP)),
      ],
      GATEWAY,
      VIP,
      BY_MAC,
    );
    expect(held).toBe(DIRECTOR.mac);
  });

  it("show nothing where they go to a group of hosts", async () => {
    const everybody = { mac: BROADCAST_MAC, ip: "192.168.1.255" };
    const report = await analyze([at(0, packet(GATEWAY, everybody, FOR_THE_VIP))], BY_MAC);
    expect(report.caches).toEqual([]);
  });

  it("show the router that they go through by no entry for the far address", async () => {
    const report = await analyze(
      [
        at(0, whoHas(GATEWAY.ip, REAL_SERVER)),
        at(0.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER)),
        at(1, packet(REAL_SERVER, GATEWAY, { destination: CLIENT.ip })),
      ],
      BY_MAC,
    );
    expect(cacheEntry(report, REAL_SERVER, CLIENT.ip)).toBeUndefined();
  });

  it("open the second of locktime anew when they are the first to use a stale entry", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(GATEWAY.ip, DIRECTOR, { tell: VIP })),
        at(0.1, isAt(GATEWAY.ip, GATEWAY, DIRECTOR, { toIp: VIP })),
        at(1500, packet(GATEWAY, DIRECTOR, FOR_THE_VIP)),
        at(2000, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP })),
      ],
      GATEWAY,
      VIP,
      BY_MAC,
    );
    expect(held).toBe(DIRECTOR.mac);
  });
});

describe("a director that passes packets for the VIP on to a real server", () => {
  it("has no entry for the VIP by direct routing", async () => {
    const report = await analyze(
      [at(0, packet(GATEWAY, DIRECTOR, FOR_THE_VIP)), at(0.1, packet(DIRECTOR, REAL_SERVER, FOR_THE_VIP))],
      BY_MAC,
    );
    expect(cacheEntry(report, DIRECTOR, VIP)).toBeUndefined();
  });

  it("has no entry for the VIP by tunnelling", async () => {
    const report = await analyze(
      [at(0, packet(GATEWAY, DIRECTOR, FOR_THE_VIP)), at(0.1, tunnelled(DIRECTOR, REAL_SERVER, FOR_THE_VIP))],
      BY_MAC,
    );
    expect(cacheEntry(report, DIRECTOR, VIP)).toBeUndefined();
  });
});

describe("the hosts of two VLANs", () => {
  const red = { tags: [{ vlan: 10 }] };
  const blue = { tags: [{ vlan: 20 }] };

  it("keep separate caches, though MAC and address are the same", async () => {
    const report = await analyze([
      at(0, whoHas(VIP, GATEWAY, red)),
      at(0.1, isAt(VIP, DIRECTOR, GATEWAY, red)),
      at(10, whoHas(VIP, GATEWAY, blue)),
      at(10.1, isAt(VIP, REAL_SERVER, GATEWAY, blue)),
    ]);
    expect([cacheEntry(report, GATEWAY, VIP, 10)?.mac, cacheEntry(report, GATEWAY, VIP, 20)?.mac]).toEqual([
      DIRECTOR.mac,
      REAL_SERVER.mac,
    ]);
  });

  it("hear nothing of each other's announcements", async () => {
    const report = await analyze([
      at(0, whoHas(VIP, GATEWAY, red)),
      at(0.1, isAt(VIP, DIRECTOR, GATEWAY, red)),
      at(2000, announcement(VIP, REAL_SERVER, blue)),
    ]);
    expect(cacheEntry(report, GATEWAY, VIP, 10)?.mac).toBe(DIRECTOR.mac);
  });

  it("are told apart by both tags where a provider's tag is around the customer's", async () => {
    const tags = (outer: number) => ({ tags: [{ vlan: outer, type: 0x88a8 }, { vlan: 10 }] });
    const report = await analyze([
      at(0, whoHas(VIP, GATEWAY, tags(100))),
      at(0.1, isAt(VIP, DIRECTOR, GATEWAY, tags(100))),
      at(2000, announcement(VIP, REAL_SERVER, tags(200))),
    ]);
    expect(cacheEntry(report, GATEWAY, VIP, 10)?.mac).toBe(DIRECTOR.mac);
  });

  it("share a cache with untagged frames where the tag gives a priority only", async () => {
    const report = await analyze([
      at(0, whoHas(VIP, GATEWAY)),
      at(0.1, isAt(VIP, DIRECTOR, GATEWAY, { tags: [{ vlan: 0, priority: 5 }] })),
    ]);
    expect(cacheEntry(report, GATEWAY, VIP)?.mac).toBe(DIRECTOR.mac);
  });
});
