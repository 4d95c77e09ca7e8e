import type { BypassEnd } from "../findings/finding.ts";
import { countText, elapsedText, plural } from "../words/counts.ts";
import type { ReportedBypass, ReportedPosition } from "./report.ts";
import { nanosecondsBetween } from "./text.ts";

const ENDS: Record<Exclude<BypassEnd, "capture-end">, string> = {
  announcement: "the rightful owner announced itself",
  claim: "another frame set the cache right",
  "probe-failure": "its unicast probes went unanswered, so it asked everybody",
  resolution: "it asked everybody, and the rightful owner answered",
  "entry-lost": "the cache lost the entry",
  "own-traffic": "its own frames went elsewhere from then on",
};

/** What went astray, for how long, and what became of it; a line each. */
export function bypassLines(bypass: ReportedBypass, at: (position: ReportedPosition) => string): string[] {
  const { frames, bytes, flows, answered, reset, unanswered, first, last, ended } = bypass;
  const { endedBy } = bypass;
  const end =
    endedBy === "capture-end"
      ? "still ongoing when the capture ended"
      : `until ${ENDS[endedBy]} (${at(ended)})`;
  return [
    `${plural(frames, "frame")}, ${countText(bytes)} bytes${flows === 0 ? "" : `, ${plural(flows, "flow")}`}, from ${at(first)} to ${at(last)}`,
    `for ${elapsedText(nanosecondsBetween(first.time, ended.time))}, ${end}`,
    ...(flows === 0
      ? []
      : [
          `of these flows the claimant answered ${countText(answered)}, reset ${countText(reset)} and left ${countText(unanswered)} unanswered`,
        ]),
  ];
}
