import { describe, expect, it } from "vitest";
import { FrameKind } from "../../src/decode/facts.ts";
import { decode, ipOf } from "../support/decode.ts";
import {
  CLIENT,
  DIRECTOR,
  EtherType,
  ethernet,
  GATEWAY,
  ipip,
  ipv4,
  Protocol,
  REAL_SERVER,
  udp,
  VIP,
} from "../support/frames.ts";
import { gre, gue } from "../support/lvs-frames.ts";

const DATAGRAM = ipv4({
  source: CLIENT.ip,
  destination: VIP,
  protocol: Protocol.Udp,
  payload: udp(40_000, 80),
});

function decodePacket(payload: Uint8Array) {
  return decode(ethernet({ to: DIRECTOR.mac, from: GATEWAY.mac, type: EtherType.Ipv4, payload }));
}

function innermost(payload: Uint8Array) {
  const { tunnelDepth, innerSourceIp, innerDestinationIp } = decodePacket(payload);
  return [tunnelDepth, ipOf(innerSourceIp), ipOf(innerDestinationIp)];
}

describe("IP in IP", () => {
  const nested = (depth: number): Buffer =>
    depth === 0 ? DATAGRAM : ipip(DIRECTOR.ip, REAL_SERVER.ip, nested(depth - 1));

  it.each([1, 2, 3])("nested %i deep shows the innermost packet", (depth) => {
    expect(innermost(nested(depth))).toEqual([depth, CLIENT.ip, VIP]);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "nested %i deep still shows between whom the outermost packet goes",
    (depth) => {
      const facts = decodePacket(nested(depth));
      expect([facts.kind, ipOf(facts.sourceIp), ipOf(facts.destinationIp)]).toEqual([
        FrameKind.Ipv4,
        DIRECTOR.ip,
        REAL_SERVER.ip,
      ]);
    },
  );

  it("is followed behind options of the outer header", () => {
    const outer = ipv4({
      source: DIRECTOR.ip,
      destination: REAL_SERVER.ip,
      protocol: Protocol.IpIp,
      options: Buffer.alloc(12, 1),
      payload: DATAGRAM,
    });
    expect(ipOf(decodePacket(outer).innerDestinationIp)).toBe(VIP);
  });

  it("is not looked into where a later fragment carries no inner header", () => {
    const outer = ipv4({
      source: DIRECTOR.ip,
      destination: REAL_SERVER.ip,
      protocol: Protocol.IpIp,
      fragmentOffset: 100,
      payload: DATAGRAM,
    });
    expect(decodePacket(outer)).toMatchObject({ kind: FrameKind.Ipv4, tunnelDepth: 0 });
  });

  it("is not looked into where the inner header was not captured whole", () => {
    for (let length = 20; length < 40; length++) {
      const facts = decodePacket(nested(1).subarray(0, length));
      expect([facts.kind, facts.tunnelDepth], `${length} bytes`).toEqual([FrameKind.Ipv4, 0]);
    }
  });

  it("is not looked into where what is inside is no IPv4", () => {
    const facts = decodePacket(ipip(DIRECTOR.ip, REAL_SERVER.ip, Buffer.alloc(40, 0x60)));
    expect([facts.kind, facts.tunnelDepth]).toEqual([FrameKind.Ipv4, 0]);
  });
});

describe("the other tunnels of LVS", () => {
  it.each<[string, Buffer]>([
    ["GRE", gre(DIRECTOR.ip, REAL_SERVER.ip, DATAGRAM)],
    ["GRE with a checksum", gre(DIRECTOR.ip, REAL_SERVER.ip, DATAGRAM, true)],
    ["GUE", gue(DIRECTOR.ip, REAL_SERVER.ip, DATAGRAM)],
    ["GUE with remote checksum offload", gue(DIRECTOR.ip, REAL_SERVER.ip, DATAGRAM, true)],
  ])("show the packet inside: %s", (_, packet) => {
    expect(innermost(packet)).toEqual([1, CLIENT.ip, VIP]);
  });

  it.each<[string, Buffer]>([
    ["GRE", gre(DIRECTOR.ip, REAL_SERVER.ip, DATAGRAM)],
    ["GUE", gue(DIRECTOR.ip, REAL_SERVER.ip, DATAGRAM)],
  ])("still show between whom the outer packet goes: %s", (_, packet) => {
    const facts = decodePacket(packet);
    expect([ipOf(facts.sourceIp), ipOf(facts.destinationIp)]).toEqual([DIRECTOR.ip, REAL_SERVER.ip]);
  });

  it("are none where a UDP packet only happens to begin like GUE", () => {
    const unlike = Buffer.concat([Buffer.from([0, 4, 0, 0]), DATAGRAM, Buffer.from("and more")]);
    const packet = ipv4({
      source: DIRECTOR.ip,
      destination: REAL_SERVER.ip,
      protocol: Protocol.Udp,
      payload: udp(50_000, 6080, unlike),
    });
    expect(decodePacket(packet).tunnelDepth).toBe(0);
  });

  it("are read without an exception at any captured length", () => {
    for (const packet of [
      gre(DIRECTOR.ip, REAL_SERVER.ip, DATAGRAM, true),
      gue(DIRECTOR.ip, REAL_SERVER.ip, DATAGRAM, true),
    ]) {
      for (let length = 20; length < packet.length; length++) {
        expect(decodePacket(packet.subarray(0, length)).kind, `${length} bytes`).toBe(FrameKind.Ipv4);
      }
    }
  });
});
