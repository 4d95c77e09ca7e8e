import { spawnSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unpack } from "../../src/bytes/compression.ts";
import { openByteSource } from "../../src/bytes/source.ts";
import { readCapture } from "../../src/capture/read-capture.ts";
import { LvsPcapError } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { framesOf, sourceInPieces } from "../support/byte-sources.ts";
import { noise } from "../support/noise.ts";
import { pcapHeader, pcapRecord, writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";
import { notInstalled, skippedFor } from "../support/skipped.ts";

const FRAMES = Array.from({ length: 3000 }, (_, index) => ({ atNs: index, bytes: noise(index, 100) }));
const CAPTURE = writePcap(FRAMES);
const EXPECTED = FRAMES.map(({ bytes }) => Buffer.from(bytes).toString("hex"));

async function read(bytes: Uint8Array, name = "capture.bin") {
  const source = await openByteSource(scratchFile(name, bytes));
  try {
    const { frames, end } = await framesOf(source);
    return { frames: frames.map(({ hex }) => hex), end };
  } finally {
    await source.close();
  }
}

async function memoryToRead(bytes: Uint8Array, name: string) {
  const source = await openByteSource(scratchFile(name, bytes));
  const before = process.memoryUsage().rss;
  let frames = 0;
  let mostBytes = 0;
  await readCapture(source, {
    link: () => undefined,
    interface: () => undefined,
    skipTo: () => undefined,
    frame: () => {
      frames++;
      if (frames % 100 === 0) mostBytes = Math.max(mostBytes, process.memoryUsage().rss - before);
    },
  });
  await source.close();
  return { frames, mostBytes };
}

describe("a capture in gzip", () => {
  const packed = gzipSync(CAPTURE);

  it("gives the frames that it holds, whatever it is called", async () => {
    const { frames, end } = await read(packed);
    expect(frames).toEqual(EXPECTED);
    expect(end).toMatchObject({ compression: "gzip", isComplete: true, problem: null, format: "pcap" });
  });

  it("may come in pieces, from a pipe", async () => {
    const { frames } = await framesOf(sourceInPieces(packed, [1, 7, 5000, 3]));
    expect(frames.map(({ hex }) => hex)).toEqual(EXPECTED);
  });

  it("may be made of several members", async () => {
    const half = CAPTURE.length >> 1;
    const members = [CAPTURE.subarray(0, half), CAPTURE.subarray(half)].map((part) => gzipSync(part));
    const { frames, end } = await read(Buffer.concat(members));
    expect(frames).toEqual(EXPECTED);
    expect(end.problem).toBeNull();
  });

  it("is read up to where it is cut, and says so once", async () => {
    const cut = packed.length - 1000;
    const { frames, end } = await read(packed.subarray(0, cut));
    expect(frames.length).toBeGreaterThan(2900);
    expect(frames).toEqual(EXPECTED.slice(0, frames.length));
    expect(end.isComplete).toBe(false);
    expect(end.problem).toMatch(
      new RegExp(`: offset ${cut}: cut short: the gzip data ends before its trailer; analysed up to here$`),
    );
  });

  it("is read up to the damage in it", async () => {
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, packed.length - 5000, packed.length - 4990);
    const { frames, end } = await read(damaged);
    expect(frames.length).toBeGreaterThan(2500);
    expect(frames.slice(0, 2500)).toEqual(EXPECTED.slice(0, 2500));
    expect(end.isComplete).toBe(false);
    expect(end.problem).toMatch(
      /: offset \d+: (damaged gzip data|invalid packet capture length)[^\n]+; analysed up to here$/,
    );
  });

  it("gives all frames where only its checksum is wrong, and says so", async () => {
    const damaged = Buffer.from(packed);
    damaged[packed.length - 6] = (damaged[packed.length - 6] ?? 0) ^ 1;
    const { frames, end } = await read(damaged);
    expect(frames).toEqual(EXPECTED);
    expect(end.problem).toContain("damaged gzip data (incorrect data check)");
  });

  it("is whole where something else follows it, and says so", async () => {
    const { frames, end } = await read(Buffer.concat([packed, Buffer.from("and so on")]));
    expect([frames.length, end.isComplete]).toEqual([EXPECTED.length, true]);
    expect(end.problem).toMatch(/: offset \d+: what follows the gzip data is not gzip; it was left out$/);
  });

  it("may be padded with zeros", async () => {
    const { end } = await read(Buffer.concat([packed, Buffer.alloc(5000)]));
    expect(end.problem).toBeNull();
  });

  it("is refused where it holds nothing, something else, or another compressed file", async () => {
    const refusal = (bytes: Uint8Array) =>
      read(gzipSync(bytes), "refused.gz").catch((error: unknown) => error);
    for (const [bytes, says] of [
      [Buffer.alloc(0), "an empty gzip file; expected a capture within"],
      [Buffer.from("hello, world"), "expected a pcap magic number"],
      [gzipSync(CAPTURE), "gzip within gzip; expected a capture within: unpack it once"],
    ] as const) {
      const error = await refusal(bytes);
      expect(error).toBeInstanceOf(LvsPcapError);
      expect(error).toMatchObject({ message: expect.stringContaining(says) });
    }
  });

  it("that unpacks to very much is a long capture: memory stays bounded", async () => {
    const record = pcapRecord({ seconds: 1, fraction: 0, bytes: Buffer.alloc(200_000) });
    const member = gzipSync(Buffer.concat(Array.from({ length: 50 }, () => record)));
    const bomb = Buffer.concat([gzipSync(pcapHeader()), ...Array.from({ length: 40 }, () => member)]);
    const { frames, mostBytes } = await memoryToRead(bomb, "bomb.gz");
    expect(frames).toBe(2000);
    expect(mostBytes).toBeLessThan(100 << 20);
  });

  it("is reported with the size and hash of the file as it is stored", async () => {
    const report = await analyze(packed, { hash: true });
    const { createHash } = await import("node:crypto");
    expect(report.captures[0]).toMatchObject({
      compression: "gzip",
      bytes: packed.length,
      sha256: createHash("sha256").update(packed).digest("hex"),
      frames: FRAMES.length,
    });
  });
});

