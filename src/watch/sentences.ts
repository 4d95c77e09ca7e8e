import { findingKindOf } from "../kinds/registry.ts";
import { type FindingEvent, isFindingEvent, type WatchEvent } from "../reports/event.ts";
import type { ReportedFinding, ReportedVictim } from "../reports/report.ts";
import type { Style } from "../reports/style.ts";
import { plural } from "../words/counts.ts";
import { calledShortly, restoredText, subjectOf } from "../words/hosts.ts";

/** More would not be read while something happens; the report has them all. */
const VICTIMS_NAMED = 3;

/**
 * An event as a person would tell it, in one line.
 *
 * @param isGraver whether it has come further than what was told of it before: then it is told in full again
 */
export function sentenceFor(event: WatchEvent, style: Style, isGraver: boolean): string {
  if (!isFindingEvent(event)) return `${style.good(event.kind)} ${event.ip}: ${event.why}`;
  switch (event.event) {
    case "opened":
      return event.episodes.length > 1
        ? `${mark(event, style)} again, for the ${ordinalText(event.episodes.length)} time: ${event.summary}`
        : `${mark(event, style)}: ${event.summary}`;
    case "updated":
      return isGraver
        ? `${mark(event, style)}: ${event.summary}`
        : `${mark(event, style)} goes on: ${howFar(event)}.`;
    case "restored":
      return `${style.good(event.id)} ${ended(event)}.`;
  }
}

/** `2nd` */
function ordinalText(number: number): string {
  const isTeen = number % 100 > 10 && number % 100 < 14;
  const ending = isTeen ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${ending}`;
}

function mark({ id, severity, kind }: ReportedFinding, style: Style): string {
  const paint = { critical: style.critical, warning: style.warning, notice: style.strong }[severity];
  return `${paint(`${id} ${severity}`)} ${kind}`;
}

function howFar(event: FindingEvent): string {
  const wrong = event.victims.filter(({ restored }) => restored === null);
  const { bypass } = event;
  return [
    `${plural(event.count, "frame")} by ${calledShortly(subjectOf(event), event.ip)} for ${event.ip}`,
    ...(event.victims.length === 0
      ? []
      : [wrong.length === 0 ? "no cache is wrong any more" : deceived(event, wrong)]),
    ...(bypass === null
      ? []
      : [
          `${plural(bypass.frames, "frame")}${bypass.flows === 0 ? "" : ` of ${plural(bypass.flows, "flow")}`} went astray`,
        ]),
  ].join(", ");
}

function deceived({ stage }: ReportedFinding, wrong: readonly ReportedVictim[]): string {
  const named = wrong.slice(0, VICTIMS_NAMED).map((victim) => calledShortly(victim));
  const more = wrong.length > named.length ? [`${plural(wrong.length - named.length, "other")}`] : [];
  const names = [...named, ...more].join(", ");
  const verb =
    wrong.length === 1
      ? stage === "used"
        ? "sends"
        : "would send"
      : stage === "used"
        ? "send"
        : "would send";
  return `${names} ${verb} there`;
}

function ended(event: FindingEvent): string {
  const about = `${event.kind} of ${event.ip} by ${calledShortly(subjectOf(event), event.ip)}`;
  switch (event.ending) {
    case "healed":
      return `is over: ${cure(event)} (${about})`;
    case "ceased":
      return `is over: no frame of it for a long while (${about})`;
    default:
      return `is withdrawn: later frames explain it (${about})`;
  }
}

function cure(event: FindingEvent): string {
  const { over } = findingKindOf(event.kind);
  if (over !== undefined) return over(event);
  const { victims } = event;
  const last = victims
    .filter(({ restored }) => restored !== null)
    .toSorted(byRestoration)
    .at(-1);
  if (last === undefined) return "no cache is wrong any more";
  return `${calledShortly(last)} ${restoredText(last.restoredBy)}`;
}

function byRestoration(a: ReportedVictim, b: ReportedVictim): number {
  const [x, y] = [a.restored?.time ?? "", b.restored?.time ?? ""];
  return x < y ? -1 : x > y ? 1 : 0;
}
