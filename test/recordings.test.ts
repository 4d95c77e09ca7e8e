import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { analyzeCapture, type Report } from "../src/index.ts";
import { cutAtTime } from "./support/pcap.ts";
import { loadRecordings, type Recording } from "./support/recordings.ts";
import { skippedFor } from "./support/skipped.ts";
import { heldEntries, modelledEntries } from "./tools/lab/cache-entries.ts";

const scratch = mkdtempSync(join(tmpdir(), "lvs-pcap-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(loadRecordings())("the recording $name", (recording) => {
  it.each(recording.marks)("holds every cache as the kernels held it: $label", async (mark) => {
    const file = join(scratch, `${recording.name}.pcap`);
    writeFileSync(file, cutAtTime(readFileSync(recording.capture), mark.time));
    const report = await analyzeCapture(file, { topology: recording.topology });

    expect(modelledEntries(report, recording.hosts, mark)).toEqual(heldEntries(mark));
  });

  it("gets the verdict that its kernels bear out", async () => {
    const report = await analyzeCapture(recording.capture, { topology: recording.topology });
    expect(verdictsOf(report)).toEqual(expectedOf(recording));
  });

  // What tells a director from its real servers is that it passes packets on, and these show none.
  const showsNoDirector = ["problem-1", "problem-1-two-real-servers", "director-never-answers"];
  const unavailable = showsNoDirector.includes(recording.name) ? "its frames do not show the director" : null;
  it.skipIf(unavailable !== null)(`gets the same with no flags${skippedFor(unavailable)}`, async () => {
    expect(verdictsOf(await analyzeCapture(recording.capture))).toEqual(expectedOf(recording));
  });
});

function verdictsOf(report: Report) {
  return report.findings.map(({ kind, ip, claimant, stage, severity, victims }) => ({
    kind,
    ip,
    claimant: claimant.mac,
    stage,
    severity,
    victims: victims.map(({ mac }) => mac).toSorted(),
  }));
}

function expectedOf(recording: Recording) {
  return recording.expected.findings.map(({ note: _, victims, ...finding }) => ({
    ...finding,
    victims: victims.toSorted(),
  }));
}
