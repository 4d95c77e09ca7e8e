import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { LvsPcapError } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { framesOf, sourceInPieces } from "../support/byte-sources.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { CAPTURE_START_SECONDS, writePcap } from "../support/pcap.ts";
import { OptionCode, PcapngWriter, resolution, text } from "../support/pcapng.ts";
import { at, isAt, whoHas } from "../support/traffic.ts";

const ROLES = { vips: [VIP], directors: [DIRECTOR.mac], realServers: [REAL_SERVER.mac] };
const FRAMES = [
  at(0, whoHas(VIP, GATEWAY)),
  at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
  at(0.2, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
];
const FRAME = FRAMES[0]?.bytes ?? Buffer.alloc(0);
const [LITTLE, BIG] = [new PcapngWriter(true), new PcapngWriter(false)];

async function read(...blocks: readonly Uint8Array[]) {
  const bytes = Buffer.concat(blocks);
  return framesOf(sourceInPieces(bytes, [bytes.length], "capture.pcapng"));
}

/** Microseconds since 1970 of each frame. */
function packets(writer: PcapngWriter): Buffer[] {
  return FRAMES.map(({ atNs, bytes }) =>
    writer.packet(bytes, { units: BigInt(CAPTURE_START_SECONDS) * 1_000_000n + BigInt(atNs / 1000) }),
  );
}

describe.each([
  ["little", LITTLE],
  ["big", BIG],
])("a pcapng capture written %s endian", (_, writer) => {
  const capture = Buffer.concat([writer.section(), writer.interface(), ...packets(writer)]);

  it("gives the report of the pcap with the same frames", async () => {
    const ofPcap: Report = await analyze(writePcap(FRAMES), ROLES);
    const ofPcapng = await analyze(capture, ROLES);
    expect(ofPcapng.findings).toHaveLength(1);
    expect({ ...ofPcapng, captures: [] }).toEqual({ ...ofPcap, captures: [] });
  });

  it("gives the same frames byte by byte", async () => {
    const whole = await read(capture);
    const { frames } = await framesOf(sourceInPieces(capture, [1]));
    expect(frames).toEqual(whole.frames);
  });

  it("is named as what it is", async () => {
    const report = await analyze(capture, ROLES);
    expect(report.captures[0]).toMatchObject({ format: "pcapng", frames: 3, complete: true, problem: null });
  });

  it("gives fewer frames and one clear line wherever it is cut, and nothing worse", async () => {
    const ends = [0, ...packets(writer).keys()].map(
      (count) => capture.length - Buffer.concat(packets(writer).slice(count)).length,
    );
    for (let length = 0; length < capture.length; length++) {
      const cut = framesOf(sourceInPieces(capture.subarray(0, length), [length], "cut.pcapng"));
      const outcome = await cut.catch((error: unknown) => error);
      if (outcome instanceof LvsPcapError) {
        expect(length, outcome.message).toBeLessThan(28);
        expect(outcome.message).toMatch(/^cut\.pcapng: offset \d+: [^\n]+$/);
        continue;
      }
      expect(outcome, `cut at ${length}`).toMatchObject({ frames: expect.anything() });
      const { frames, end } = await framesOf(
        sourceInPieces(capture.subarray(0, length), [length], "cut.pcapng"),
      );
      expect(frames.length).toBeLessThan(FRAMES.length);
      const between = [28, ...ends].includes(length);
      expect(end.problem === null, `cut at ${length}: ${end.problem}`).toBe(between);
    }
  });
});

describe("the times of a pcapng capture", () => {
  const timeOf = async (units: bigint, ...options: ReturnType<typeof text>[]) => {
    const { frames } = await read(
      LITTLE.section(),
      LITTLE.interface(options),
      LITTLE.packet(FRAME, { units }),
    );
    const [frame] = frames;
    return [frame?.seconds, frame?.nanoseconds];
  };

  it.each([
    ["nanoseconds", 1_700_000_000_123_456_789n, resolution(9), [1_700_000_000, 123_456_789]],
    ["picoseconds", 1_700_000_000_123_456_789n, resolution(12), [1_700_000, 123_456]],
    ["seconds", 1_700_000_000n, resolution(0), [1_700_000_000, 0]],
    ["milliseconds", 1_700_000_000_999n, resolution(3), [1_700_000_000, 999_000_000]],
    ["10^-19 seconds", 18_446_744_073_709_551_615n, resolution(19), [1, 844_674_407]],
    ["2^-10 seconds", 1024n * 1_700_000_000n + 1n, resolution(10, 2), [1_700_000_000, 976_562]],
    [
      "2^-32 seconds",
      (1_700_000_000n << 32n) + 0x8000_0001n,
      resolution(32, 2),
      [1_700_000_000, 500_000_000],
    ],
    ["2^-63 seconds", (1n << 63n) + (1n << 62n), resolution(63, 2), [1, 500_000_000]],
  ])("may count %s", async (_, units, option, expected) => {
    expect(await timeOf(units, option)).toEqual(expected);
  });

  it("count microseconds where nothing is said", async () => {
    expect(await timeOf(1_700_000_000_999_999n)).toEqual([1_700_000_000, 999_999_000]);
  });

  it("are moved by an offset of seconds, either way", async () => {
    const offset = (seconds: bigint) => ({ code: OptionCode.Offset, value: LITTLE.int64(seconds) });
    expect(await timeOf(5_000_000n, offset(1_700_000_000n))).toEqual([1_700_000_005, 0]);
    expect(await timeOf(1_700_000_005_000_000n, offset(-5n))).toEqual([1_700_000_000, 0]);
  });

  it("before 1970 and after 2106 are taken as the first and the last moment between", async () => {
    const offset = { code: OptionCode.Offset, value: LITTLE.int64(-10n) };
    expect(await timeOf(0n, offset)).toEqual([0, 0]);
    expect(await timeOf(0xffff_ffff_ffff_ffffn)).toEqual([0xffff_ffff, 999_999_999]);
  });

  it("belong to the interface, each with its own resolution", async () => {
    const { frames } = await read(
      LITTLE.section(),
      LITTLE.interface([resolution(9)]),
      LITTLE.interface([resolution(3)]),
      LITTLE.packet(FRAME, { units: 5_000_000_001n }),
      LITTLE.packet(FRAME, { units: 5_002n, id: 1 }),
    );
    expect(frames.map(({ seconds, nanoseconds }) => [seconds, nanoseconds])).toEqual([
      [5, 1],
      [5, 2_000_000],
    ]);
  });
});

describe("the blocks of a pcapng capture", () => {
  it("may be Simple Packet Blocks, which are cut to the first interface's snap length and have no time of their own", async () => {
    const { frames, end } = await read(
      LITTLE.section(),
      LITTLE.interface([], { snapLength: 20 }),
      LITTLE.packet(FRAME.subarray(0, 20), { units: 7_000_001n }),
      LITTLE.simplePacket(FRAME.subarray(0, 20), FRAME.length),
    );
    expect(frames[1]).toEqual({
      hex: Buffer.from(FRAME.subarray(0, 20)).toString("hex"),
      originalBytes: FRAME.length,
      seconds: 7,
      nanoseconds: 1000,
    });
    expect(end).toMatchObject({ isComplete: true, problem: expect.stringContaining("1 frame has no time") });
  });

  it("may be obsolete Packet Blocks", async () => {
    const { frames } = await read(LITTLE.section(), LITTLE.interface(), LITTLE.oldPacket(FRAME, 3_000_000n));
    expect(frames).toMatchObject([{ seconds: 3, originalBytes: FRAME.length }]);
  });

  it("of unknown kinds are skipped, and custom ones", async () => {
    const { frames, end } = await read(
      LITTLE.section(),
      LITTLE.block(0x7777, Buffer.alloc(100)),
      LITTLE.interface(),
      LITTLE.block(0x0bad, LITTLE.uint32(32473), Buffer.from("anything")),
      LITTLE.packet(FRAME),
      LITTLE.block(0x40000bad, LITTLE.uint32(32473)),
    );
    expect([frames.length, end.problem]).toEqual([1, null]);
  });

  it("may be as large as libpcap lets them be", async () => {
    const large = LITTLE.block(0x7777, Buffer.alloc((16 << 20) - 12));
    const { frames, end } = await read(LITTLE.section(), LITTLE.interface(), large, LITTLE.packet(FRAME));
    expect([frames.length, end.problem]).toEqual([1, null]);
  });

  it("may form several sections, each with interfaces and a byte order of its own", async () => {
    const { frames } = await read(
      LITTLE.section(),
      LITTLE.interface(),
      LITTLE.packet(FRAME, { units: 1_000_000n }),
      BIG.section(),
      BIG.interface([resolution(9)]),
      BIG.packet(FRAME, { units: 2_000_000_000n }),
    );
    expect(frames.map(({ seconds }) => seconds)).toEqual([1, 2]);
  });

  it("tell of frames that were lost", async () => {
    const dropped = (count: bigint) => [{ code: 5, value: LITTLE.int64(count) }];
    const { end } = await read(
      LITTLE.section(),
      LITTLE.interface(),
      LITTLE.statistics(0, dropped(3n)),
      LITTLE.statistics(0, dropped(5n)),
    );
    expect(end.description.dropped).toBe(5);
  });

  it("may describe ten thousand interfaces", async () => {
    const interfaces = Array.from({ length: 10_000 }, () => LITTLE.interface());
    const { frames, end } = await read(LITTLE.section(), ...interfaces, LITTLE.packet(FRAME, { id: 9_999 }));
    expect([frames.length, end.description.interfaces.length, end.description.interfacesOmitted]).toEqual([
      1, 64, 9_936,
    ]);
  });

  it("may not describe interfaces without end", async () => {
    const described = LITTLE.interface();
    const { end } = await read(LITTLE.section(), ...Array.from({ length: 65_537 }, () => described));
    expect(end.problem).toContain("more than 65536 interfaces in one section");
  });
});

describe("the link types of a pcapng capture", () => {
  it("may differ by interface: frames of those that are not understood are counted", async () => {
    const report = await analyze(
      Buffer.concat([
        LITTLE.section(),
        LITTLE.interface(),
        LITTLE.interface([], { linkType: 147 }),
        ...packets(LITTLE).slice(0, 2),
        LITTLE.packet(FRAME, { id: 1, units: 1_700_000_000_150_000n }),
        ...packets(LITTLE).slice(2),
      ]),
      ROLES,
    );
    expect(report.captures[0]).toMatchObject({
      frames: 4,
      linkTypes: ["ETHERNET", "147"],
      problem: expect.stringContaining("1 of 4 frames"),
    });
    expect(report.findings.map(({ first }) => first.frame)).toEqual([4]);
  });
});

describe("names and comments in a pcapng capture", () => {
  it("are kept, and fit to be shown", async () => {
    const report = await analyze(
      Buffer.concat([
        LITTLE.section([text(OptionCode.Comment, "the\u001b[31m incident")]),
        LITTLE.interface([
          text(OptionCode.Name, "eth\u009b0"),
          text(OptionCode.Description, "to the <b>gateway</b>"),
        ]),
        LITTLE.packet(FRAME, { options: [text(OptionCode.Comment, "look here")] }),
      ]),
    );
    expect(report.captures[0]).toMatchObject({
      interfaces: [
        { name: "eth\ufffd0", description: "to the <b>gateway</b>", linkType: "ETHERNET", frames: 1 },
      ],
      comments: [
        { frame: null, text: "the\ufffd[31m incident" },
        { frame: 1, text: "look here" },
      ],
    });
  });

  it("are kept up to a bound", async () => {
    const noted = LITTLE.packet(FRAME, { options: [text(OptionCode.Comment, "x".repeat(60_000))] });
    const { end } = await read(
      LITTLE.section(),
      LITTLE.interface(),
      ...Array.from({ length: 100 }, () => noted),
    );
    const { comments, commentsOmitted } = end.description;
    expect([comments.length, commentsOmitted, comments[0]?.text.length]).toEqual([64, 36, 513]);
  });

  it("may never end", async () => {
    const endless = LITTLE.block(
      1,
      LITTLE.uint16(1),
      LITTLE.uint16(0),
      LITTLE.uint32(0),
      Buffer.alloc(1 << 20, 2),
    );
    const { end } = await read(LITTLE.section(), endless);
    expect(end.problem).toContain("block of type 1 in pcapng dump file is too short");
  });
});

describe("a block that cannot be believed", () => {
  const before = [LITTLE.section(), LITTLE.interface(), LITTLE.packet(FRAME)];
  const offset = Buffer.concat(before).length;
  /** A block's bytes with a length of its own saying at its beginning. */
  const claiming = (length: number, trailer = length) => {
    const block = LITTLE.packet(FRAME);
    block.writeUInt32LE(length, 4);
    block.writeUInt32LE(trailer, block.length - 4);
    return block;
  };
  const whole = LITTLE.packet(FRAME).length;

  // `read_block` of libpcap's sf-pcapng.c, in its order: of two faults the first is told.
  it.each([
    [
      "shorter than a header and a trailer",
      claiming(11),
      "block in pcapng dump file has a length of 11 < 12",
    ],
    [
      "no multiple of 4",
      claiming(whole - 2, whole),
      `block in pcapng dump file has a length of ${whole - 2} that is not a multiple of 4`,
    ],
    ["larger than the largest", claiming(0x0100_0004), "pcapng block size 16777220 > maximum 16777216"],
    [
      "not all there",
      claiming(whole + 4),
      `truncated pcapng dump file; tried to read ${whole + 4} bytes, only got ${whole}`,
    ],
    [
      "of another length at its end",
      claiming(whole, whole + 4),
      `block total length in header ${whole} and trailer ${whole + 4} don't match`,
    ],
  ])("because it is %s ends the analysis, and what came before counts", async (_, block, problem) => {
    const { frames, end } = await read(...before, block);
    expect(frames).toHaveLength(1);
    expect(end.isComplete).toBe(false);
    expect(end.problem?.startsWith(`capture.pcapng: offset ${offset}: `)).toBe(true);
    expect(end.problem).toContain(problem);
  });

  it.each([
    [
      "a packet of an interface that was not described",
      LITTLE.packet(FRAME, { id: 1 }),
      "interface 1, but there's no",
    ],
    [
      "a packet longer than its block",
      LITTLE.packet(FRAME, { capturedBytes: FRAME.length + 100 }),
      "block of type 6 in pcapng dump file is too short",
    ],
    [
      "a packet longer than any",
      LITTLE.packet(Buffer.alloc(262_148)),
      "invalid packet capture length 262148, bigger than maximum of 262144",
    ],
    [
      "a time resolution of two bytes",
      LITTLE.interface([{ code: 9, value: Buffer.alloc(2) }]),
      "length 2 != 1",
    ],
    ["a resolution too high", LITTLE.interface([resolution(20)]), "10^-20 is too high"],
    ["two resolutions", LITTLE.interface([resolution(6), resolution(9)]), "more than one if_tsresol"],
    ["a section of another version", LITTLE.section([], [2, 0]), "unsupported pcapng savefile version 2.0"],
    [
      "a section without byte order",
      LITTLE.block(0x0a0d0d0a, Buffer.alloc(16)),
      "a section with a bad byte order magic field",
    ],
  ])("because it is %s is told in libpcap's words", async (_, block, problem) => {
    const { frames, end } = await read(...before, block);
    expect([frames.length, end.isComplete]).toEqual([1, false]);
    expect(end.problem).toContain(problem);
  });

  it("because it comes before any interface is told so", async () => {
    const { end } = await read(LITTLE.section(), LITTLE.packet(FRAME));
    expect(end.problem).toContain("a packet block before any Interface Description Blocks");
  });

  it("is read all the same where only the padding is left out of its length at both ends, and told", async () => {
    const block = LITTLE.packet(FRAME);
    block.writeUInt32LE(whole - 2, 4);
    block.writeUInt32LE(whole - 2, whole - 4);
    const { frames, end } = await read(...before, block, LITTLE.packet(FRAME));
    expect([frames.length, end.isComplete]).toEqual([3, false]);
    expect(end.problem).toContain(`a length of ${whole - 2} that is not a multiple of 4`);
  });
});

describe("a file that begins like pcapng", () => {
  it("and is none is refused in one line", async () => {
    const error = await read(Buffer.from("\n\r\r\nand so on, and so on")).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "not-a-capture",
      message: "capture.pcapng: offset 0: the file has a section with a bad byte order magic field",
    });
  });

  it("of another version is refused in one line", async () => {
    const error = await read(LITTLE.section([], [3, 1])).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      message: expect.stringContaining("unsupported pcapng savefile version 3.1"),
    });
  });
});
