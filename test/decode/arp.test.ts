import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Anomaly, ArpOperation, FrameKind } from "../../src/decode/facts.ts";
import { decode, ipOf, macOf } from "../support/decode.ts";
import {
  type ArpFields,
  arp,
  BROADCAST_MAC,
  EtherType,
  ethernet,
  GATEWAY,
  REAL_SERVER,
} from "../support/frames.ts";

const REQUEST: ArpFields = {
  operation: 1,
  senderMac: REAL_SERVER.mac,
  senderIp: REAL_SERVER.ip,
  targetMac: "00:00:00:00:00:00",
  targetIp: GATEWAY.ip,
};

function inFrame(payload: Uint8Array): Buffer {
  return ethernet({ to: BROADCAST_MAC, from: REAL_SERVER.mac, type: EtherType.Arp, payload });
}

function anomalyOf(fields: Partial<ArpFields>) {
  const { kind, anomaly } = decode(inFrame(arp({ ...REQUEST, ...fields })));
  return { kind, anomaly };
}

describe("an ARP packet", () => {
  it("says who asks, and for what", () => {
    const facts = decode(inFrame(arp(REQUEST)));
    expect({
      kind: facts.kind,
      operation: facts.operation,
      sender: [macOf(facts.senderMacHigh, facts.senderMacLow), ipOf(facts.senderIp)],
      target: [macOf(facts.targetMacHigh, facts.targetMacLow), ipOf(facts.targetIp)],
    }).toEqual({
      kind: FrameKind.Arp,
      operation: ArpOperation.Request,
      sender: [REAL_SERVER.mac, REAL_SERVER.ip],
      target: ["00:00:00:00:00:00", GATEWAY.ip],
    });
  });

  it("is what was encoded, for all addresses and both operations", () => {
    const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) =>
      Buffer.from(bytes)
        .toString("hex")
        .replace(/(..)(?=.)/g, "$1:"),
    );
    const ip = fc.ipV4();
    const fields = fc.record({
      operation: fc.constantFrom(1, 2),
      senderMac: mac,
      senderIp: ip,
      targetMac: mac,
      targetIp: ip,
    });
    fc.assert(
      fc.property(fields, (encoded) => {
        const facts = decode(inFrame(arp(encoded)));
        expect({
          operation: facts.operation,
          senderMac: macOf(facts.senderMacHigh, facts.senderMacLow),
          senderIp: ipOf(facts.senderIp),
          targetMac: macOf(facts.targetMacHigh, facts.targetMacLow),
          targetIp: ipOf(facts.targetIp),
        }).toEqual(encoded);
      }),
    );
  });

  it("is taken with the hardware type of IEEE 802, as arp_process takes it", () => {
    expect(anomalyOf({ hardwareType: 6 }).kind).toBe(FrameKind.Arp);
  });

  it("may be followed by padding", () => {
    const padded = Buffer.concat([inFrame(arp(REQUEST)), Buffer.alloc(18)]);
    expect(decode(padded).kind).toBe(FrameKind.Arp);
  });

  it.each<[string, Partial<ArpFields>]>([
    ["hardware type 0", { hardwareType: 0 }],
    ["hardware type 7, ARCNET", { hardwareType: 7 }],
    ["protocol type IPv6", { protocolType: 0x86dd }],
    ["hardware addresses of 8 bytes", { hardwareLength: 8 }],
    ["hardware addresses of 0 bytes", { hardwareLength: 0 }],
    ["protocol addresses of 16 bytes", { protocolLength: 16 }],
  ])("teaches no Linux host with %s", (_, fields) => {
    expect(anomalyOf(fields)).toEqual({ kind: FrameKind.Malformed, anomaly: Anomaly.ForeignArp });
  });

  it.each([0, 3, 4, 8, 9, 256, 0xffff])("teaches no host with operation %i", (operation) => {
    expect(anomalyOf({ operation })).toEqual({
      kind: FrameKind.Malformed,
      anomaly: Anomaly.UnknownArpOperation,
    });
  });

  it("is truncated at every length short of its 28 bytes", () => {
    const packet = arp(REQUEST);
    for (let length = 0; length < packet.length; length++) {
      const { kind, anomaly } = decode(inFrame(packet.subarray(0, length)));
      expect({ kind, anomaly }, `${length} bytes`).toEqual({
        kind: FrameKind.Malformed,
        anomaly: Anomaly.TruncatedArp,
      });
    }
  });
});
