import { describe, expect, it } from "vitest";
import { analyze, cacheEntry, macHeld } from "../../support/analyze.ts";
import {
  BROADCAST_MAC,
  DIRECTOR,
  GATEWAY,
  NEIGHBOUR,
  NO_MAC,
  REAL_SERVER,
  VIP,
} from "../../support/frames.ts";
import type { CapturedFrame } from "../../support/pcap.ts";
import { announcement, at, isAt, whoHas } from "../../support/traffic.ts";

/** The gateway's entry for the VIP changes last at 0.1 ms. */
const GATEWAY_KNOWS_THE_DIRECTOR = [at(0, whoHas(VIP, GATEWAY)), at(0.1, isAt(VIP, DIRECTOR, GATEWAY))];

function gatewayHolds(...afterwards: readonly CapturedFrame[]): Promise<string | undefined> {
  return macHeld([...GATEWAY_KNOWS_THE_DIRECTOR, ...afterwards], GATEWAY, VIP);
}

// The end of arp_process in net/ipv4/arp.c, "Update our ARP tables".
describe("a request for somebody else that a host overhears", () => {
  it("creates no entry", async () => {
    const report = await analyze([
      at(0, whoHas(NEIGHBOUR.ip, GATEWAY)),
      at(0.1, isAt(NEIGHBOUR.ip, NEIGHBOUR, GATEWAY)),
      at(10, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP })),
    ]);
    expect(cacheEntry(report, GATEWAY, VIP)).toBeUndefined();
  });

  it("is refused within the second that follows a change of the entry", async () => {
    const held = gatewayHolds(at(1000, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP })));
    expect(await held).toBe(DIRECTOR.mac);
  });

  it("replaces an entry that has not changed for more than a second", async () => {
    const held = gatewayHolds(at(1000.2, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP })));
    expect(await held).toBe(REAL_SERVER.mac);
  });

  it("is not held off by what only repeats the entry: a hint that changes nothing starts no new second", async () => {
    const held = gatewayHolds(
      at(900, announcement(VIP, DIRECTOR)),
      at(1100, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP })),
    );
    expect(await held).toBe(REAL_SERVER.mac);
  });

  it("is held off for a second by a claim that did change the entry", async () => {
    const held = gatewayHolds(
      at(900, announcement(VIP, REAL_SERVER)),
      at(1100, whoHas(NEIGHBOUR.ip, DIRECTOR, { tell: VIP })),
    );
    expect(await held).toBe(REAL_SERVER.mac);
  });
});

// arp_is_garp in net/ipv4/arp.c.
describe("gratuitous ARP", () => {
  it("as a request overrides at once", async () => {
    expect(await gatewayHolds(at(0.2, announcement(VIP, REAL_SERVER)))).toBe(REAL_SERVER.mac);
  });

  it("as a request overrides at once with a target MAC of zero, too", async () => {
    const held = gatewayHolds(at(0.2, announcement(VIP, REAL_SERVER, { targetMac: NO_MAC })));
    expect(await held).toBe(REAL_SERVER.mac);
  });

  it("as a reply with the sender's MAC as target overrides at once", async () => {
    const held = gatewayHolds(
      at(0.2, announcement(VIP, REAL_SERVER, { as: "reply", targetMac: REAL_SERVER.mac })),
    );
    expect(await held).toBe(REAL_SERVER.mac);
  });

  it("as a reply with another target MAC is none: refused within the second", async () => {
    const held = gatewayHolds(
      at(500, announcement(VIP, REAL_SERVER, { as: "reply", targetMac: BROADCAST_MAC })),
    );
    expect(await held).toBe(DIRECTOR.mac);
  });

  it("as a reply with another target MAC is taken after the second, like any claim", async () => {
    const held = gatewayHolds(
      at(1500, announcement(VIP, REAL_SERVER, { as: "reply", targetMac: BROADCAST_MAC })),
    );
    expect(await held).toBe(REAL_SERVER.mac);
  });

  it("creates no entry where there is none", async () => {
    const report = await analyze([
      at(0, whoHas(NEIGHBOUR.ip, GATEWAY)),
      at(0.1, isAt(NEIGHBOUR.ip, NEIGHBOUR, GATEWAY)),
      at(2000, announcement(VIP, REAL_SERVER)),
    ]);
    expect(cacheEntry(report, GATEWAY, VIP)).toBeUndefined();
  });
});

describe("a frame sent to one host", () => {
  it("is not seen by another: a reply to a neighbour leaves the gateway's entry alone", async () => {
    const held = gatewayHolds(
      at(2000, whoHas(VIP, NEIGHBOUR)),
      at(2000.1, isAt(VIP, REAL_SERVER, NEIGHBOUR)),
    );
    expect(await held).toBe(DIRECTOR.mac);
  });

  it("is not seen by another: nor is a unicast request for a neighbour", async () => {
    const held = gatewayHolds(
      at(2000, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP, only: NEIGHBOUR })),
      at(2000.1, isAt(NEIGHBOUR.ip, NEIGHBOUR, REAL_SERVER, { toIp: VIP })),
    );
    expect(await held).toBe(DIRECTOR.mac);
  });
});

describe("what is learned", () => {
  it("is the sender MAC inside the ARP packet, not that of the Ethernet frame around it", async () => {
    const held = macHeld(
      [at(0, whoHas(VIP, GATEWAY)), at(0.1, isAt(VIP, DIRECTOR, GATEWAY, { mac: "00:00:5e:00:01:33" }))],
      GATEWAY,
      VIP,
    );
    expect(await held).toBe("00:00:5e:00:01:33");
  });
});
