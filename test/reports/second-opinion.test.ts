import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { exitStatusOf } from "../../src/cli/exit-status.ts";
import type { Report } from "../../src/index.ts";
import { FORMATS, type Format, render } from "../../src/reports/formats.ts";
import { openPcapParser } from "../../src/verify/pcap-parser.ts";
import type { OpenSecondDecoder } from "../../src/verify/second-decoder.ts";
import { askSecondOpinions } from "../../src/verify/second-opinion.ts";
import { verifyAgainst } from "../../src/verify.ts";
import { analyze } from "../support/analyze.ts";
import { lvsPcap, reportIn } from "../support/cli.ts";
import { PROBLEM_3, SOUND_CLUSTER } from "../support/incidents.ts";
import { type CapturedFrame, writePcap } from "../support/pcap.ts";
import { validReport } from "../support/schema.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";

/** As pcap-parser reads it: it knows microseconds only. */
function microsecondPcap(frames: readonly CapturedFrame[]): Buffer {
  return writePcap(frames, { nanosecond: false });
}

const SOUND = scratchFile("sound.pcap", microsecondPcap(SOUND_CLUSTER));
const SHOWN: Format[] = FORMATS.filter((format) => format !== "ndjson" && format !== "json");

/** Text without the breaks and the markup that a form puts between its words. */
function wordsOf(text: string): string {
  return text
    .replace(/<(style|script)>.*?<\/\1>/gs, "")
    .replace(/<[^>]*>/g, "")
    .replace(/\s+/g, " ");
}

/** pcap-parser, but that it takes the second record for a byte shorter. */
const shortSighted: OpenSecondDecoder = (listener) => {
  let records = 0;
  return openPcapParser({
    ...listener,
    record: (record) => {
      records++;
      listener.record(records === 2 ? { ...record, originalBytes: record.originalBytes - 1 } : record);
    },
  });
};

async function contradicted(): Promise<Report> {
  const report = await analyze(SOUND_CLUSTER);
  report.secondOpinion = await askSecondOpinions([SOUND], undefined, (capture, options) =>
    verifyAgainst(shortSighted, capture, options),
  );
  return validReport(report);
}

describe("analyze --second-opinion", () => {
  it("has the capture decoded by pcap-parser, and reports that it reads the same", async () => {
    const outcome = await lvsPcap(["analyze", SOUND, "--second-opinion", "--format", "json"]);
    expect(reportIn(outcome).secondOpinion).toEqual([
      {
        capture: 0,
        by: "pcap-parser",
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        verified: true,
        records: SOUND_CLUSTER.length,
        differences: [],
        differencesTotal: 0,
        problem: null,
        notVerifiable: null,
      },
    ]);
    expect([outcome.status, outcome.stderr]).toEqual([0, ""]);
  });

  it("is not asked for unless somebody asks", async () => {
    expect((await analyze(SOUND_CLUSTER)).secondOpinion).toBeNull();
  });

  it.each(SHOWN.filter((format) => format !== "sarif"))("shows in --format %s", async (format) => {
    const { stdout } = await lvsPcap(["analyze", SOUND, "--second-opinion", "--format", format]);
    expect(wordsOf(stdout)).toMatch(
      /verified: pcap-parser \d+\.\d+\.\d+ reads the same \d+ records; times, lengths, bytes and ARP fields agree/i,
    );
  });

  it("names what it cannot read, which is no fault of the capture", async () => {
    const { status, stderr, stdout } = await lvsPcap([
      "analyze",
      scratchFile("nanoseconds.pcap", writePcap(SOUND_CLUSTER)),
      "--second-opinion",
    ]);
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^lvs-pcap: \S+nanoseconds\.pcap: no second opinion: pcap-parser \S+ refuses it: .*nanosecond timestamps.*\n$/,
    );
    expect(wordsOf(stdout)).toContain("no second opinion: pcap-parser");
  });

  it("goes as far as a capture that breaks off", async () => {
    const cut = scratchFile("cut.pcap", microsecondPcap(SOUND_CLUSTER).subarray(0, -5));
    const { stdout } = await lvsPcap(["analyze", cut, "--second-opinion"]);
    expect(wordsOf(stdout)).toContain(
      `reads the same ${SOUND_CLUSTER.length - 1} records up to where it breaks off`,
    );
  });

  it("has one for each of several captures", async () => {
    const other = scratchFile("problem-3.pcap", microsecondPcap(PROBLEM_3.frames));
    const outcome = await lvsPcap(["analyze", SOUND, other, "--second-opinion", "--format", "json"]);
    expect(reportIn(outcome).secondOpinion?.map(({ capture, verified }) => [capture, verified])).toEqual([
      [0, true],
      [1, true],
    ]);
  });

  it("leaves the evidence what it is", async () => {
    const capture = scratchFile("problem-3.pcap", microsecondPcap(PROBLEM_3.frames));
    const evidence = scratchPath("evidence.pcapng");
    const { stderr } = await lvsPcap(["analyze", capture, "--second-opinion", "--evidence", evidence]);
    expect(stderr).toMatch(/analysed alone they give the same findings\n$/);
  });
});

describe("what can be read only once", () => {
  it("has no second opinion: standard input", async () => {
    expect(await askSecondOpinions(["-"])).toMatchObject([
      { verified: null, notVerifiable: "standard input cannot be read a second time" },
    ]);
  });

  it("has no second opinion, and is not waited for: a pipe", async () => {
    const pipe = scratchPath("pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    expect(await askSecondOpinions([pipe])).toMatchObject([
      { verified: null, notVerifiable: "a pipe cannot be read a second time" },
    ]);
  });
});

describe("a second opinion that differs", () => {
  it("says where, and what either reads", async () => {
    expect((await contradicted()).secondOpinion).toMatchObject([
      {
        verified: false,
        differencesTotal: 1,
        differences: [{ frame: 2, field: "original-length" }],
      },
    ]);
  });

  it.each(SHOWN)("is plain to see in --format %s", async (format) => {
    const text = wordsOf(await render(format, await contradicted(), { color: false }));
    expect(text).toContain("NOT VERIFIED: pcap-parser");
    expect(text).toMatch(/frame 2, original-length: lvs-pcap \d+/);
  });

  it("makes the exit status 1, whatever findings are let pass", async () => {
    const report = await contradicted();
    expect([
      exitStatusOf(report, "never"),
      exitStatusOf({ ...report, secondOpinion: null }, "never"),
    ]).toEqual([1, 0]);
  });
});
