import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { analyzeCapture, type Report } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { DIRECTOR, GATEWAY, VIP } from "../support/frames.ts";
import { PROBLEM_3, ROLES } from "../support/incidents.ts";
import { CAPTURE_START_SECONDS, pcapHeader, pcapRecord, writePcap } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { SCHEMA, validReport } from "../support/schema.ts";
import { at, isAt, whoHas } from "../support/traffic.ts";

const TIME = "2023-11-14T22:13:20.000000000Z";

interface Constraints {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Constraints>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly const?: unknown;
}

function isObject(value: unknown): value is Constraints {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every part of the schema that constrains a value, with its path. */
function partsOf(part: unknown, path = "#"): [string, Constraints][] {
  if (typeof part !== "object" || part === null) return [];
  const below = Object.entries(part).flatMap(([key, value]) => partsOf(value, `${path}/${key}`));
  return isObject(part) && !path.endsWith("/properties") ? [[path, part], ...below] : below;
}

const PARTS = partsOf(SCHEMA);

describe("the published schema", () => {
  it("is a JSON Schema of draft 2020-12", () => {
    expect(SCHEMA).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema" });
    expect(new Ajv2020().validateSchema(SCHEMA)).toBe(true);
  });

  it("allows no key that it does not name", () => {
    const open = PARTS.filter(
      ([, part]) => part.properties !== undefined && part.additionalProperties !== false,
    );
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it("requires every key but the host's name and vendor", () => {
    const optional = PARTS.flatMap(([, { properties = {}, required = [] }]) =>
      Object.keys(properties).filter((key) => !required.includes(key)),
    );
    expect([...new Set(optional)].toSorted()).toEqual(["name", "vendor"]);
  });

  it("has integers only, since a report has no fractions", () => {
    const fractional = PARTS.filter(
      ([, part]) => part.const === undefined && [part.type].flat().includes("number"),
    );
    expect(fractional.map(([path]) => path)).toEqual([]);
  });
});

describe("the schema refuses a report", () => {
  interface Changeable {
    readonly [key: string]: unknown;
  }
  const wrong: [string, (report: Report) => Changeable][] = [
    ["a key that it does not know", (report) => ({ ...report, more: 1 })],
    ["a missing key", ({ forgotten: _, ...report }) => report],
    ["a version of the schema that is another's", (report) => ({ ...report, schemaVersion: 2 })],
    ["no capture", (report) => ({ ...report, captures: [] })],
    ["a verdict that there is not", (report) => ({ ...report, verdict: "fine" })],
    ["a kind of finding that there is not", withFinding({ kind: "vip-whatever" })],
    ["a finding that nothing proves", withFinding({ evidence: [] })],
    ["a finding that never happened", withFinding({ count: 0 })],
    ["a count that is negative", withFinding({ racesTotal: -1 })],
    ["a count that is a fraction", withFinding({ racesTotal: 0.5 })],
    ["an address that is none", withFinding({ ip: "192.168.1.256" })],
    ["a VLAN that there cannot be", withFinding({ vlan: 4096 })],
    ["an identifier of another form", withFinding({ id: "1" })],
    ["a MAC in upper case", withFinding({ claimant: { mac: "02:00:00:00:00:AA", ip: null, role: "host" } })],
    ["a role that there is not", withFinding({ claimant: { mac: DIRECTOR.mac, ip: null, role: "boss" } })],
    ["a frame that is counted from 0", withFinding({ first: { capture: 0, frame: 0, time: TIME } })],
    [
      "a time in whole seconds",
      withFinding({ first: { capture: 0, frame: 1, time: "2023-11-14T22:13:20Z" } }),
    ],
  ];

  function withFinding(change: object): (report: Report) => Changeable {
    return (report) => ({
      ...report,
      findings: report.findings.map((finding) => ({ ...finding, ...change })),
    });
  }

  it.each(wrong)("with %s", async (_, change) => {
    const report = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    expect(report.findings).not.toEqual([]);
    expect(() => validReport(change(report))).toThrow("not a report");
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

  it("on a capture without frames is as the schema says, and undetermined", async () => {
    const report = await analyze([]);
    expect([report.verdict, report.captures[0]?.first, report.captures[0]?.last]).toEqual([
      "undetermined",
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
