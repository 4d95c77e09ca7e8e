import { describe, expect, it } from "vitest";
import { Anomaly, FrameKind } from "../../src/decode/facts.ts";
import { decode, ipOf } from "../support/decode.ts";
import {
  CLIENT,
  DIRECTOR,
  EtherType,
  ethernet,
  GATEWAY,
  type Ipv4Fields,
  ipv4,
  Protocol,
  udp,
  VIP,
} from "../support/frames.ts";

const DATAGRAM: Ipv4Fields = {
  source: CLIENT.ip,
  destination: VIP,
  protocol: Protocol.Udp,
  payload: udp(40_000, 80),
};
const PORTS = (40_000 << 16) | 80;

function decodePacket(payload: Uint8Array) {
  return decode(ethernet({ to: DIRECTOR.mac, from: GATEWAY.mac, type: EtherType.Ipv4, payload }));
}

function decodeFields(fields: Partial<Ipv4Fields> = {}) {
  return decodePacket(ipv4({ ...DATAGRAM, ...fields }));
}

describe("an IPv4 packet", () => {
  it("says from where to where it goes, and between which ports", () => {
    const facts = decodeFields();
    expect({
      kind: facts.kind,
      from: ipOf(facts.sourceIp),
      to: ipOf(facts.destinationIp),
      protocol: facts.protocol,
      ports: facts.ports,
      tunnelDepth: facts.tunnelDepth,
    }).toEqual({
      kind: FrameKind.Ipv4,
      from: CLIENT.ip,
      to: VIP,
      protocol: 17,
      ports: PORTS,
      tunnelDepth: 0,
    });
  });

  it.each([4, 8, 40])("has its ports behind %i bytes of options", (length) => {
    expect(decodeFields({ options: Buffer.alloc(length, 1) }).ports).toBe(PORTS);
  });

  it("has ports as its first fragment", () => {
    expect(decodeFields({ moreFragments: true }).ports).toBe(PORTS);
  });

  it("has none as a later fragment, whose first bytes are anything", () => {
    expect(decodeFields({ fragmentOffset: 185 })).toMatchObject({ kind: FrameKind.Ipv4, ports: 0 });
  });

  it("has none where they were not captured", () => {
    const cut = ipv4(DATAGRAM).subarray(0, 23);
    expect(decodePacket(cut)).toMatchObject({ kind: FrameKind.Ipv4, ports: 0 });
  });

  it("has none where its protocol has none", () => {
    expect(decodeFields({ protocol: Protocol.Icmp }).ports).toBe(0);
  });

  it("may leave its total length at zero, as a sender with segmentation offload does", () => {
    expect(decodeFields({ totalLength: 0 }).kind).toBe(FrameKind.Ipv4);
  });

  it.each<[string, Partial<Ipv4Fields>]>([
    ["version 6", { version: 6 }],
    ["version 0", { version: 0 }],
    ["a header of four words", { headerWords: 4 }],
    ["a header of no words", { headerWords: 0 }],
    ["a total length shorter than its header", { totalLength: 19 }],
    ["a total length shorter than its options", { options: Buffer.alloc(4), totalLength: 20 }],
  ])("is corrupt with %s", (_, fields) => {
    const { kind, anomaly } = decodeFields(fields);
    expect({ kind, anomaly }).toEqual({ kind: FrameKind.Malformed, anomaly: Anomaly.CorruptIpv4 });
  });

  it("is truncated at every length short of its 20 bytes", () => {
    for (let length = 0; length < 20; length++) {
      const { kind, anomaly } = decodePacket(ipv4(DATAGRAM).subarray(0, length));
      expect({ kind, anomaly }, `${length} bytes`).toEqual({
        kind: FrameKind.Malformed,
        anomaly: Anomaly.TruncatedIpv4,
      });
    }
  });
});
