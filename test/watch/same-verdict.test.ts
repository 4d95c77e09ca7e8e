// @module-tag slow
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type AnalyzeOptions,
  analyzeCapture,
  type Report,
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

interface Watching {
  readonly file: string;
  readonly roles: string;
  readonly options: AnalyzeOptions;
}

const WATCHINGS: readonly Watching[] = FILES.flatMap((file) => {
  const topology = join(CAPTURES, file, "..", "topology.yaml");
  const inferred = { file, roles: "with the roles inferred", options: {} };
  return existsSync(topology)
    ? [inferred, { file, roles: "with its topology", options: { topology } }]
    : [inferred];
});

describe.each(WATCHINGS)("watching $file $roles", ({ file, options }) => {
  const path = join(CAPTURES, file);
  const events: WatchEvent[] = [];
  let watched: Report;
  beforeAll(async () => {
    watched = await watchCapture(inPieces(readFileSync(path)), {
      ...options,
      name: path,
      onEvent: (event) => events.push(event),
    });
  });

  it("gives the report of analysing it", async () => {
    const analysed = await analyzeCapture(path, options);
    expect(watched.findings.map(withoutId)).toEqual(analysed.findings.map(withoutId));
    const { findings: _found, benign, ...rest } = watched;
    const { findings: __found, benign: analysedBenign, ...analysedRest } = analysed;
    expect(rest).toEqual(analysedRest);
    expect(benign.map(({ why: _why, ...change }) => change)).toEqual(
      analysedBenign.map(({ why: _why, ...change }) => change),
    );
    validReport(watched);
  });

  it("has told all that is in the report", () => {
    expect(folded(events).toSorted(byId)).toEqual(watched.findings.toSorted(byId));
  });
});

function byId(a: ReportedFinding, b: ReportedFinding): number {
  return Number(a.id.slice(1)) - Number(b.id.slice(1));
}
