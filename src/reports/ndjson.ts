import { jsonText } from "./json.ts";
import type { BenignChange, Report, ReportedFinding } from "./report.ts";

/** A line of `--format ndjson`: what `watch` says when a finding opens, with all that the whole capture tells of it. */
export type NdjsonLine =
  | ({ event: "opened"; at: string; ending: null } & ReportedFinding)
  | ({ event: "benign"; at: string } & BenignChange);

/** One object a line, findings and explanations by their first frame; nothing at all where there are none. */
export function renderNdjson(report: Report): string {
  return linesOf(report)
    .map((line) => `${jsonText(line)}\n`)
    .join("");
}

function linesOf({ findings, benign, captures }: Report): NdjsonLine[] {
  // All of it is known once the last frame was read.
  const at = captures.flatMap(({ last }) => last ?? []).reduce((a, b) => (a > b ? a : b), "");
  const lines: NdjsonLine[] = [
    ...findings.map((finding) => ({ event: "opened" as const, at, ending: null, ...finding })),
    ...benign.map((change) => ({ event: "benign" as const, at, ...change })),
  ];
  // RFC 3339 with nanoseconds sorts as text.
  return lines.toSorted((a, b) => (a.first.time < b.first.time ? -1 : a.first.time > b.first.time ? 1 : 0));
}