const zstd = (bytes: Uint8Array, ...args: string[]) =>
  spawnSync("zstd", ["-q", "-c", ...args], { input: bytes, maxBuffer: 1 << 28 });
const unavailable = notInstalled("zstd");

describe.skipIf(unavailable !== null)(`a capture in zstd${skippedFor(unavailable)}`, () => {
  const packed = unavailable === null ? zstd(CAPTURE).stdout : Buffer.alloc(0);
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);

  it("gives the frames that it holds", async () => {
    const { frames, end } = await read(packed);
    expect(frames).toEqual(EXPECTED);
    expect(end).toMatchObject({ compression: "zstd", isComplete: true, problem: null });
  });

  it("gives them byte by byte", async () => {
    const { frames } = await framesOf(sourceInPieces(packed, [1]));
    expect(frames).toHaveLength(EXPECTED.length);
  });

  it("may be made of several frames, with others to skip between", async () => {
    const half = CAPTURE.length >> 1;
    const parts = [CAPTURE.subarray(0, half), CAPTURE.subarray(half)].map((part) => zstd(part, "-19").stdout);
    const { frames, end } = await read(
      Buffer.concat([skippable, ...parts.flatMap((part) => [part, skippable])]),
    );
    expect([frames.length, end.problem]).toEqual([EXPECTED.length, null]);
  });

  it("is read up to where it is cut, and says so", async () => {
    const { frames, end } = await read(packed.subarray(0, packed.length - 10));
    expect(frames).toEqual(EXPECTED.slice(0, frames.length));
    expect(frames.length).toBeGreaterThan(0);
    expect(end.problem).toContain("cut short: the zstd data ends within a frame");
  });

  it("is read up to the damage in it", async () => {
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, packed.length - 5000, packed.length - 4990);
    const { frames, end } = await read(damaged);
    expect(frames.length).toBeGreaterThan(1000);
    expect(frames.slice(0, 1000)).toEqual(EXPECTED.slice(0, 1000));
    expect(end.isComplete).toBe(false);
    expect(end.problem).toMatch(/: offset \d+: the zstd data cannot be unpacked: .*; analysed up to here$/);
  });

  it("gives all frames where only its checksum is wrong, and says so", async () => {
    const damaged = Buffer.from(packed);
    damaged[packed.length - 1] = (damaged[packed.length - 1] ?? 0) ^ 1;
    const { frames, end } = await read(damaged);
    expect(frames).toEqual(EXPECTED);
    expect(end.isComplete).toBe(false);
    expect(end.problem).toContain("cannot be unpacked: Restored data doesn't match checksum");
  });

  it("may have frames without a checksum, and empty ones", async () => {
    const empty = zstd(Buffer.alloc(0)).stdout;
    const { frames, end } = await read(Buffer.concat([empty, zstd(CAPTURE, "--no-check").stdout, empty]));
    expect(frames).toEqual(EXPECTED);
    expect(end).toMatchObject({ isComplete: true, problem: null });
  });

  it("is not mixed up with another that is read at the same time", async () => {
    const other = writePcap(FRAMES.toReversed());
    const [one, two] = await Promise.all([read(packed, "one.zst"), read(zstd(other).stdout, "two.zst")]);
    expect(one.frames).toEqual(EXPECTED);
    expect(two.frames).toEqual(EXPECTED.toReversed());
  });

  it("that unpacks to very much is a long capture: memory stays bounded", async () => {
    const record = pcapRecord({ seconds: 1, fraction: 0, bytes: Buffer.alloc(200_000) });
    const records = zstd(Buffer.concat(Array.from({ length: 50 }, () => record))).stdout;
    const bomb = Buffer.concat([zstd(pcapHeader()).stdout, ...Array.from({ length: 40 }, () => records)]);
    const { frames, mostBytes } = await memoryToRead(bomb, "bomb.zst");
    expect(frames).toBe(2000);
    expect(mostBytes).toBeLessThan(100 << 20);
  });

  it("gives the memory of its window back when it is left", async () => {
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 15 << 3]);
    const file = Buffer.concat([header, Buffer.from([0x08, 0, 0, 0x41])]);
    const target = new Uint8Array(1);
    // Together their windows are more than there is memory for.
    for (let opened = 0; opened < 200; opened++) {
      const unpacked = await unpack("zstd", sourceInPieces(file, [file.length]), Buffer.alloc(0));
      expect(await unpacked.read(target, 0, 1)).toBe(1);
      await unpacked.close();
    }
  });

  it("is refused where a frame asks for more memory than there should be", async () => {
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3, 1, 0, 0]);
    const error = await read(frame).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "not-a-capture",
      message: expect.stringMatching(/a window of 1073741824 bytes; expected at most 33554432/),
    });
  });

  it("is left where its blocks are so small that to unpack them would take for ever", async () => {
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 15 << 3]);
    const blocks = Array.from({ length: 100_000 }, () => Buffer.from([0x08, 0, 0, 0x41]));
    const file = Buffer.concat([header, ...blocks]);
    const unpacked = await unpack("zstd", sourceInPieces(file, [file.length]), Buffer.alloc(0));
    const target = new Uint8Array(1 << 16);
    while ((await unpacked.read(target, 0, target.length)) > 0);
    expect(unpacked.problem).toContain("expected blocks of some size under so large a window");
  });
});

describe("a file in a format that is not read", () => {
  it.each([
    ["bzip2", Buffer.from("BZh91AY&SY"), "a bzip2 file"],
    ["xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), "an xz file"],
    ["lz4", Buffer.from([0x04, 0x22, 0x4d, 0x18, 0]), "an lz4 file"],
    ["zip", Buffer.from("PK\x03\x04...."), "a zip archive"],
    ["snoop", Buffer.from("snoop\0\0\0\0\0\0\x02"), "a snoop file"],
    ["Network Monitor", Buffer.from("GMBU\0\x02"), "a Network Monitor 2 file"],
  ])("is refused by name: %s", async (_, bytes, says) => {
    const error = await read(bytes, "other.bin").catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "not-a-capture",
      message: expect.stringMatching(new RegExp(`^[^\\n]*other\\.bin: offset 0: ${says}; expected [^\\n]*$`)),
    });
  });
});
