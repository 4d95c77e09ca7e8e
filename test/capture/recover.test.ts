import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { framesOf, sourceInPieces } from "../support/byte-sources.ts";
import { lvsPcap } from "../support/cli.ts";
import { noise } from "../support/noise.ts";
import { PATIENCE } from "../support/patience.ts";
import { PCAP_HEADER_BYTES, RECORD_HEADER_BYTES, writePcap } from "../support/pcap.ts";
import { PcapngWriter } from "../support/pcapng.ts";
import { scratchFile } from "../support/scratch.ts";

const FRAME_BYTES = 90;
const RECORD_BYTES = RECORD_HEADER_BYTES + FRAME_BYTES;
const FRAMES = Array.from({ length: 40 }, (_, index) => ({
  atNs: index * 1e9,
  bytes: noise(index, FRAME_BYTES),
}));
const CAPTURE = writePcap(FRAMES);
const HEX = FRAMES.map(({ bytes }) => Buffer.from(bytes).toString("hex"));

async function recovered(bytes: Uint8Array, pieces: readonly number[] = [bytes.length]) {
  const { frames, end } = await framesOf(sourceInPieces(bytes, pieces, "damaged.pcap"), { recover: true });
  return { frames: frames.map(({ hex }) => hex), end };
}

/** With these bytes written over at a record's header or inside its frame. */
function damagedAt(record: number, offset: number, bytes: readonly number[]): Buffer {
  const capture = Buffer.from(CAPTURE);
  Buffer.from(bytes).copy(capture, PCAP_HEADER_BYTES + record * RECORD_BYTES + offset);
  return capture;
}

describe("a damaged pcap file that is to be recovered", () => {
  it("goes on after a record of an impossible length", async () => {
    const { frames, end } = await recovered(damagedAt(10, 8, [0xff, 0xff, 0xff, 0xff]));
    expect(frames).toEqual(HEX.toSpliced(10, 1));
    expect(end.isComplete).toBe(false);
    expect(end.problem).toMatch(
      new RegExp(
        `^damaged\\.pcap: offset ${PCAP_HEADER_BYTES + 10 * RECORD_BYTES}: skipped ${RECORD_BYTES} bytes \\(invalid packet capture length 4294967295[^\\n]*\\)$`,
      ),
    );
  });

  it("does not follow a length that is possible and wrong", async () => {
    const { frames } = await recovered(damagedAt(10, 8, [0xe8, 0x03, 0, 0]));
    expect(frames).toEqual(HEX.toSpliced(10, 1));
  });

  it("finds its way where bytes are missing", async () => {
    const at = PCAP_HEADER_BYTES + 10 * RECORD_BYTES + 50;
    const { frames } = await recovered(Buffer.concat([CAPTURE.subarray(0, at), CAPTURE.subarray(at + 33)]));
    expect(frames).toEqual(expect.arrayContaining([...HEX.slice(0, 10), ...HEX.slice(11)]));
  });

  it("finds its way behind a block of zeros, as a crash leaves them", async () => {
    const at = PCAP_HEADER_BYTES + 10 * RECORD_BYTES;
    const zeros = Buffer.alloc(4096);
    const { frames, end } = await recovered(
      Buffer.concat([CAPTURE.subarray(0, at), zeros, CAPTURE.subarray(at)]),
    );
    expect([frames, end.isComplete]).toEqual([HEX, false]);
  });

  it("gives what it gives whatever the pieces in which it comes", async () => {
    const damaged = damagedAt(20, 8, [0xff, 0xff, 0, 0]);
    const { frames } = await recovered(damaged);
    expect((await recovered(damaged, [1, 100, 3])).frames).toEqual(frames);
  });

  it("names the first few places, and counts them all", async () => {
    const damaged = Buffer.from(CAPTURE);
    for (const record of [5, 10, 15, 20, 25])
      damaged.writeUInt32LE(0xffffffff, PCAP_HEADER_BYTES + record * RECORD_BYTES + 8);
    const { end } = await recovered(damaged);
    expect(end.problem).toContain(`; and at 2 more places; ${5 * RECORD_BYTES} bytes in all`);
  });

  it("is read to its end where nothing more can be found", async () => {
    const half = PCAP_HEADER_BYTES + 20 * RECORD_BYTES;
    const { frames, end } = await recovered(Buffer.concat([CAPTURE.subarray(0, half), noise(7, 100_000)]));
    expect(frames.slice(0, 20)).toEqual(HEX.slice(0, 20));
    expect(end.problem).toContain("skipped");
  });

  it("is reported incomplete, with what was skipped", async () => {
    const report = await analyze(damagedAt(10, 8, [0xff, 0xff, 0xff, 0xff]), { recover: true });
    expect(report.captures[0]).toMatchObject({ frames: FRAMES.length - 1, complete: false });
    expect(report.captures[0]?.problem).toContain(`skipped ${RECORD_BYTES} bytes`);
  });
});

describe("the flag --recover", () => {
  it("says on standard error what was skipped, and exits by what was found", async () => {
    const path = scratchFile("damaged.pcap", damagedAt(10, 8, [0xff, 0xff, 0xff, 0xff]));
    const { status, stderr } = await lvsPcap(["analyze", "--recover", path]);
    // Without ARP no frame could have shown a poisoning.
    expect(status).toBe(3);
    expect(stderr).toMatch(/^lvs-pcap: [^\n]+: offset \d+: skipped \d+ bytes \([^\n]+\)\n$/);
  });
});

describe("a pcap file that is whole", () => {
  it("is read to recover as it is read else", async () => {
    const { frames, end } = await recovered(CAPTURE);
    expect([frames, end.problem]).toEqual([HEX, null]);
  });

  it("gives every frame that it gives else wherever it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: PCAP_HEADER_BYTES, max: CAPTURE.length }), async (length) => {
        const { frames } = await recovered(CAPTURE.subarray(0, length));
        expect(frames).toEqual(HEX.slice(0, Math.floor((length - PCAP_HEADER_BYTES) / RECORD_BYTES)));
      }),
      { numRuns: 60 * PATIENCE },
    );
  });
});

describe("a damaged pcapng file that is to be recovered", () => {
  const writer = new PcapngWriter();
  const blocks = FRAMES.map(({ bytes }, index) => writer.packet(bytes, { units: BigInt(index) }));
  const head = Buffer.concat([writer.section(), writer.interface()]);
  const blockBytes = blocks[0]?.length ?? 0;

  it.each([
    ["a length that is none", [7, 0, 0, 0]],
    ["a length of gigabytes", [0, 0, 0, 0x7f]],
    ["a length beyond the end", [0, 0, 0x10, 0]],
  ])("goes on after a block with %s", async (_, length) => {
    const damaged = Buffer.concat([head, ...blocks]);
    Buffer.from(length).copy(damaged, head.length + 10 * blockBytes + 4);
    const { frames, end } = await recovered(damaged);
    expect(frames).toEqual(HEX.toSpliced(10, 1));
    expect(end.problem).toContain(`offset ${head.length + 10 * blockBytes}: skipped ${blockBytes} bytes (`);
  });

  it("finds its way where bytes are missing", async () => {
    const whole = Buffer.concat([head, ...blocks]);
    const at = head.length + 10 * blockBytes + 30;
    const { frames } = await recovered(Buffer.concat([whole.subarray(0, at), whole.subarray(at + 5)]));
    expect(frames).toEqual(HEX.toSpliced(10, 1));
  });
});
