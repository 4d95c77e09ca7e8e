import type { WatchEvent } from "./event.ts";
import { jsonText } from "./json.ts";
import type { Report } from "./report.ts";

/** One object a line, findings and explanations by their first frame; nothing at all where there are none. */
export function renderNdjson(report: Report): string {
  return linesOf(report)
    .map((line) => `${jsonText(line)}\n`)
    .join("");
}

function linesOf({ findings, benign, captures }: Report): WatchEvent[] {
  // All of it is known once the last frame was read.
  const at = captures.flatMap(({ last }) => last ?? []).reduce((a, b) => (a > b ? a : b), "");
  const lines: WatchEvent[] = [
    ...findings.map((finding) => ({ event: "opened" as const, at, ending: null, ...finding })),
    ...benign.map((change) => ({ event: "benign" as const, at, ...change })),
  ];
  // RFC 3339 with nanoseconds sorts as text.
  return lines.toSorted((a, b) => (a.first.time < b.first.time ? -1 : a.first.time > b.first.time ? 1 : 0));
}
