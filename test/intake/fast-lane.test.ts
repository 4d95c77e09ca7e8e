import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cookedAt } from "../support/cooked.ts";
import { analysed, clusterCapture } from "../support/fast-lane.ts";
import { cookedV2 } from "../support/link-layers.ts";
import { type CapturedFrame, framesOf, writePcap } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";

const DIRECTOR_MAC = "02:00:c0:a8:01:0a";
const LINUX_SLL2 = 276;

function expectSameVerdict(file: Uint8Array): void {
  const taken = analysed(file, "taken");
  const closed = analysed(file, "closed");
  expect(taken.report).toEqual(closed.report);
  expect(taken.rows).toEqual(closed.rows);
}

describe("frames like others before are counted without being decoded", () => {
  test.each(["mixed", "small"] as const)("and the verdict on %s traffic stays the same", (kind) => {
    expectSameVerdict(clusterCapture(kind, 8_000_000));
  });

  test("which is nearly all of them where many clients talk to a cluster", () => {
    const capture = clusterCapture("small", 8_000_000);
    expect(analysed(capture, "taken").looked).toBeLessThan(analysed(capture, "closed").looked / 10);
  });

  test.each(loadRecordings())("and the verdict on the recording $name stays the same", ({ capture }) => {
    expectSameVerdict(readFileSync(capture));
  });

  const PROTOCOLS = { ICMP: 1, GRE: 47, ESP: 50, VRRP: 112 } as const;
  test.each(Object.entries(PROTOCOLS))("whatever they carry: %s", (_, protocol) => {
    const frames = framesOf(clusterCapture("small", 2_000_000)).map(({ atNs, bytes }) => {
      return { atNs, bytes: withProtocol(bytes, protocol) };
    });
    expectSameVerdict(writePcap(frames));
  });

  test("in tunnels of GRE as in those of IPIP", () => {
    const frames = framesOf(clusterCapture("mixed", 4_000_000)).map(({ atNs, bytes }) => {
      return { atNs, bytes: inGreTunnels(bytes) };
    });
    const file = writePcap(frames);
    expectSameVerdict(file);
    expect(analysed(file, "taken").looked).toBeLessThan(frames.length / 5);
  });
});

describe("so are those of a capture on all interfaces", () => {
  const onTheWire = framesOf(clusterCapture("mixed", 4_000_000));

  test.each([1, 2] as const)("at the director, as version %i of cooked frames has it", (version) => {
    const file = cookedAt(onTheWire, DIRECTOR_MAC, version);
    expectSameVerdict(file);
    expect(analysed(file, "taken").looked).toBeLessThan(framesOf(file).length / 5);
  });

  test.each([1, 2] as const)("where a bridge shows each frame twice, in version %i", (version) => {
    const file = cookedAt(twice(onTheWire, 20_000), DIRECTOR_MAC, version);
    expectSameVerdict(file);
  });

  test("where a bridge shows each frame on two interfaces", () => {
    const frames = onTheWire.flatMap(({ atNs, bytes }) => [
      { atNs, bytes: cookedV2(Buffer.from(bytes), { interfaceIndex: 2 }) },
      { atNs: atNs + 3_000, bytes: cookedV2(Buffer.from(bytes), { interfaceIndex: 5 }) },
    ]);
    expectSameVerdict(writePcap(frames, { linkType: LINUX_SLL2 }));
  });

  test("where two interfaces lead to two networks of the same addresses", () => {
    const frames = onTheWire.map(({ atNs, bytes }, index) => {
      return { atNs, bytes: cookedV2(Buffer.from(bytes), { interfaceIndex: 2 + (index % 2) }) };
    });
    expectSameVerdict(writePcap(frames, { linkType: LINUX_SLL2 }));
  });

  test.each([1, 2] as const)("where the machine's own card shows late, in version %i", (version) => {
    const middleNs = onTheWire[onTheWire.length >> 1]?.atNs ?? 0;
    const isSilentAtFirst = ({ atNs, bytes }: CapturedFrame) =>
      atNs > middleNs || !isFrom(bytes, DIRECTOR_MAC);
    expectSameVerdict(cookedAt(onTheWire.filter(isSilentAtFirst), DIRECTOR_MAC, version));
  });

  test.each([1, 2] as const)("where the same hosts talk on a VLAN first, in version %i", (version) => {
    const middle = onTheWire.length >> 1;
    const frames = onTheWire.map(({ atNs, bytes }, index) => {
      return { atNs, bytes: index < middle ? onVlan(bytes, 7) : bytes };
    });
    expectSameVerdict(cookedAt(frames, DIRECTOR_MAC, version));
  });

  test.each([1, 2] as const)("where more and more hosts talk to it, in version %i", (version) => {
    const frames = onTheWire.map(({ atNs, bytes }, index) => {
      const isToDirector = !isFrom(bytes, DIRECTOR_MAC);
      return {
        atNs,
        bytes: isToDirector ? fromNeighbour(bytes, index % 3 === 0 ? index : index % 64) : bytes,
      };
    });
    expectSameVerdict(cookedAt(frames, DIRECTOR_MAC, version));
  });

  test.each(loadRecordings())(
    "and the verdict on $name, from each host in it, stays the same",
    ({ capture }) => {
      const frames = framesOf(readFileSync(capture));
      const macs = new Set(frames.map(({ bytes }) => Buffer.from(bytes).toString("hex", 6, 12)));
      for (const mac of macs)
        for (const version of [1, 2] as const) expectSameVerdict(cookedAt(frames, mac, version));
    },
  );
});

function isIpv4(frame: Uint8Array): boolean {
  return frame[12] === 0x08 && frame[13] === 0x00;
}

function isFrom(frame: Uint8Array, mac: string): boolean {
  return Buffer.from(frame).toString("hex", 6, 12) === mac.replaceAll(":", "");
}

function onVlan(frame: Uint8Array, vlan: number): Uint8Array {
  const tag = Buffer.from([0x81, 0x00, 0, vlan]);
  return Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]);
}

/** The same packet from another card. */
function fromNeighbour(frame: Uint8Array, number: number): Uint8Array {
  if (!isIpv4(frame)) return frame;
  const changed = Buffer.from(frame);
  changed.writeUInt32BE(number, 8);
  return changed;
}

function withProtocol(frame: Uint8Array, protocol: number): Uint8Array {
  if (!isIpv4(frame)) return frame;
  const changed = Buffer.from(frame);
  changed[23] = protocol;
  return changed;
}

/** The outer header's protocol becomes GRE's, with a header of its own in front of the inner packet (RFC 2784). */
function inGreTunnels(frame: Uint8Array): Uint8Array {
  if (!isIpv4(frame) || frame[23] !== 4) return frame;
  const changed = Buffer.concat([frame.subarray(0, 34), Buffer.from("00000800", "hex"), frame.subarray(34)]);
  changed[23] = 47;
  changed.writeUInt16BE(changed.readUInt16BE(16) + 4, 16);
  return changed;
}

function twice(frames: readonly CapturedFrame[], apartNs: number): CapturedFrame[] {
  return frames.flatMap((frame) => [frame, { ...frame, atNs: frame.atNs + apartNs }]);
}
