import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type AnalyzeOptions,
  analyzeCapture,
  type ReportedFinding,
  type WatchEvent,
  watchCapture,
} from "../../src/index.ts";
import { inPieces } from "../support/live-stream.ts";
import { validReport } from "../support/schema.ts";

const CAPTURES = join(import.meta.dirname, "..", "..", "captures");
const FILES = readdirSync(CAPTURES, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(pcap|pcapng|cap)$/.test(file))
  .toSorted();
/** What the watch numbers by when it was told, and the analysis by the first frame. */
function withoutId({ id: _, ...finding }: ReportedFinding): Omit<ReportedFinding, "id"> {
  return finding;
}

/** What somebody holds who has only read the events. */
function folded(events: readonly WatchEvent[]): ReportedFinding[] {
  const byId = new Map<string, ReportedFinding>();
  for (const event of events) {
    if (event.event === "benign") continue;
    const { event: name, at: _, ending, ...finding } = event;
    if (name === "restored" && ending === "withdrawn") byId.delete(finding.id);
    else byId.set(finding.id, finding);
  }
  return [...byId.values()];
}

describe.each(FILES)("watching %s", (file) => {
  const path = join(CAPTURES, file);
  const topology = join(path, "..", "topology.yaml");

  const known: [string, AnalyzeOptions][] = [["with the roles inferred", {}]];
  if (existsSync(topology)) known.push(["with its topology", { topology }]);

  it.each(known)("gives the report of analysing it, %s", async (_, options) => {
    const analysed = await analyzeCapture(path, options);
    const events: WatchEvent[] = [];
    const watched = await watchCapture(inPieces(readFileSync(path)), {
      ...options,
      name: path,
      onEvent: (event) => events.push(event),
    });

    expect(watched.findings.map(withoutId)).toEqual(analysed.findings.map(withoutId));
    const { findings: _found, benign, ...rest } = watched;
    const { findings: __found, benign: analysedBenign, ...analysedRest } = analysed;
    expect(rest).toEqual(analysedRest);
    expect(benign.map(({ why: _why, ...change }) => change)).toEqual(
      analysedBenign.map(({ why: _why, ...change }) => change),
    );
    validReport(watched);
  });

  it("has told all that is in the report", async () => {
    const events: WatchEvent[] = [];
    const options = { onEvent: (event: WatchEvent) => void events.push(event) };
    const { findings } = await watchCapture(inPieces(readFileSync(path)), options);
    expect(folded(events).toSorted(byId)).toEqual(findings.toSorted(byId));
  });
});

function byId(a: ReportedFinding, b: ReportedFinding): number {
  return Number(a.id.slice(1)) - Number(b.id.slice(1));
}
