import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Anomaly, FrameKind } from "../../src/decode/facts.ts";
import { decode, macOf } from "../support/decode.ts";
import {
  BROADCAST_MAC,
  DIRECTOR,
  EtherType,
  ethernet,
  GATEWAY,
  VIP,
  type VlanTag,
} from "../support/frames.ts";
import { PATIENCE } from "../support/patience.ts";
import { packet, whoHas } from "../support/traffic.ts";

function tagged(...tags: VlanTag[]): Buffer {
  return whoHas(VIP, GATEWAY, { tags });
}

describe("an Ethernet frame", () => {
  it("says from which card to which it goes", () => {
    const facts = decode(whoHas(VIP, GATEWAY));
    expect([
      macOf(facts.destinationMacHigh, facts.destinationMacLow),
      macOf(facts.sourceMacHigh, facts.sourceMacLow),
    ]).toEqual([BROADCAST_MAC, GATEWAY.mac]);
  });

  it("is truncated at every length short of its 14 bytes", () => {
    for (let length = 0; length < 14; length++) {
      const { kind, anomaly } = decode(whoHas(VIP, GATEWAY).subarray(0, length));
      expect({ kind, anomaly }, `${length} bytes`).toEqual({
        kind: FrameKind.Malformed,
        anomaly: Anomaly.TruncatedEthernet,
      });
    }
  });

  it.each([
    ["IPv6", EtherType.Ipv6],
    ["an IEEE 802.3 length", 46],
    ["LLDP", 0x88cc],
    ["RARP", 0x8035],
  ])("with %s inside is neither understood nor a fault", (_, type) => {
    const { kind, anomaly } = decode(
      ethernet({ to: DIRECTOR.mac, from: GATEWAY.mac, type, payload: Buffer.alloc(46) }),
    );
    expect({ kind, anomaly }).toEqual({ kind: FrameKind.Other, anomaly: Anomaly.None });
  });
});

describe("a tagged frame", () => {
  it.each<[string, VlanTag[]]>([
    ["802.1Q", [{ vlan: 10 }]],
    ["802.1Q with a priority", [{ vlan: 10, priority: 7 }]],
    ["a priority tag", [{ vlan: 0, priority: 5 }]],
    ["QinQ", [{ vlan: 100, type: EtherType.ServiceVlan }, { vlan: 10 }]],
    ["QinQ with the old type", [{ vlan: 100, type: 0x9100 }, { vlan: 10 }]],
    ["three tags", [{ vlan: 1 }, { vlan: 2 }, { vlan: 3 }]],
    ["four tags", [{ vlan: 1 }, { vlan: 2 }, { vlan: 3 }, { vlan: 4 }]],
  ])("is ARP under %s", (_, tags) => {
    expect(decode(tagged(...tags)).kind).toBe(FrameKind.Arp);
  });

  it("is IPv4 under a tag, too", () => {
    expect(decode(packet(GATEWAY, DIRECTOR, { tags: [{ vlan: 10 }] })).kind).toBe(FrameKind.Ipv4);
  });

  it("is of no VLAN where the tag gives a priority only", () => {
    expect(decode(tagged({ vlan: 0, priority: 5 })).segment).toBe(decode(whoHas(VIP, GATEWAY)).segment);
  });

  it("is of the outer VLAN where the inner tag gives a priority only", () => {
    expect(decode(tagged({ vlan: 10 }, { vlan: 0, priority: 5 })).segment).toBe(
      decode(tagged({ vlan: 10 })).segment,
    );
  });

  it("is of another broadcast domain for another VLAN", () => {
    const segments = [[{ vlan: 1 }], [{ vlan: 2 }], [{ vlan: 4095 }]].map(
      (tags) => decode(tagged(...tags)).segment,
    );
    expect(new Set([0, ...segments]).size).toBe(4);
  });

  it("is of another broadcast domain for another outer VLAN", () => {
    const segments = [1, 2, 4095].map((outer) => decode(tagged({ vlan: outer }, { vlan: 10 })).segment);
    expect(new Set([decode(tagged({ vlan: 10 })).segment, ...segments]).size).toBe(4);
  });

  it("is of the same broadcast domain whatever its priority", () => {
    expect(decode(tagged({ vlan: 10, priority: 7 })).segment).toBe(decode(tagged({ vlan: 10 })).segment);
  });

  it("is truncated where it ends inside a tag", () => {
    const frame = tagged({ vlan: 100 }, { vlan: 10 });
    for (const length of [14, 15, 16, 17, 18, 19, 20, 21]) {
      const { kind, anomaly } = decode(frame.subarray(0, length));
      expect({ kind, anomaly }, `${length} bytes`).toEqual({
        kind: FrameKind.Malformed,
        anomaly: Anomaly.TruncatedVlan,
      });
    }
  });
});

describe("any bytes at all", () => {
  // Behind an Ethernet header of a type that leads somewhere, random bytes get further.
  const leading = fc.constantFrom(
    "",
    "0800",
    "0806",
    "8100",
    "88a8",
    "81000005" + "0800",
    "08004500",
    "08004f00",
  );
  const frames = fc
    .tuple(fc.uint8Array({ minLength: 12, maxLength: 12 }), leading, fc.uint8Array({ maxLength: 200 }))
    .map(([macs, type, rest]) => Buffer.concat([macs, Buffer.from(type, "hex"), rest]));

  it("are decoded without an exception", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), frames), (bytes) => {
        expect(Object.values(FrameKind)).toContain(decode(bytes).kind);
      }),
      { numRuns: 2000 * PATIENCE },
    );
  });

  it("are decoded without a look at what lies behind them in memory", () => {
    fc.assert(
      fc.property(frames, (bytes) => {
        expect(decode(bytes, 0x45)).toEqual(decode(bytes, 0xba));
      }),
      { numRuns: 300 * PATIENCE },
    );
  });
});
