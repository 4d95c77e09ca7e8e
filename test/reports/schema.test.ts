import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { BENIGN_KINDS } from "../../src/findings/benign.ts";
import { FINDING_KINDS, SEVERITIES, STAGES } from "../../src/findings/finding.ts";
import { VERDICTS } from "../../src/findings/judge.ts";
import { analyzeCapture, type Report } from "../../src/index.ts";
import { ROLES as ROLE_NAMES } from "../../src/roles/cast.ts";
import { ENDINGS } from "../../src/watch/event.ts";
import { loadRecordings } from "../lab/recordings.ts";
import { analyze } from "../support/analyze.ts";
import { DIRECTOR, GATEWAY, VIP } from "../support/frames.ts";
import { PROBLEM_3, ROLES } from "../support/incidents.ts";
import { CAPTURE_START_SECONDS, pcapHeader, pcapRecord, writePcap } from "../support/pcap.ts";
import { validReport } from "../support/schema.ts";
import { at, isAt, whoHas } from "../support/traffic.ts";

const SCHEMA: unknown = JSON.parse(
  readFileSync(new URL("../../src/reports/report.schema.json", import.meta.url), "utf8"),
);

/** What lies at the end of these keys. */
function inSchema(path: string): unknown {
  let value = SCHEMA;
  for (const key of path.split("/")) {
    if (typeof value !== "object" || value === null) throw new Error(`no ${path} in the schema`);
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
}

describe("the published schema", () => {
  it("is a JSON Schema of draft 2020-12", () => {
    expect(inSchema("$schema")).toBe("https://json-schema.org/draft/2020-12/schema");
    if (typeof SCHEMA !== "object" || SCHEMA === null) throw new Error("no object");
    expect(new Ajv2020().validateSchema(SCHEMA)).toBe(true);
  });

  it.each([
    ["$defs/findingKeys/properties/kind/enum", FINDING_KINDS],
    ["$defs/findingKeys/properties/severity/enum", SEVERITIES],
    ["$defs/findingKeys/properties/stage/enum", STAGES],
    ["$defs/benignKeys/properties/kind/enum", BENIGN_KINDS],
    ["$defs/role/enum", ROLE_NAMES],
    ["$defs/findingEvent/properties/ending/enum", [...ENDINGS, null]],
    ["properties/verdict/enum", VERDICTS],
  ])("lists the words that the program uses: %s", (path, words) => {
    expect(inSchema(path)).toEqual([...words]);
  });

  it("knows a report from something else", async () => {
    const report = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    const [finding] = report.findings;
    if (finding === undefined) throw new Error("no finding");
    expect(() => validReport({ ...report, findings: [{ ...finding, kind: "vip-whatever" }] })).toThrow(
      "kind",
    );
  });
});

describe("the report", () => {
  it.each(loadRecordings())("on the recording $name is as the schema says", async (recording) => {
    const report: Report = await analyzeCapture(recording.capture, {
      topology: recording.topology,
      hash: true,
    });
    expect(() => validReport(report)).not.toThrow();
  });

  it("on a capture without frames is as the schema says, and clean", async () => {
    const report = await analyze([]);
    expect([report.verdict, report.captures[0]?.first, report.captures[0]?.last]).toEqual([
      "clean",
      null,
      null,
    ]);
  });

  it("numbers its findings in the order of their first frames", async () => {
    const report = await analyze(
      [
        ...PROBLEM_3.frames,
        at(700_000, whoHas(VIP, GATEWAY)),
        at(700_000.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(700_000.2, isAt(VIP, { mac: "02:00:00:00:00:11", ip: "192.168.1.11" }, GATEWAY)),
      ],
      ROLES,
    );
    expect(report.findings.map(({ id, kind }) => [id, kind])).toEqual([
      ["F1", "vip-source-in-request"],
      ["F2", "vip-reply"],
    ]);
  });

  it("tells of two captures by their index, and counts the frames of each from 1", async () => {
    const report = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    expect(report.findings[0]?.first).toEqual({
      capture: 0,
      frame: 7,
      time: "2023-11-14T22:13:20.000600000Z",
    });
  });
});

describe("a time in the report", () => {
  it.each([
    [0, "1970-01-01T00:00:00.000000000Z"],
    [1, "1970-01-01T00:00:00.000000001Z"],
    [999_999_999, "1970-01-01T00:00:00.999999999Z"],
  ])("has all nine digits of its nanoseconds: %i", async (fraction, time) => {
    const record = pcapRecord({ seconds: 0, fraction, bytes: whoHas(VIP, GATEWAY) });
    const report = await analyze(Buffer.concat([pcapHeader(), record]));
    expect(report.captures[0]?.first).toBe(time);
  });

  it("is exact a year after the capture began", async () => {
    const aYear = 365 * 86_400;
    const first = pcapRecord({ seconds: CAPTURE_START_SECONDS, fraction: 0, bytes: whoHas(VIP, GATEWAY) });
    const last = pcapRecord({
      seconds: CAPTURE_START_SECONDS + aYear,
      fraction: 123_456_789,
      bytes: isAt(VIP, DIRECTOR, GATEWAY),
    });
    const report = await analyze(Buffer.concat([writePcap([]), first, last]));
    expect(report.captures[0]?.last).toBe("2024-11-13T22:13:20.123456789Z");
  });
});
