import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { FORMATS, render } from "../../src/reports/formats.ts";
import { analyze } from "../support/analyze.ts";
import { lvsPcap } from "../support/cli.ts";
import { DIRECTOR } from "../support/frames.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { PATIENCE } from "../support/patience.ts";
import { writePcap } from "../support/pcap.ts";
import { PcapngWriter, text as textOption } from "../support/pcapng.ts";
import { scratchFile } from "../support/scratch.ts";

/** What a terminal or a browser would act on: controls, escape sequences, direction marks, separators of lines. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const fragment = fc.constantFrom(
  "\u001b[2J",
  "\u009b31m",
  "\u001b]0;title\u0007",
  "\r",
  "\n",
  "\t",
  "\u0000",
  "\u007f",
  "\u202e",
  "\u2066",
  "\u200b",
  "\u2028",
  "\ufeff",
  "\u00ad",
  "\ud800",
  "<zz onload=1>",
  '"><zz>',
  "' zz='",
  "</script><zz>",
  "<!--",
  "]]>",
  "&#x3c;zz&#x3e;",
  "`",
  "```\n",
  "|",
  "**",
  "[zz](javascript:zz)",
  "![zz](http://zz)",
  "\\",
  "$zz$",
  "plain",
);
const hostileText = fc.array(fragment, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));

/** The report with `text` in every place where words come from outside. */
function planted(report: Report, words: string): Report {
  return withNames(
    {
      ...report,
      captures: report.captures.map((capture) => ({
        ...capture,
        file: words,
        problem: words,
        complete: false,
        anomalies: { [words]: 1 },
        interfaces: [{ name: words, description: words, linkType: "ETHERNET", frames: 1 }],
        comments: [{ frame: null, text: words }],
      })),
      expectations: (["violated", "unobserved", "met"] as const).map((result) => ({
        kind: "vip-owner",
        result,
        ip: null,
        vlan: null,
        expected: [words],
        seen: { mac: DIRECTOR.mac, ip: null, role: "director" },
        what: words,
        evidence: [],
      })),
      secondOpinion: [
        {
          capture: 0,
          by: "pcap-parser",
          version: words,
          verified: false,
          records: 1,
          differences: [{ frame: 1, field: words, ours: words, theirs: words }],
          differencesTotal: 1,
          problem: words,
          notVerifiable: null,
        },
        {
          capture: 0,
          by: "pcap-parser",
          version: words,
          verified: null,
          records: 0,
          differences: [],
          differencesTotal: 0,
          problem: null,
          notVerifiable: words,
        },
      ],
      inventories: [{ file: words, format: words, vips: 1, bindings: 1, names: 1, notes: [words] }],
    },
    words,
  );
}

/** Hosts get it for a name, wherever they are named. */
function withNames(report: Report, words: string): Report {
  return JSON.parse(JSON.stringify(report), (_, value) =>
    value !== null && typeof value === "object" && "mac" in value && "role" in value
      ? { ...value, name: words, vendor: words }
      : value,
  );
}

const hasRenderer = spawnSync("cmark-gfm", ["--version"]).error === undefined;

describe("words from outside", () => {
  it.each(FORMATS)("reach nobody unescaped by --format %s", async (format) => {
    const report = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    await fc.assert(
      fc.asyncProperty(hostileText, async (words) => {
        const output = await render(format, planted(report, words), {
          color: false,
          args: ["analyze", words],
        });
        expect(CONTROL.exec(output.replaceAll("\n", ""))).toBeNull();
        if (format === "html") expect(output).not.toMatch(/<zz|["']\s*zz\s*=/);
        if (format === "markdown" && hasRenderer) {
          const { stdout } = spawnSync("cmark-gfm", ["-e", "table", "-e", "autolink", "--unsafe"], {
            input: output,
            encoding: "utf8",
          });
          expect(stdout).not.toMatch(/<zz|<img|href="(javascript|http:\/\/zz)/);
        }
      }),
      { numRuns: (format === "html" ? 60 : 150) * PATIENCE },
    );
  });
});

describe("what a capture says of itself", () => {
  const writer = new PcapngWriter();
  const words = "\u001b[31m<zz>\u202e`|\u009b";
  const capture = Buffer.concat([
    writer.section([textOption(1, words)]),
    writer.interface([textOption(2, words), textOption(1, words)]),
    ...PROBLEM_3.frames.map(({ bytes }) => writer.packet(bytes, { options: [textOption(1, words)] })),
  ]);

  it.each(FORMATS)("reaches nobody unescaped by --format %s, nor does its file's name", async (format) => {
    const path = scratchFile(`x${words}.pcapng`, capture);
    const { stdout, stderr } = await lvsPcap(["analyze", path, "--format", format]);
    expect(CONTROL.exec((stdout + stderr).replaceAll("\n", ""))).toBeNull();
    if (format === "html") expect(stdout).not.toContain("<zz");
  });
});

describe("a refusal", () => {
  it.each([
    ["an unreadable capture", (words: string) => ["analyze", `/nowhere/${words}`]],
    ["an unreadable topology", (words: string) => ["analyze", "-", "--topology", `/nowhere/${words}`]],
    ["an address that is none", (words: string) => ["analyze", "-", "--vip", words]],
    ["an unknown option", (words: string) => ["analyze", "-", `--zz${words}`]],
    ["an unknown format", (words: string) => ["analyze", "-", "--format", words]],
    ["an unreadable dissection", (words: string) => ["verify", "/nowhere/x", "--pdml", words]],
  ])("repeats nothing raw: %s", async (_, command) => {
    await fc.assert(
      fc.asyncProperty(hostileText, async (words) => {
        const { status, stderr } = await lvsPcap(command(words.replaceAll("\u0000", "")));
        expect(status).toBe(2);
        expect(CONTROL.exec(stderr.replace(/\n$/, ""))).toBeNull();
      }),
      { numRuns: 40 * PATIENCE },
    );
  });

  it.each([
    ["a key", (words: string) => `{${JSON.stringify(words)}: 1}`],
    ["an address", (words: string) => `{"vips": [{"ip": ${JSON.stringify(words)}}]}`],
    ["no YAML", (words: string) => `${words}: [`],
  ])("of a topology repeats nothing raw: %s", async (_, topology) => {
    const path = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames));
    await fc.assert(
      fc.asyncProperty(hostileText, async (words) => {
        const file = scratchFile("topology.yaml", topology(words));
        const { stderr } = await lvsPcap(["analyze", path, "--topology", file]);
        expect(CONTROL.exec(stderr.replace(/\n$/, ""))).toBeNull();
      }),
      { numRuns: 40 * PATIENCE },
    );
  });
});
