import { describe, expect, it } from "vitest";
import { analyze, cacheEntry, macHeld } from "../../support/analyze.ts";
import { DIRECTOR, GATEWAY, NEIGHBOUR, REAL_SERVER, VIP } from "../../support/frames.ts";
import { announcement, arping, at, isAt, whoHas } from "../../support/traffic.ts";

// __neigh_update in net/core/neighbour.c: an INCOMPLETE entry takes whatever comes first.
describe("a host that resolves an address", () => {
  it.each([
    { first: DIRECTOR, second: REAL_SERVER, who: "the director" },
    { first: REAL_SERVER, second: DIRECTOR, who: "the real server" },
  ])("keeps the first of two answers: $who's", async ({ first, second }) => {
    const held = await macHeld(
      [at(0, whoHas(VIP, GATEWAY)), at(0.1, isAt(VIP, first, GATEWAY)), at(0.2, isAt(VIP, second, GATEWAY))],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(first.mac);
  });

  it("has the entry from the frame of the answer on", async () => {
    const report = await analyze([
      at(0, whoHas(VIP, GATEWAY)),
      at(1000, whoHas(VIP, GATEWAY)),
      at(1000.1, isAt(VIP, DIRECTOR, GATEWAY)),
    ]);
    expect(cacheEntry(report, GATEWAY, VIP)).toMatchObject({ since: { frame: 3 }, state: "known" });
  });

  it("takes an announcement for an answer where it is waiting for one", async () => {
    const held = await macHeld(
      [at(0, whoHas(VIP, GATEWAY)), at(0.1, announcement(VIP, REAL_SERVER))],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(REAL_SERVER.mac);
  });

  it("holds nothing while nobody has answered", async () => {
    const report = await analyze([at(0, whoHas(VIP, GATEWAY)), at(1000, whoHas(VIP, GATEWAY))]);
    expect(report.caches).toEqual([]);
  });

  it("had lost what it held before: the kernel asks everybody only for what it has no MAC of", async () => {
    const report = await analyze([
      at(0, whoHas(VIP, GATEWAY)),
      at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
      at(90_000, whoHas(VIP, GATEWAY)),
    ]);
    expect(cacheEntry(report, GATEWAY, VIP)).toBeUndefined();
  });

  it("takes another host's answer the second time", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(400, whoHas(VIP, GATEWAY)),
        at(400.1, isAt(VIP, REAL_SERVER, GATEWAY)),
      ],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(REAL_SERVER.mac);
  });
});

describe("a tool that asks from a socket of its own", () => {
  it("opens no entry in its host's cache, whatever is answered", async () => {
    const report = await analyze([
      at(0, arping(DIRECTOR.ip, NEIGHBOUR)),
      at(0.1, isAt(DIRECTOR.ip, DIRECTOR, NEIGHBOUR)),
    ]);
    expect(cacheEntry(report, NEIGHBOUR, DIRECTOR.ip)).toBeUndefined();
  });

  it("does not make its host forget what it holds", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(DIRECTOR.ip, NEIGHBOUR)),
        at(0.1, isAt(DIRECTOR.ip, DIRECTOR, NEIGHBOUR)),
        at(5000, arping(DIRECTOR.ip, NEIGHBOUR)),
      ],
      NEIGHBOUR,
      DIRECTOR.ip,
    );
    expect(held).toBe(DIRECTOR.mac);
  });
});

describe("a reply that nobody asked for, sent to one host", () => {
  it("creates nothing", async () => {
    const report = await analyze([
      at(0, whoHas(NEIGHBOUR.ip, GATEWAY)),
      at(0.1, isAt(NEIGHBOUR.ip, NEIGHBOUR, GATEWAY)),
      at(2000, isAt(VIP, REAL_SERVER, GATEWAY)),
    ]);
    expect(cacheEntry(report, GATEWAY, VIP)).toBeUndefined();
  });

  it("updates an entry that has not changed for more than a second", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(5000, isAt(VIP, REAL_SERVER, GATEWAY)),
      ],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(REAL_SERVER.mac);
  });

  it("is refused within a second of the entry's last change", async () => {
    const held = await macHeld(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(800, isAt(VIP, REAL_SERVER, GATEWAY)),
      ],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(DIRECTOR.mac);
  });
});
