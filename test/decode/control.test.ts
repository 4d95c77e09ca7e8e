import { describe, expect, it } from "vitest";
import { Control, FrameKind } from "../../src/decode/facts.ts";
import { decode, ipOf } from "../support/decode.ts";
import {
  CLIENT,
  DIRECTOR,
  EtherType,
  ethernet,
  ipv4,
  Protocol,
  REAL_SERVER,
  udp,
  VIP,
} from "../support/frames.ts";
import {
  advertisement,
  carp,
  type SyncedConnection,
  synchronisation,
  syncV0,
  syncV1,
  vrrp,
} from "../support/lvs-frames.ts";

const OTHER_VIP = "192.168.1.3";

function addressesIn(frame: Uint8Array): string[] {
  const { control, advert } = decode(frame);
  if (control !== Control.Vrrp) return [];
  return [...advert.addresses.subarray(0, advert.addressCount)].map(ipOf);
}

describe("a VRRP advertisement", () => {
  it.each([2, 3] as const)("of version %i names its router, its priority and its addresses", (version) => {
    const frame = advertisement(
      DIRECTOR,
      vrrp({ version, virtualRouterId: 7, priority: 150, addresses: [VIP, OTHER_VIP] }),
    );
    const { advert } = decode(frame);
    expect([advert.version, advert.virtualRouterId, advert.priority, addressesIn(frame)]).toEqual([
      version,
      7,
      150,
      [VIP, OTHER_VIP],
    ]);
  });

  it("is read as far as its packet goes, not into Ethernet's padding", () => {
    const frame = advertisement(DIRECTOR, vrrp({ version: 3, addresses: [VIP] }));
    expect(addressesIn(Buffer.concat([frame, Buffer.alloc(60 - frame.length, 0xff)]))).toEqual([VIP]);
  });

  it("may name as many addresses as its count can say", () => {
    const addresses = Array.from({ length: 255 }, (_, index) => `10.0.0.${index}`);
    expect(addressesIn(advertisement(DIRECTOR, vrrp({ addresses })))).toEqual(addresses);
  });

  it("says nothing where it was not captured whole, at any length", () => {
    const frame = advertisement(DIRECTOR, vrrp({ addresses: [VIP, OTHER_VIP] }));
    for (let length = 34; length < frame.length; length++) {
      const { kind, control } = decode(frame.subarray(0, length));
      expect([kind, control], `${length} bytes`).toEqual([FrameKind.Ipv4, Control.None]);
    }
  });

  it.each([
    [
      "another type than an advertisement",
      Buffer.from([0x22, 51, 100, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ],
    ["version 1", Buffer.from([0x11, 51, 100, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
  ])("is none with %s", (_, payload) => {
    expect(decode(advertisement(DIRECTOR, payload)).control).toBe(Control.None);
  });

  it("is told apart from CARP, which shares its protocol and its first byte", () => {
    const { control, advert } = decode(advertisement(DIRECTOR, carp(9)));
    expect([control, advert.virtualRouterId, advert.addressCount]).toEqual([Control.Carp, 9, 0]);
  });

  it("is told apart from CARP, though the capture cut it to 64 bytes", () => {
    const { control, advert } = decode(advertisement(DIRECTOR, carp(9)).subarray(0, 64));
    expect([control, advert.virtualRouterId]).toEqual([Control.Carp, 9]);
  });

  it("leaves nothing behind for the frame that follows", () => {
    const { control } = decode(
      ethernet({ to: DIRECTOR.mac, from: CLIENT.mac, type: EtherType.Ipv4, payload: Buffer.alloc(40, 0x45) }),
    );
    expect(control).toBe(Control.None);
  });
});

const CONNECTIONS: readonly SyncedConnection[] = [
  { client: CLIENT.ip, vip: VIP, realServer: REAL_SERVER.ip, forwarding: 3 },
  { client: CLIENT.ip, vip: OTHER_VIP, realServer: "192.168.1.12", forwarding: 2 },
];

function connectionsIn(frame: Uint8Array) {
  const { control, sync } = decode(frame);
  if (control !== Control.IpvsSync) return [];
  return Array.from({ length: sync.connections }, (_, index) => [
    ipOf(sync.vips[index] ?? 0),
    ipOf(sync.realServers[index] ?? 0),
    sync.forwarding[index],
  ]);
}

const EXPECTED = CONNECTIONS.map(({ vip, realServer, forwarding }) => [vip, realServer, forwarding]);

describe("an IPVS synchronisation message", () => {
  it.each([
    ["0", syncV0],
    ["1", syncV1],
  ])("of version %s names VIP, real server and forwarding of every connection", (_, write) => {
    expect(connectionsIn(synchronisation(DIRECTOR, write(CONNECTIONS)))).toEqual(EXPECTED);
  });

  it.each([1, 2, 3, 4, 26])("is read past options of %i bytes, which are padded to four", (length) => {
    const [first, ...rest] = CONNECTIONS;
    if (first === undefined) throw new Error("no connection");
    const message = syncV1([{ ...first, options: Buffer.alloc(length, 0x41) }, ...rest]);
    expect(connectionsIn(synchronisation(DIRECTOR, message))).toEqual(EXPECTED);
  });

  it("says nothing where its size is not that of its datagram", () => {
    const message = syncV1(CONNECTIONS);
    message.writeUInt16BE(message.length + 1, 2);
    expect(connectionsIn(synchronisation(DIRECTOR, message))).toEqual([]);
  });

  it("names no more than it holds, whatever it claims", () => {
    const message = syncV1(CONNECTIONS);
    message[4] = 255;
    expect(connectionsIn(synchronisation(DIRECTOR, message))).toEqual(EXPECTED);
  });

  it("names nothing behind an entry that claims to be shorter than an entry is", () => {
    const message = syncV1(CONNECTIONS);
    message.writeUInt16BE(0, 8 + 2);
    expect(connectionsIn(synchronisation(DIRECTOR, message))).toEqual([]);
  });

  it("is read without an exception at any captured length", () => {
    const frame = synchronisation(DIRECTOR, syncV1(CONNECTIONS));
    for (let length = 34; length < frame.length; length++) {
      expect(decode(frame.subarray(0, length)).kind, `${length} bytes`).toBe(FrameKind.Ipv4);
    }
  });

  it("is one by its port: elsewhere the same bytes are some datagram", () => {
    const payload = ipv4({
      source: DIRECTOR.ip,
      destination: "224.0.0.81",
      protocol: Protocol.Udp,
      payload: udp(53, 53, syncV1(CONNECTIONS)),
    });
    const frame = ethernet({ to: "01:00:5e:00:00:51", from: DIRECTOR.mac, type: EtherType.Ipv4, payload });
    expect(decode(frame).control).toBe(Control.None);
  });
});
