// @module-tag slow
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyzeCapture, type Report } from "../../src/index.ts";
import { loadCollected } from "../support/collected.ts";
import { dissectedFile } from "../support/dissected-file.ts";
import { keptDissection } from "../support/pdml.ts";
import { loadRecordings } from "../support/recordings.ts";
import { validReport } from "../support/schema.ts";
import { scratchFile } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";
import { tsharkUnavailable } from "../support/tshark.ts";

const PROBLEM_3 = join(import.meta.dirname, "..", "..", "captures", "problem-3");
const TOPOLOGY = join(PROBLEM_3, "topology.yaml");

/** All that a report says of the network; what it says of the file is another matter. */
function substance({ captures, ...report }: Report): unknown {
  return {
    ...report,
    frames: captures.map(({ frames, first, last, linkTypes }) => [frames, first, last, linkTypes]),
  };
}

describe("the dissection of an incident", () => {
  it("leads to the report that the capture itself leads to", async () => {
    const dissection = scratchFile("problem-3.pdml", keptDissection("problem-3"));
    const report = validReport(await analyzeCapture(dissection, { topology: TOPOLOGY }));
    const expected = await analyzeCapture(join(PROBLEM_3, "capture.pcap"), { topology: TOPOLOGY });
    expect(expected.findings).toHaveLength(1);
    expect(substance(report)).toEqual(substance(expected));
    expect(report.captures[0]).toMatchObject({ format: "pdml", frames: 21, complete: true, problem: null });
  });

  it("still names frames by their own numbers where it was filtered", async () => {
    const dissection = scratchFile("arp-only.pdml", keptDissection("problem-3-arp-only"));
    const report = validReport(await analyzeCapture(dissection, { topology: TOPOLOGY }));
    expect(report.captures[0]?.frames).toBe(6);
    expect(report.findings.map(({ kind, first }) => [kind, first.frame])).toEqual([
      ["vip-source-in-request", 7],
    ]);
  });

  it("is analysed up to where it is cut, and says where that is", async () => {
    const dissection = scratchFile("cut.pdml", keptDissection("problem-3").subarray(0, 100_000));
    const [capture] = validReport(await analyzeCapture(dissection, { topology: TOPOLOGY })).captures;
    expect(capture).toMatchObject({ frames: 10, complete: false });
    expect(capture?.problem).toMatch(
      /cut\.pdml: offset 89046: cut short: expected <\/packet>, found the end;/,
    );
  });
});

const unavailable = tsharkUnavailable();

/** Of one of its mutated frames Wireshark tells no more than the Ethernet header. */
const NOT_ALL_TOLD = ["arp-oobr"];

describe.skipIf(unavailable !== null)(
  `what tshark at hand makes of a capture${skippedFor(unavailable)}`,
  () => {
    it.each([...loadRecordings(), ...loadCollected()].filter(({ name }) => !NOT_ALL_TOLD.includes(name)))(
      "leads to the same report: $name",
      async ({ capture }) => {
        const dissection = await analyzeCapture(dissectedFile(capture));
        expect(substance(dissection)).toEqual(substance(await analyzeCapture(capture)));
      },
    );
  },
);
