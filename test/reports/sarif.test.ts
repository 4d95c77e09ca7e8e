import { describe, expect, it } from "vitest";
import { FINDING_KINDS } from "../../src/kinds/registry.ts";
import { lvsPcap, type Outcome, reportIn } from "../support/cli.ts";
import { loadCollected } from "../support/collected.ts";
import { INCIDENTS, PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { type SarifLog, validSarif } from "../support/sarif.ts";
import { scratchFile } from "../support/scratch.ts";

const CAPTURE = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames));
const LEVELS = { critical: "error", warning: "warning", notice: "note" };

function runOf({ stdout }: Outcome): SarifLog["runs"][number] {
  const [run] = validSarif(stdout).runs;
  if (run === undefined) throw new Error("a SARIF log without a run");
  return run;
}

async function sarif(...args: string[]) {
  return runOf(await lvsPcap(["analyze", ...args, "--format", "sarif"]));
}

describe("--format sarif", () => {
  it.each([...loadRecordings(), ...loadCollected()])(
    "is valid by the schema of OASIS, and holds what the report does: $name",
    async ({ capture }) => {
      const report = reportIn(await lvsPcap(["analyze", capture, "--format", "json"]));
      const { results } = await sarif(capture);
      expect(results.map(({ ruleId, level }) => [ruleId, level])).toEqual(
        report.findings.map(({ kind, severity }) => [kind, LEVELS[severity]]),
      );
    },
  );

  it.each(INCIDENTS)("points from each result to the rule of its kind: $name", async ({ frames }) => {
    const { tool, results } = await sarif(scratchFile("incident.pcap", writePcap(frames)));
    expect(results.map(({ ruleIndex }) => tool.driver.rules[ruleIndex]?.id)).toEqual(
      results.map(({ ruleId }) => ruleId),
    );
  });

  it("has a rule for every kind", async () => {
    const { tool } = await sarif(CAPTURE);
    expect(tool.driver.rules.map(({ id }) => id)).toEqual([...FINDING_KINDS]);
  });

  it("says with which exit status it ended", async () => {
    const found = await lvsPcap(["analyze", CAPTURE, "--format", "sarif"]);
    const ignored = await lvsPcap(["analyze", CAPTURE, "--format", "sarif", "--fail-on", "never"]);
    expect([found, ignored].map((outcome) => runOf(outcome).invocations[0]?.exitCode)).toEqual([1, 0]);
    expect([found.status, ignored.status]).toEqual([1, 0]);
  });

  it("knows a finding again that another capture shows at other times and frames", async () => {
    const later = PROBLEM_3.frames.map(({ atNs, bytes }) => ({ atNs: atNs + 86_400e9, bytes }));
    const first = await sarif(CAPTURE);
    const second = await sarif(scratchFile("later.pcap", writePcap([...later.slice(0, 1), ...later])));
    expect(second.results[0]?.fingerprints).toEqual(first.results[0]?.fingerprints);
  });

  it("names a file by a URI, whatever it is called", async () => {
    const path = scratchFile("a b#c?[d]%41{0}.pcap", writePcap(PROBLEM_3.frames));
    const { results, artifacts } = await sarif(path);
    const uri = artifacts[0]?.location.uri ?? "";
    expect(decodeURIComponent(new URL(uri).pathname)).toBe(path);
    expect(results[0]?.locations[0]?.physicalLocation.artifactLocation).toEqual({ uri, index: 0 });
  });

  it("makes neither link nor placeholder of what a name holds", async () => {
    const cut = writePcap(PROBLEM_3.frames).subarray(0, -10);
    const { invocations } = await sarif(scratchFile("[x](javascript:1) {0}.pcap", cut));
    expect(invocations[0]?.toolExecutionNotifications[0]?.message.text).toContain(
      "\\[x\\](javascript:1) {{0}}.pcap",
    );
  });
});
