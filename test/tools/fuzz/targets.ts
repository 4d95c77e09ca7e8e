import { writeFileSync } from "node:fs";
import { FrameFacts } from "../../../src/decode/facts.ts";
import { linkDecoder } from "../../../src/decode/link-layer.ts";
import { analyzeCapture, LvsPcapError } from "../../../src/index.ts";
import { FORMATS, render } from "../../../src/reports/formats.ts";
import { pcapHeader, pcapRecord } from "../../support/pcap.ts";
import type { ReportValidator } from "../../support/report-validator.ts";
import { framesIn } from "./frames.ts";
import type { Random } from "./random.ts";
import type { Seed } from "./seeds.ts";

/** Something that takes any bytes; it must take them in peace. */
export interface Target {
  readonly name: string;
  /** Bytes to begin with. */
  seed(seed: Seed, random: Random): Buffer;
  /** @throws where the bytes did what no bytes may do */
  feed(bytes: Buffer): Promise<void>;
  /** A capture file that shows what these bytes do. */
  asCapture(bytes: Buffer): Buffer;
}

/** All that tcpdump.org's list has below 300. */
const LINK_TYPES = Array.from({ length: 300 }, (_, linkType) => linkType).filter(
  (linkType) => linkDecoder(linkType) !== undefined,
);

function decoderTarget(linkType: number): Target {
  const decode = linkDecoder(linkType);
  const facts = new FrameFacts();
  return {
    name: `the decoder of link type ${linkType}`,
    seed(seed, random) {
      const [first = Buffer.alloc(1), ...others] = framesIn(seed.bytes);
      return random.pick([first, ...others]);
    },
    async feed(bytes) {
      // What lies outside of the frame is another one's: a read beyond an end has to hit the view's.
      const exact = new Uint8Array(bytes);
      decode?.(new DataView(exact.buffer), 0, exact.length, facts);
    },
    asCapture: (bytes) =>
      Buffer.concat([pcapHeader({ linkType }), pcapRecord({ seconds: 1, fraction: 0, bytes })]),
  };
}

/** @param path of a file to be written again and again */
function pipelineTarget(path: string, validReport: ReportValidator["validReport"]): Target {
  let turn = 0;
  return {
    name: "the whole analysis",
    seed: (seed) => seed.bytes,
    async feed(bytes) {
      writeFileSync(path, bytes);
      const report = await analyzeCapture(path).catch((error: unknown) => {
        if (error instanceof LvsPcapError && !error.message.includes("\n")) return null;
        throw error;
      });
      if (report === null) return;
      validReport(report);
      const format = FORMATS[turn++ % FORMATS.length];
      if (format !== undefined) await render(format, report, { color: false, args: [] });
    },
    asCapture: (bytes) => bytes,
  };
}

export function allTargets(path: string, validReport: ReportValidator["validReport"]): [Target, ...Target[]] {
  const pipeline = pipelineTarget(path, validReport);
  return [pipeline, ...LINK_TYPES.map(decoderTarget)];
}
