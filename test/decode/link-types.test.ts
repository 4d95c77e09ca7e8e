import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Air, Anomaly, FrameFacts, FrameKind, LinkAddresses, PacketType } from "../../src/decode/facts.ts";
import { linkDecoder } from "../../src/decode/link-layer.ts";
import { ipOf, macOf } from "../support/decode.ts";
import { dissect } from "../support/dissection.ts";
import { BROADCAST_MAC, DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import {
  aggregated,
  avs,
  backbone,
  cookedV1,
  cookedV2,
  ieee80211,
  loopback,
  nflog,
  type OnAir,
  pktap,
  ppi,
  prism,
  radiotap,
  rawIp,
  snap,
} from "../support/link-layers.ts";
import { PATIENCE } from "../support/patience.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";
import { at, isAt, packet, whoHas } from "../support/traffic.ts";
import { tsharkUnavailable } from "../support/tshark.ts";

const LINKS = join(import.meta.dirname, "..", "..", "captures", "links");

/** Frames of the output hook of family arp: Wireshark takes the Ethernet header in front for the ARP packet. */
const NOT_READ_BY_WIRESHARK: Readonly<Record<string, readonly number[]>> = {
  "problem-3-at-gateway.nflog.pcap": [2, 4, 8],
};

const unavailable = tsharkUnavailable();

/** What the decoder of the link type says of one frame. Around it lie bytes that are none of its business. */
function decodeAs(linkType: number, frame: Uint8Array, around = 0xee, originalBytes = 0): FrameFacts {
  const before = 3;
  const memory = new Uint8Array(before + frame.length + 64).fill(around);
  memory.set(frame, before);
  const facts = new FrameFacts();
  facts.originalBytes = originalBytes;
  linkDecoder(linkType)?.(new DataView(memory.buffer), before, before + frame.length, facts);
  return facts;
}

function arpOf(facts: FrameFacts): string {
  if (facts.kind !== FrameKind.Arp) return "";
  const sender = `${macOf(facts.senderMacHigh, facts.senderMacLow)} ${ipOf(facts.senderIp)}`;
  return `${facts.operation} ${sender} ${macOf(facts.targetMacHigh, facts.targetMacLow)} ${ipOf(facts.targetIp)}`;
}

function ipv4Of(facts: FrameFacts): string {
  return facts.kind === FrameKind.Ipv4 ? `${ipOf(facts.sourceIp)} ${ipOf(facts.destinationIp)}` : "";
}

function endsOf(facts: FrameFacts): string {
  const from = macOf(facts.sourceMacHigh, facts.sourceMacLow);
  return `${from} > ${macOf(facts.destinationMacHigh, facts.destinationMacLow)}`;
}

function* framesOf(file: string): Generator<FrameFacts> {
  const bytes = readFileSync(file);
  const linkType = bytes.readUInt32LE(20);
  for (let offset = 24; offset < bytes.length; ) {
    const captured = bytes.readUInt32LE(offset + 8);
    const frame = bytes.subarray(offset + 16, offset + 16 + captured);
    yield decodeAs(linkType, frame, 0xee, bytes.readUInt32LE(offset + 12));
    offset += 16 + captured;
  }
}

const REQUEST = whoHas(VIP, GATEWAY);
const REPLY = isAt(VIP, DIRECTOR, GATEWAY);
const PACKET = packet(GATEWAY, REAL_SERVER, { source: "10.10.10.10", destination: VIP });
const ALL = [REQUEST, REPLY, PACKET];

describe("captures of other link types", () => {
  const { captures } = JSON.parse(readFileSync(join(LINKS, "dissected.json"), "utf8")) as {
    captures: Record<string, [number, string, string][]>;
  };

  it("are all there", () => {
    const files = readdirSync(LINKS).filter((file) => file.endsWith(".pcap"));
    expect(files.toSorted()).toEqual(Object.keys(captures));
  });

  it.each(Object.entries(captures))("say in every frame what Wireshark reads in it: %s", (file, frames) => {
    const ours = [...framesOf(join(LINKS, file))].map((facts, index) => [
      index + 1,
      arpOf(facts),
      ipv4Of(facts),
    ]);
    const left = (NOT_READ_BY_WIRESHARK[file] ?? []).map((frame) => frame - 1);
    const compared = (rows: unknown[]) => rows.filter((_, index) => !left.includes(index));
    expect(compared(ours)).toEqual(compared(frames));
  });

  it("show what the firewall logged on its way out, where Wireshark does not", () => {
    const file = "problem-3-at-gateway.nflog.pcap";
    const frames = [...framesOf(join(LINKS, file))];
    const sent = (NOT_READ_BY_WIRESHARK[file] ?? []).map((frame) => frames[frame - 1]);
    const cooked = [...framesOf(join(LINKS, "problem-3-at-gateway.sll2.pcap"))].filter(
      ({ kind, packetType }) => kind === FrameKind.Arp && packetType === PacketType.Outgoing,
    );
    expect(sent.map((facts) => facts && arpOf(facts))).toEqual(cooked.map(arpOf));
  });

  it.skipIf(unavailable !== null).each(Object.keys(captures))(
    `are dissected as written down: %s${skippedFor(unavailable)}`,
    { tags: ["slow"] },
    async (file) => {
      const frames = await dissect(join(LINKS, file));
      expect(frames.map(({ frame, arp, ipv4 }) => [frame, arp, ipv4])).toEqual(captures[file]);
    },
  );
});

type Wrapping = readonly [name: string, linkType: number, wrap: (frame: Buffer) => Buffer];

const BIG_ENDIAN = "NFLOG of a big-endian machine";

const AIR: readonly (readonly [string, OnAir])[] = [
  ["to the access point", { toDs: true }],
  ["from the access point", { fromDs: true }],
  ["between two stations", {}],
  ["between access points", { toDs: true, fromDs: true }],
  ["with QoS", { toDs: true, qos: true }],
  ["with QoS and HT control", { fromDs: true, qos: true, htControl: true }],
  ["with QoS between access points", { toDs: true, fromDs: true, qos: true }],
  ["in an aggregate", { toDs: true, qos: true, aggregate: true }],
];

const BOTH_ENDS: readonly Wrapping[] = [
  ["SNAP", 1, snap],
  ["a backbone service", 1, (frame) => backbone(frame, 5)],
  ["a backbone service in a backbone VLAN", 1, (frame) => backbone(frame, 5, 100)],
  ...AIR.map(([name, air]): Wrapping => [`802.11 ${name}`, 105, (frame) => ieee80211(frame, air)]),
  ["radiotap", 127, (frame) => radiotap(ieee80211(frame))],
  ["radiotap with a check sequence", 127, (frame) => radiotap(ieee80211(frame), { flags: 0x10 })],
  ["radiotap with time and flags", 127, (frame) => radiotap(ieee80211(frame), { flags: 0x10, time: true })],
  [
    "radiotap with more words",
    127,
    (frame) => radiotap(ieee80211(frame), { flags: 0, time: true, extended: true }),
  ],
  [
    "radiotap with a padded header",
    127,
    (frame) =>
      radiotap(ieee80211(frame, { toDs: true, qos: true, padded: true }), { flags: 0x20, time: true }),
  ],
  ["PPI", 192, (frame) => ppi(ieee80211(frame))],
  ["PPI with a check sequence", 192, (frame) => ppi(ieee80211(frame), 1)],
  ["Prism", 119, (frame) => prism(ieee80211(frame))],
  ["AVS", 163, (frame) => avs(ieee80211(frame))],
  ["PKTAP", 258, (frame) => pktap(frame)],
  ["PKTAP of old", 149, (frame) => pktap(frame)],
  ["NFLOG", 239, (frame) => nflog(frame)],
  [BIG_ENDIAN, 239, (frame) => nflog(frame, { littleEndian: false })],
  ["NFLOG of a bridge", 239, (frame) => nflog(frame, { family: 7 })],
];

describe.each(BOTH_ENDS)("the same frame under %s", (_, linkType, wrap) => {
  it("says the same, from whom to whom", () => {
    for (const frame of ALL) {
      const [facts, plain] = [decodeAs(linkType, wrap(frame)), decodeAs(1, frame)];
      expect(facts.linkAddresses).toBe(LinkAddresses.Both);
      expect([arpOf(facts), ipv4Of(facts), endsOf(facts)]).toEqual([
        arpOf(plain),
        ipv4Of(plain),
        endsOf(plain),
      ]);
      expect([facts.ports, facts.ttl, facts.identification]).toEqual([
        plain.ports,
        plain.ttl,
        plain.identification,
      ]);
    }
  });
});

describe.skipIf(unavailable !== null)(
  `the same frames, for Wireshark${skippedFor(unavailable)}`,
  { tags: ["slow"] },
  () => {
    const linkTypes = [...new Set(BOTH_ENDS.map(([, linkType]) => linkType))];

    it.each(linkTypes)("say what we read in them: link type %i", async (linkType) => {
      const wrappings = BOTH_ENDS.filter(([name, other]) => other === linkType && name !== BIG_ENDIAN);
      await expectAgreement(linkType, wrappings, true);
    });

    it("say so, too, where a big-endian machine logged them", async () => {
      await expectAgreement(
        239,
        BOTH_ENDS.filter(([name]) => name === BIG_ENDIAN),
        false,
      );
    });
  },
);

async function expectAgreement(
  linkType: number,
  wrappings: readonly Wrapping[],
  littleEndian: boolean,
): Promise<void> {
  const wrapped = wrappings.flatMap(([name, , wrap]) => ALL.map((frame) => ({ name, bytes: wrap(frame) })));
  const capture = writePcap(
    wrapped.map(({ bytes }, index) => at(index, bytes)),
    { linkType, littleEndian },
  );
  const dissected = await dissect(scratchFile("link.pcap", capture));
  const ours = wrapped.map(({ name, bytes }) => {
    const facts = decodeAs(linkType, bytes);
    return [name, arpOf(facts), ipv4Of(facts)];
  });
  expect(ours).toEqual(
    wrapped.map(({ name }, index) => [name, dissected[index]?.arp, dissected[index]?.ipv4]),
  );
}

const COOKED: readonly Wrapping[] = [
  ["version 1", 113, (frame) => cookedV1(frame)],
  ["version 2", 276, (frame) => cookedV2(frame)],
];

describe.each(COOKED)("the same frame cooked, %s", (_, linkType, wrap) => {
  it("says the same, from whom only", () => {
    for (const frame of ALL) {
      const [facts, plain] = [decodeAs(linkType, wrap(frame)), decodeAs(1, frame)];
      expect(facts.linkAddresses).toBe(LinkAddresses.SenderOnly);
      expect([arpOf(facts), ipv4Of(facts)]).toEqual([arpOf(plain), ipv4Of(plain)]);
      expect(endsOf(facts).slice(0, 17)).toBe(endsOf(plain).slice(0, 17));
    }
  });

  it("goes to everybody where the kernel says so, and else to nobody known", () => {
    expect(endsOf(decodeAs(linkType, wrap(REQUEST)))).toContain(BROADCAST_MAC);
    const { destinationMacHigh } = decodeAs(linkType, wrap(REPLY));
    expect(destinationMacHigh & 0x0100, "the group bit").not.toBe(0);
  });

  it("keeps its VLAN tag, as libpcap puts it back", () => {
    const tagged = wrap(whoHas(VIP, GATEWAY, { tags: [{ vlan: 10 }] }));
    expect([arpOf(decodeAs(linkType, tagged)), decodeAs(linkType, tagged).segment]).toEqual([
      arpOf(decodeAs(1, REQUEST)),
      10,
    ]);
  });
});

describe("a cooked frame of a device without MACs", () => {
  it.each([
    ["loopback", 772],
    ["tun", 65534],
    ["PPP", 512],
  ])("names nobody: %s", (_, device) => {
    for (const [linkType, wrap] of [
      [113, cookedV1],
      [276, cookedV2],
    ] as const) {
      const facts = decodeAs(linkType, wrap(PACKET, { device }));
      expect([facts.linkAddresses, ipv4Of(facts)]).toEqual([LinkAddresses.None, ipv4Of(decodeAs(1, PACKET))]);
    }
  });

  it("is not looked into where its protocol is no ethertype", () => {
    expect(decodeAs(276, cookedV2(PACKET, { device: 824 })).kind).toBe(FrameKind.Other);
  });
});

describe("a packet without a link layer", () => {
  it.each<Wrapping>([
    ["raw", 101, rawIp],
    ["raw as FreeBSD had it", 12, rawIp],
    ["raw as OpenBSD had it", 14, rawIp],
    ["IPv4", 228, rawIp],
    ["NULL of a little-endian machine", 0, (frame) => loopback(frame, true)],
    ["NULL of a big-endian machine", 0, (frame) => loopback(frame, false)],
    ["LOOP", 108, (frame) => loopback(frame, false)],
    ["PKTAP of a tunnel", 258, (frame) => pktap(rawIp(frame), 12)],
    ["NFLOG of a packet of the machine's own", 239, (frame) => nflog(frame, { withHeader: false })],
  ])("says from which address to which, and names no card: %s", (_, linkType, wrap) => {
    const facts = decodeAs(linkType, wrap(PACKET));
    expect(facts.linkAddresses).toBe(LinkAddresses.None);
    expect(ipv4Of(facts)).toBe(ipv4Of(decodeAs(1, PACKET)));
  });

  it("is left alone where it is IPv6", () => {
    const ipv6 = Buffer.alloc(40);
    ipv6[0] = 0x60;
    const { kind, anomaly } = decodeAs(101, ipv6);
    expect([kind, anomaly]).toEqual([FrameKind.Other, Anomaly.None]);
  });
});

describe("a frame from the air", () => {
  it("is not looked into where it is encrypted, but names its ends", () => {
    const facts = decodeAs(105, ieee80211(REPLY, { toDs: true, isProtected: true }));
    expect([facts.kind, facts.air, endsOf(facts)]).toEqual([
      FrameKind.Other,
      Air.Encrypted,
      endsOf(decodeAs(1, REPLY)),
    ]);
  });

  it.each([
    ["the first fragment", { toDs: true, moreFragments: true }],
    ["a later fragment", { toDs: true, fragment: 1 }],
  ])("is not looked into where it is only a part: %s", (_, air) => {
    expect(decodeAs(105, ieee80211(REQUEST, air)).kind).toBe(FrameKind.Other);
  });

  it.each([
    ["a beacon", "8000"],
    ["an acknowledgement", "d400"],
    ["QoS without data", "c801"],
    ["another version of the protocol", "0901"],
  ])("says nothing where it carries no data: %s", (_, control) => {
    const frame = ieee80211(REQUEST);
    frame.write(control, "hex");
    const { kind, linkAddresses } = decodeAs(105, frame);
    expect([kind, linkAddresses]).toEqual([FrameKind.Other, LinkAddresses.None]);
  });

  it("tells of several in one the ARP frame", () => {
    expect(arpOf(decodeAs(105, aggregated([PACKET, PACKET, REPLY])))).toBe(arpOf(decodeAs(1, REPLY)));
  });

  it("tells of several packets in one the first", () => {
    const other = packet(GATEWAY, DIRECTOR, { source: "10.10.10.11", destination: VIP });
    expect(ipv4Of(decodeAs(105, aggregated([other, PACKET])))).toBe(ipv4Of(decodeAs(1, other)));
  });

  it.each([
    ["radiotap", 127, radiotap(ieee80211(REQUEST), { flags: 0x50 })],
    ["PPI", 192, ppi(ieee80211(REQUEST), 5)],
  ])("teaches nobody where its check sequence is wrong: %s", (_, linkType, frame) => {
    const { kind, anomaly } = decodeAs(linkType, frame);
    expect([kind, anomaly]).toEqual([FrameKind.Malformed, Anomaly.BadFrameCheckSequence]);
  });

  it("is whole where a snap length cut off its check sequence only", () => {
    const frame = radiotap(ieee80211(REQUEST), { flags: 0x10 });
    expect(arpOf(decodeAs(127, frame.subarray(0, -4), 0xee, frame.length))).toBe(arpOf(decodeAs(1, REQUEST)));
  });
});

describe("a backbone service", () => {
  it("is a broadcast domain of its own, and so is each VLAN of its customer", () => {
    const tagged = whoHas(VIP, GATEWAY, { tags: [{ vlan: 10 }] });
    const segments = [REQUEST, tagged, backbone(REQUEST, 5), backbone(REQUEST, 6), backbone(tagged, 5)].map(
      (frame) => decodeAs(1, frame).segment,
    );
    expect(new Set(segments).size).toBe(segments.length);
  });

  it("is the same one whatever backbone VLAN carries it", () => {
    expect(decodeAs(1, backbone(REQUEST, 5, 100)).segment).toBe(
      decodeAs(1, backbone(REQUEST, 5, 101)).segment,
    );
  });
});

describe("a header that is not what the link type promises", () => {
  it.each([
    ["PKTAP with another frame inside", 258, pktap(REQUEST, 203)],
    ["USER2 that is not PKTAP", 149, REQUEST],
    ["raw that is not IP", 101, Buffer.from("0123456789", "hex")],
    ["NFLOG of another version", 239, Buffer.from("0201000500000000", "hex")],
  ])("makes the frame malformed: %s", (_, linkType, frame) => {
    const { kind, anomaly } = decodeAs(linkType, frame);
    expect([kind, anomaly]).toEqual([FrameKind.Malformed, Anomaly.ForeignLinkLayer]);
  });
});

const EVERY: readonly Wrapping[] = [
  ...BOTH_ENDS,
  ...COOKED,
  ["raw", 101, rawIp],
  ["NULL", 0, (frame) => loopback(frame, true)],
];

describe.each(EVERY)("a frame under %s", (_, linkType, wrap) => {
  it("is cut at any length without an exception, and then says less or nothing", () => {
    for (const whole of ALL.map(wrap)) {
      const full = decodeAs(linkType, whole);
      for (let length = 0; length < whole.length; length++) {
        const facts = decodeAs(linkType, whole.subarray(0, length));
        expect(["", arpOf(full)]).toContain(arpOf(facts));
      }
    }
  });

  it("is changed in any byte without an exception, or a look at what lies behind it", () => {
    const frames = fc
      .tuple(fc.constantFrom(...ALL.map(wrap)), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }))
      .map(([whole, changes]) => {
        const frame = Buffer.from(whole);
        for (const [place, value] of changes) frame[place % frame.length] = value;
        return frame;
      });
    fc.assert(
      fc.property(frames, fc.nat(200), (frame, cut) => {
        const bytes = frame.subarray(0, Math.max(0, frame.length - (cut > 100 ? 0 : cut)));
        expect(decodeAs(linkType, bytes, 0x45)).toEqual(decodeAs(linkType, bytes, 0xba));
      }),
      { numRuns: 60 * PATIENCE },
    );
  });
});
