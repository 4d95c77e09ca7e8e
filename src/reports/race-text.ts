import { elapsedText, plural } from "../words/counts.ts";
import { hostName } from "../words/hosts.ts";
import type { ReportedFinding, ReportedPosition } from "./report.ts";

/** A line a request: who answered it, in order, and how much later than the first. */
export function raceLines(
  { races, racesTotal }: Pick<ReportedFinding, "races" | "racesTotal">,
  at: (position: ReportedPosition) => string,
): string[] {
  const lines = races.map(({ request, answers }) => {
    const [first, ...others] = answers;
    if (first === undefined) return at(request);
    const later = others.map(({ by, delayNs }) => {
      const behindNs = delayNs - first.delayNs;
      return `${hostName(by)} ${elapsedText(behindNs)} later`;
    });
    return [`${at(request)}: ${hostName(first.by)} after ${elapsedText(first.delayNs)}`, ...later].join(", ");
  });
  const more = racesTotal - races.length;
  return more > 0 ? [...lines, `and ${plural(more, "more request")}`] : lines;
}
