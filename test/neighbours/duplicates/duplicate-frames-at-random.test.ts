// @module-tag slow
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/index.ts";
import { analyze } from "../../support/analyze.ts";
import { framesOf, sourceInPieces } from "../../support/byte-sources.ts";
import { conversation } from "../../support/conversations.ts";
import { PATIENCE } from "../../support/patience.ts";
import { CAPTURE_START_SECONDS, type CapturedFrame, writePcap } from "../../support/pcap.ts";
import { PcapngWriter, resolution } from "../../support/pcapng.ts";

function writePcapng(frames: readonly CapturedFrame[], littleEndian: boolean, exponent: 6 | 9): Buffer {
  const writer = new PcapngWriter(littleEndian);
  const perSecond = 10n ** BigInt(exponent);
  const packets = frames.map(({ atNs, bytes }) => {
    const units =
      BigInt(CAPTURE_START_SECONDS) * perSecond + (BigInt(Math.floor(atNs)) * perSecond) / 10n ** 9n;
    return writer.packet(bytes, { units });
  });
  return Buffer.concat([writer.section(), writer.interface([resolution(exponent)]), ...packets]);
}

/** Every way of writing the same frames at whole microseconds. */
const WRITINGS: Readonly<Record<string, (frames: readonly CapturedFrame[]) => Buffer>> = {
  "pcap, little endian": (frames) => writePcap(frames),
  "pcap, big endian": (frames) => writePcap(frames, { littleEndian: false }),
  "pcap, microseconds": (frames) => writePcap(frames, { nanosecond: false }),
  "pcapng, little endian": (frames) => writePcapng(frames, true, 9),
  "pcapng, big endian": (frames) => writePcapng(frames, false, 9),
  "pcapng, microseconds": (frames) => writePcapng(frames, true, 6),
  "pcap in gzip": (frames) => gzipSync(writePcap(frames)),
  "pcapng in gzip": (frames) => gzipSync(writePcapng(frames, false, 9)),
};

const atWholeMicroseconds = conversation.map((frames) =>
  frames.map(({ atNs, bytes }) => ({ atNs: Math.floor(atNs / 1000) * 1000, bytes })),
);

/** What a report says of the network, not of the file. */
function substance({ captures, ...report }: Report): unknown {
  return { ...report, frames: captures.map(({ frames, first, last }) => [frames, first, last]) };
}

describe("the same frames", () => {
  it("give the same report, however they are written", async () => {
    await fc.assert(
      fc.asyncProperty(atWholeMicroseconds, async (frames) => {
        const expected = substance(await analyze(writePcap(frames)));
        for (const [name, write] of Object.entries(WRITINGS)) {
          expect(substance(await analyze(write(frames))), name).toEqual(expected);
        }
      }),
      { numRuns: 25 * PATIENCE },
    );
  });

  it.each(Object.entries(WRITINGS))("come out the same however they are split: %s", async (_, write) => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(atWholeMicroseconds, sizes, async (frames, pieces) => {
        const bytes = write(frames);
        const { frames: whole } = await framesOf(sourceInPieces(bytes, [bytes.length]));
        expect((await framesOf(sourceInPieces(bytes, pieces))).frames).toEqual(whole);
        expect(whole.map(({ hex }) => hex)).toEqual(
          frames.map((frame) => Buffer.from(frame.bytes).toString("hex")),
        );
      }),
      { numRuns: 15 * PATIENCE },
    );
  });
});
