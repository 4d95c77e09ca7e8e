import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { framesOf, sourceInPieces } from "../support/byte-sources.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { PATIENCE } from "../support/patience.ts";
import { CAPTURE_START_SECONDS, pcapHeader, pcapRecord, writePcap } from "../support/pcap.ts";
import { at, isAt, packet, whoHas } from "../support/traffic.ts";

const FRAMES = [
  at(0, whoHas(VIP, GATEWAY)),
  at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
  at(7, packet(GATEWAY, DIRECTOR, { destination: VIP })),
  at(1000.5, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
];
const CAPTURE = writePcap(FRAMES);
const EXPECTED = FRAMES.map(({ atNs, bytes }) => ({
  hex: Buffer.from(bytes).toString("hex"),
  originalBytes: bytes.length,
  seconds: CAPTURE_START_SECONDS + Math.floor(atNs / 1e9),
  nanoseconds: atNs % 1e9,
}));

describe("a capture that comes in pieces", () => {
  it("gives the same frames however it is split", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: CAPTURE.length }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(sizes, async (pieces) => {
        const { frames } = await framesOf(sourceInPieces(CAPTURE, pieces));
        expect(frames).toEqual(EXPECTED);
      }),
    );
  });

  it("gives the same frames byte by byte, from the header on", async () => {
    const { frames, end } = await framesOf(sourceInPieces(CAPTURE, [1]));
    expect({ frames, problem: end.problem, bytes: end.bytes }).toEqual({
      frames: EXPECTED,
      problem: null,
      bytes: CAPTURE.length,
    });
  });

  it("gives the same frames for any frames and any split", async () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });
    const sizes = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(payloads, sizes, async (contents, pieces) => {
        const bytes = writePcap(contents.map((content, index) => ({ atNs: index, bytes: content })));
        const { frames } = await framesOf(sourceInPieces(bytes, pieces));
        expect(frames.map(({ hex }) => hex)).toEqual(
          contents.map((content) => Buffer.from(content).toString("hex")),
        );
      }),
      { numRuns: 60 * PATIENCE },
    );
  });

  it("hands out every byte once and in order, for whoever hashes it", async () => {
    const chunks: Buffer[] = [];
    await framesOf(sourceInPieces(CAPTURE, [5, 30, 1, 77]), {
      onBytes: (chunk) => chunks.push(Buffer.from(chunk)),
    });
    expect(Buffer.concat(chunks).equals(CAPTURE)).toBe(true);
  });
});

describe("a capture larger than what is read at once", () => {
  // Frames of the greatest length there is, so that every chunk ends in the middle of one.
  const longest = Array.from({ length: 9 }, (_, index) => Buffer.alloc(262_144, index + 1));
  const bytes = Buffer.concat([
    pcapHeader(),
    ...longest.map((content, index) => pcapRecord({ seconds: index, fraction: 0, bytes: content })),
  ]);

  it("gives every frame whole", async () => {
    const { frames } = await framesOf(sourceInPieces(bytes, [bytes.length]));
    expect(frames.map(({ hex }) => hex === hex.slice(0, 2).repeat(262_144) && hex.slice(0, 2))).toEqual([
      "01",
      "02",
      "03",
      "04",
      "05",
      "06",
      "07",
      "08",
      "09",
    ]);
  });

  it("gives a frame of the greatest length whole where the first megabyte lacks only its last byte", async () => {
    const megabyte = 1 << 20;
    const [longestFrame, other] = longest;
    if (longestFrame === undefined || other === undefined) throw new Error("no frames");
    const written = 24 + 3 * 16 + 2 * other.length + 16 + longestFrame.length;
    const filler = Buffer.alloc(megabyte + 1 - written);
    const contents = [other, other, filler, longestFrame];
    const capture = Buffer.concat([
      pcapHeader(),
      ...contents.map((content) => pcapRecord({ seconds: 0, fraction: 0, bytes: content })),
    ]);
    const { frames } = await framesOf(sourceInPieces(capture, [megabyte]));
    expect([capture.length, frames.at(-1)?.hex === longestFrame.toString("hex")]).toEqual([
      megabyte + 1,
      true,
    ]);
  });

  it("tells its progress up to the last byte", async () => {
    const progress: number[] = [];
    await framesOf(sourceInPieces(bytes, [bytes.length]), { onProgress: (done) => progress.push(done) });
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(bytes.length);
  });
});
