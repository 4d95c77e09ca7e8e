import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyzeCapture } from "../src/index.ts";
import { loadCollected } from "./support/collected.ts";
import { validReport } from "./support/schema.ts";

const SEVERITIES = ["notice", "warning", "critical"];
const SOURCES = readFileSync(join(import.meta.dirname, "..", "captures", "collected", "SOURCES.md"), "utf8");

describe.each(loadCollected())("the capture $name", ({ name, capture, expected }) => {
  it("gets the verdict that its frames bear out", async () => {
    const report = validReport(await analyzeCapture(capture));
    const found = report.findings.map(({ kind, ip, claimant }) => ({ kind, ip, claimant: claimant.mac }));
    if (expected.findings !== undefined) expect(found).toEqual(expected.findings);
    expect(report.verdict).toBe(expected.verdict);
    const most = SEVERITIES.indexOf(expected.findingsAtMost);
    const worse = report.findings.filter(({ severity }) => SEVERITIES.indexOf(severity) > most);
    expect(worse).toEqual([]);
  });

  it("has its source and licence beside it", () => {
    expect(SOURCES).toMatch(
      new RegExp(`\\| \`${name}\\.pcap\` \\| \\S+ \\| \`\\S+\` \\| (MIT|BSD-3-Clause|CC-BY-4\\.0) \\|`),
    );
  });
});
