import { describe, expect, it } from "vitest";
import { LvsPcapError } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { framesOf, sourceInPieces } from "../support/byte-sources.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import {
  PCAP_HEADER_BYTES,
  pcapHeader,
  pcapRecord,
  RECORD_HEADER_BYTES,
  writePcap,
} from "../support/pcap.ts";
import { at, isAt, whoHas } from "../support/traffic.ts";

const FRAMES = [
  at(0, whoHas(VIP, GATEWAY)),
  at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
  at(0.2, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
];
const CAPTURE = writePcap(FRAMES);

/** Where each record ends. */
const RECORD_ENDS = FRAMES.map((_, index) => writePcap(FRAMES.slice(0, index + 1)).length);
const LENGTHS = Array.from({ length: CAPTURE.length + 1 }, (_, length) => length);

async function errorAt(length: number): Promise<unknown> {
  const source = sourceInPieces(CAPTURE.subarray(0, length), [CAPTURE.length], "cut.pcap");
  return framesOf(source).then(
    () => null,
    (error: unknown) => error,
  );
}

describe("a capture that ends within its header", () => {
  it("is refused at every length, by one line that names file, offset and what was expected", async () => {
    for (const length of LENGTHS.filter((candidate) => candidate < PCAP_HEADER_BYTES)) {
      const error = await errorAt(length);
      expect(error, `cut at ${length}`).toBeInstanceOf(LvsPcapError);
      expect(error, `cut at ${length}`).toMatchObject({
        code: "not-a-capture",
        message: expect.stringMatching(/^cut\.pcap: offset \d+: .*expected a pcap [^\n]*$/),
      });
    }
  });
});

describe("a capture that ends after its header", () => {
  const afterHeader = LENGTHS.filter((length) => length >= PCAP_HEADER_BYTES);

  it("gives at every length all frames that are there whole", async () => {
    for (const length of afterHeader) {
      const { frames } = await framesOf(sourceInPieces(CAPTURE.subarray(0, length), [CAPTURE.length]));
      expect(frames.length, `cut at ${length}`).toBe(RECORD_ENDS.filter((end) => end <= length).length);
    }
  });

  it("has no problem where it ends between two records", async () => {
    for (const length of [PCAP_HEADER_BYTES, ...RECORD_ENDS]) {
      const { end } = await framesOf(sourceInPieces(CAPTURE.subarray(0, length), [CAPTURE.length]));
      expect(end.problem, `cut at ${length}`).toBeNull();
    }
  });

  it("says elsewhere at which offset it is cut and what was expected there", async () => {
    for (const length of afterHeader) {
      const lastWhole = [PCAP_HEADER_BYTES, ...RECORD_ENDS].findLast((end) => end <= length) ?? 0;
      if (lastWhole === length) continue;
      const source = sourceInPieces(CAPTURE.subarray(0, length), [CAPTURE.length], "cut.pcap");
      const { end } = await framesOf(source);
      const missing =
        length - lastWhole < RECORD_HEADER_BYTES ? "a record header of 16 bytes" : "a frame of 42 bytes";
      const found =
        length - lastWhole < RECORD_HEADER_BYTES
          ? length - lastWhole
          : length - lastWhole - RECORD_HEADER_BYTES;
      expect(end.problem).toBe(
        `cut.pcap: offset ${lastWhole}: cut short: expected ${missing}, found ${found}; analysed up to here`,
      );
    }
  });

  it("is reported incomplete, with the findings of what was there", async () => {
    const answer = at(0.3, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP }));
    const whole = writePcap([...FRAMES, answer]);
    const roles = { vips: [VIP], directors: [DIRECTOR.mac], realServers: [REAL_SERVER.mac] };
    const report = await analyze(whole.subarray(0, whole.length - 1), roles);
    expect(report.captures[0]).toMatchObject({ complete: false, frames: 3, bytes: whole.length - 1 });
    expect(report.findings.map(({ kind, stage }) => [kind, stage])).toEqual([
      ["vip-source-in-request", "claimed"],
    ]);
  });
});

describe("a record that claims more bytes than a frame can have", () => {
  const damaged = Buffer.concat([
    CAPTURE,
    pcapRecord({ seconds: 1, fraction: 0, bytes: Buffer.alloc(0), capturedLength: 262_145 }),
    ...Array.from({ length: 20 }, () => pcapRecord({ seconds: 1, fraction: 0, bytes: Buffer.alloc(60) })),
  ]);

  it("ends the analysis there, and says so", async () => {
    const report = await analyze(damaged);
    const [capture] = report.captures;
    expect(capture).toMatchObject({ complete: false, frames: FRAMES.length, bytes: damaged.length });
    expect(capture?.problem).toContain(
      `offset ${CAPTURE.length}: invalid packet capture length 262145, bigger than snaplen of 262144; a record claims 262145 bytes; expected at most 262144; analysed up to here`,
    );
  });

  it("does so whatever the pieces in which it comes", async () => {
    const { frames, end } = await framesOf(sourceInPieces(damaged, [1]));
    expect([frames.length, end.problem?.includes("262145 bytes")]).toEqual([FRAMES.length, true]);
  });

  it("is one byte above the longest that is taken", async () => {
    const longest = pcapRecord({ seconds: 1, fraction: 0, bytes: Buffer.alloc(262_144) });
    const { frames, end } = await framesOf(sourceInPieces(Buffer.concat([pcapHeader(), longest]), [4096]));
    expect([frames.length, end.problem]).toEqual([1, null]);
  });
});
