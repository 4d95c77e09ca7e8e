// @module-tag slow
import { describe, expect, it } from "vitest";
import { analyzeCapture, type ReportedFinding } from "../../src/index.ts";
import {
  AROUND,
  INCIDENTS,
  type Incident,
  LATE_CAPTURE,
  PROBLEM_3,
  UNANSWERED,
} from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { validReport } from "../support/schema.ts";
import { scratchFile } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";
import { framesShown, tsharkUnavailable } from "../support/tshark.ts";

const unavailable = tsharkUnavailable();

async function countedAndShown(capture: string, findings: readonly ReportedFinding[]) {
  const counted = findings.map(({ id, kind, count }) => `${id} ${kind}: ${count}`);
  const shown = await Promise.all(
    findings.map(
      async ({ id, kind, displayFilter }) => `${id} ${kind}: ${await framesShown(capture, displayFilter)}`,
    ),
  );
  return { counted, shown };
}

async function tryFilters({ frames, roles }: Pick<Incident, "frames" | "roles">) {
  const capture = scratchFile("filtered.pcap", writePcap(frames));
  const { findings } = validReport(await analyzeCapture(capture, roles));
  if (findings.length === 0) throw new Error("no finding whose filter could be tried");
  return countedAndShown(capture, findings);
}

describe.skipIf(unavailable !== null)(
  `Wireshark shows by a finding's filter${skippedFor(unavailable)}`,
  () => {
    it.each(INCIDENTS)("as many frames as it counts: $name", async (incident) => {
      const { counted, shown } = await tryFilters(incident);
      expect(shown).toEqual(counted);
    });

    it.each([
      {
        name: "the same leak on an untagged network and on a VLAN",
        incident: PROBLEM_3,
        around: AROUND.problem3OnAnotherVlan,
      },
      {
        name: "a bypass beside traffic that the director passed on to the same real server",
        incident: LATE_CAPTURE,
        around: AROUND.directorsTraffic,
      },
      {
        name: "unanswered requests after an announcement of the director",
        incident: UNANSWERED,
        around: AROUND.directorsAnnouncement,
      },
      {
        name: "unanswered requests of a kernel beside those of tools",
        incident: UNANSWERED,
        around: AROUND.probesForTheVip,
      },
    ])("nothing that only looks like it: $name", async ({ incident, around }) => {
      const frames = [...incident.frames, ...around].toSorted((a, b) => a.atNs - b.atNs);
      const { counted, shown } = await tryFilters({ ...incident, frames });
      expect(shown).toEqual(counted);
    });

    it.each(loadRecordings())("as many frames as it counts in the recording $name", async (recording) => {
      const { findings } = validReport(
        await analyzeCapture(recording.capture, { topology: recording.topology }),
      );
      const { counted, shown } = await countedAndShown(recording.capture, findings);
      expect(shown).toEqual(counted);
    });
  },
);
