import type { BypassEnd } from "../findings/finding.ts";
import type { ReportedBypass, ReportedPosition } from "./report.ts";
import { countText, elapsedText, nanosecondsBetween, plural } from "./text.ts";

const ENDS: Record<BypassEnd, string> = {
  announcement: "the rightful owner announced itself",
  claim: "another frame set the cache right",
  "probe-failure": "its probes went unanswered and it asked anew",
  resolution: "it asked anew and the rightful owner answered",
  "entry-lost": "the cache lost the entry",
  "own-traffic": "its own frames went elsewhere from then on",
  "capture-end": "the capture's end: nothing had ended it by then",
};

/** What went astray, for how long, and what became of it; a line each. */
export function bypassLines(bypass: ReportedBypass, at: (position: ReportedPosition) => string): string[] {
  const { frames, bytes, flows, answered, reset, unanswered, first, last, ended } = bypass;
  const where = bypass.endedBy === "capture-end" ? "" : ` (${at(ended)})`;
  return [
    `${plural(frames, "frame")}, ${countText(bytes)} bytes, ${plural(flows, "flow")}, from ${at(first)} to ${at(last)}`,
    `for ${elapsedText(nanosecondsBetween(first.time, ended.time))}, until ${ENDS[bypass.endedBy]}${where}`,
    ...(flows === 0
      ? []
      : [
          `of these flows the claimant answered ${countText(answered)}, reset ${countText(reset)} and left ${countText(unanswered)} unanswered`,
        ]),
  ];
}
