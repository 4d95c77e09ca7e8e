import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { analyzeCapture } from "../../../src/index.ts";
import { loadRecordings } from "../../support/recordings.ts";
import { labUnavailable } from "./available.ts";
import { heldEntries, modelledEntries } from "./cache-entries.ts";
import { recordScenario } from "./lab.ts";
import { SCENARIOS } from "./scenarios/index.ts";

/** Quick ones that need no further tools; `npm run lab` records them all. */
const LIVE = ["sound-cluster", "problem-3", "problem-3-cured"];

const unavailable = labUnavailable();
if (unavailable !== null) process.stderr.write(`SKIPPED: the lab on this machine's kernel: ${unavailable}\n`);

const recordings = mkdtempSync(join(tmpdir(), "lvs-pcap-lab-"));
afterAll(() => rmSync(recordings, { recursive: true, force: true }));

describe.skipIf(unavailable !== null)("on the kernel of this machine", () => {
  const scenarios = SCENARIOS.filter(({ name }) => LIVE.includes(name));

  it.each(scenarios)("$name ends with every cache as modelled", { timeout: 120_000 }, async (scenario) => {
    const directory = join(recordings, scenario.name);
    await recordScenario(scenario, directory);
    const recording = loadRecordings(recordings).find(({ name }) => name === scenario.name);
    expect(recording).toBeDefined();
    if (recording === undefined) return;
    const report = await analyzeCapture(recording.capture, { topology: recording.topology });

    const mark = recording.marks.at(-1);
    if (mark === undefined) return;
    expect(modelledEntries(report, recording.hosts, mark)).toEqual(heldEntries(mark));
    expect(report.findings.map(({ kind }) => kind)).toEqual(
      scenario.expected.findings.map(({ kind }) => kind),
    );
  });
});
