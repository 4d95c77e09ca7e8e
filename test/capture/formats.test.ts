import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { framesOf, sourceInPieces } from "../support/byte-sources.ts";
import { CLIENT, DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import {
  CAPTURE_START_SECONDS,
  type PcapOptions,
  pcapHeader,
  pcapRecord,
  writePcap,
} from "../support/pcap.ts";
import { at, isAt, packet, whoHas } from "../support/traffic.ts";

const ROLES = { vips: [VIP], directors: [DIRECTOR.mac], realServers: [REAL_SERVER.mac] };
/** At whole microseconds, which both precisions can say. */
const FRAMES = [
  at(0, whoHas(VIP, GATEWAY)),
  at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
  at(0.2, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
  at(0.3, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
  at(999.999, packet(GATEWAY, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
];

const WRITINGS = [true, false].flatMap((littleEndian) =>
  [true, false].map((nanosecond) => ({
    name: `${littleEndian ? "little" : "big"} endian, ${nanosecond ? "nano" : "micro"}seconds`,
    littleEndian,
    nanosecond,
  })),
);

describe.each(WRITINGS)("a capture written $name", (options) => {
  it("tells its frames and their times", async () => {
    const { frames } = await framesOf(sourceInPieces(writePcap(FRAMES, options), [1 << 20]));
    expect(frames).toEqual(
      FRAMES.map(({ atNs, bytes }) => ({
        hex: Buffer.from(bytes).toString("hex"),
        originalBytes: bytes.length,
        seconds: CAPTURE_START_SECONDS,
        nanoseconds: atNs,
      })),
    );
  });

  it("gives the report that every other way of writing it gives", async () => {
    const other: PcapOptions = { littleEndian: !options.littleEndian, nanosecond: !options.nanosecond };
    const report = await analyze(writePcap(FRAMES, options), ROLES);
    const expected: Report = await analyze(writePcap(FRAMES, other), ROLES);
    expect(report.findings).toHaveLength(1);
    // The independent decoder reads microseconds only.
    for (const { captures } of [report, expected]) for (const capture of captures) capture.verifiable = false;
    expect(report).toEqual(expected);
  });
});

describe("a capture's times", () => {
  it("are kept to the nanosecond", async () => {
    const report = await analyze([{ atNs: 123_456_789, bytes: whoHas(VIP, GATEWAY) }]);
    expect(report.captures[0]?.first).toBe("2023-11-14T22:13:20.123456789Z");
  });

  it("carry a fraction of a second or more over into the seconds", async () => {
    const record = pcapRecord(
      { seconds: CAPTURE_START_SECONDS, fraction: 2_500_000, bytes: whoHas(VIP, GATEWAY) },
      { nanosecond: false },
    );
    const report = await analyze(Buffer.concat([pcapHeader({ nanosecond: false }), record]));
    expect(report.captures[0]?.first).toBe("2023-11-14T22:13:22.500000000Z");
  });

  it("may be the greatest that the fields can hold", async () => {
    const record = pcapRecord({ seconds: 0xffffffff, fraction: 0xffffffff, bytes: whoHas(VIP, GATEWAY) });
    const report = await analyze(Buffer.concat([pcapHeader(), record]));
    expect(report.captures[0]?.first).toBe("2106-02-07T06:28:19.294967295Z");
  });

  it("may run backwards, as in captures that were merged badly", async () => {
    const report = await analyze([at(5000, whoHas(VIP, GATEWAY)), at(0, isAt(VIP, DIRECTOR, GATEWAY))]);
    expect(report.captures[0]).toMatchObject({
      first: "2023-11-14T22:13:25.000000000Z",
      last: "2023-11-14T22:13:20.000000000Z",
    });
  });
});

describe("a capture with records of 0 bytes", () => {
  it("counts them as frames that say nothing", async () => {
    const report = await analyze([{ atNs: 0, bytes: Buffer.alloc(0) }, ...FRAMES], ROLES);
    expect(report.captures[0]).toMatchObject({ frames: FRAMES.length + 1, complete: true });
    expect(report.findings[0]?.first.frame).toBe(4);
  });
});

describe("a capture that was cut to a snap length", () => {
  it("is read up to there, and counts bytes by the frames' original length", async () => {
    const captured = writePcap(FRAMES, { snapLength: 60 });
    const report = await analyze(captured, ROLES);
    const original = FRAMES.at(-1)?.bytes.length;
    expect([report.captures[0]?.complete, report.findings[0]?.bypass?.bytes]).toEqual([true, original]);
  });

  it("says how many frames were cut too short to be understood", async () => {
    const report = await analyze(writePcap(FRAMES, { snapLength: 30 }));
    expect(report.captures[0]?.anomalies).toEqual({ "truncated-arp": 4, "truncated-ipv4": 1 });
  });
});

describe("a capture of another link type than Ethernet", () => {
  it.each([
    [147, "147"],
    [9999, "9999"],
  ])("has its frames counted and says why no more was done: %i", async (linkType, name) => {
    const report = await analyze(writePcap(FRAMES, { linkType }), ROLES);
    const [capture] = report.captures;
    expect(capture).toMatchObject({ frames: FRAMES.length, linkTypes: [name], anomalies: {} });
    expect(capture?.problem).toContain(`link type ${name}`);
    expect(report.findings).toEqual([]);
  });

  it("is none where only the upper bits differ, which tell the length of the frame check sequence", async () => {
    const report = await analyze(writePcap(FRAMES, { linkType: 0x1400_0001 }), ROLES);
    expect(report.captures[0]).toMatchObject({ linkTypes: ["ETHERNET"], problem: null });
    expect(report.findings).toHaveLength(1);
  });
});

describe("a capture of an old version", () => {
  it.each([
    [2, 3],
    [2, 4],
  ] as const)("%i.%i is read as ever", async (major, minor) => {
    const report = await analyze(writePcap(FRAMES, { version: [major, minor] }), ROLES);
    expect(report.captures[0]).toMatchObject({ frames: FRAMES.length, complete: true });
  });

  // sf-pcap.c of libpcap, LENGTHS_SWAPPED: before 2.3 the original length came first.
  it("before 2.3 has the two lengths of a record the other way round", async () => {
    const cut = FRAMES.map(({ bytes }, index) =>
      pcapRecord({
        seconds: index,
        fraction: 0,
        bytes: bytes.subarray(0, 42),
        capturedLength: bytes.length,
        originalLength: 42,
      }),
    );
    const { frames } = await framesOf(
      sourceInPieces(Buffer.concat([pcapHeader({ version: [2, 2] }), ...cut]), [1 << 20]),
    );
    expect(frames.map(({ hex, originalBytes }) => [hex.length / 2, originalBytes])).toEqual(
      FRAMES.map(({ bytes }) => [42, bytes.length]),
    );
  });
});
