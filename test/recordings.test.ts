import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { analyzeCapture } from "../src/index.ts";
import { loadRecordings } from "./lab/recordings.ts";
import { cutAtTime } from "./support/pcap.ts";

const scratch = mkdtempSync(join(tmpdir(), "lvs-pcap-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(loadRecordings())("the recording $name", (recording) => {
  it.each(recording.marks)("holds every cache as the kernels held it: $label", async (mark) => {
    const file = join(scratch, `${recording.name}.pcap`);
    writeFileSync(file, cutAtTime(readFileSync(recording.capture), mark.time));
    const report = await analyzeCapture(file, { topology: recording.topology });

    const modelled: string[] = [];
    for (const { host, entries } of report.caches) {
      const name = recording.hosts.find(({ mac }) => mac === host.mac)?.name ?? host.mac;
      // A host whose link is down lost its table with it, which no frame shows.
      if (!(name in mark.neighbours)) continue;
      for (const { ip, mac, state } of entries)
        if (state === "known") modelled.push(`${name}: ${ip} at ${mac}`);
    }
    const held = Object.entries(mark.neighbours).flatMap(([name, entries]) =>
      entries.flatMap(({ dst, lladdr }) => (lladdr === undefined ? [] : [`${name}: ${dst} at ${lladdr}`])),
    );
    expect(modelled.toSorted()).toEqual(held.toSorted());
  });

  it("gets the verdict that its kernels bear out", async () => {
    const report = await analyzeCapture(recording.capture, { topology: recording.topology });
    const found = report.findings.map(({ kind, ip, claimant, stage, severity, victims }) => ({
      kind,
      ip,
      claimant: claimant.mac,
      stage,
      severity,
      victims: victims.map(({ mac }) => mac).toSorted(),
    }));
    const expected = recording.expected.findings.map(({ note: _, victims, ...finding }) => ({
      ...finding,
      victims: victims.toSorted(),
    }));
    expect(found).toEqual(expected);
  });
});
