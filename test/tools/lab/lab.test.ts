// @module-tag slow
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { analyzeCapture } from "../../../src/index.ts";
import { loadRecordings } from "../../support/recordings.ts";
import { skippedFor } from "../../support/skipped.ts";
import { labUnavailable } from "./available.ts";
import { heldEntries, modelledEntries } from "./cache-entries.ts";
import { recordScenario } from "./lab.ts";
import { SCENARIOS } from "./scenarios/index.ts";

/** Quick ones that need no further tools; `npm run lab` records them all. */
const LIVE = ["sound-cluster", "problem-3", "problem-3-cured"];

const recordings = mkdtempSync(join(tmpdir(), "lvs-pcap-lab-"));
afterAll(() => rmSync(recordings, { recursive: true, force: true }));

describe.each(SCENARIOS.filter(({ name }) => LIVE.includes(name)))(
  "on the kernel of this machine the recording $name",
  (scenario) => {
    const unavailable = labUnavailable(scenario.needs);

    it.skipIf(unavailable !== null)(
      `ends with every cache as modelled${skippedFor(unavailable)}`,
      { timeout: 120_000 },
      async () => {
        const directory = join(recordings, scenario.name);
        await recordScenario(scenario, directory);
        const recording = loadRecordings(recordings).find(({ name }) => name === scenario.name);
        const mark = recording?.marks.at(-1);
        if (recording === undefined || mark === undefined) throw new Error("nothing was recorded");
        const report = await analyzeCapture(recording.capture, { topology: recording.topology });

        expect(modelledEntries(report, recording.hosts, mark)).toEqual(heldEntries(mark));
        expect(report.findings.map(({ kind }) => kind)).toEqual(
          scenario.expected.findings.map(({ kind }) => kind),
        );
      },
    );
  },
);
