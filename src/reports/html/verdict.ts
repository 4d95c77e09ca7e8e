import { benignKindOf, findingKindOf } from "../../kinds/registry.ts";
import { SEVERITIES, STAGES } from "../../kinds/severity.ts";
import { countText, elapsedText, plural } from "../../words/counts.ts";
import { hostName, isSeen, labelledName, shortName, subjectOf } from "../../words/hosts.ts";
import { capitalise, uncapitalise } from "../../words/letters.ts";
import { notLookedIntoText, withoutArpText } from "../reach.ts";
import type { Host, Report, ReportedBypass, ReportedFinding } from "../report.ts";
import { nanosecondsBetween } from "../text.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { type Calendar, clockText, dateText, vendorName } from "./names.ts";

/** The worst first: by severity, by how far it went, then by time. */
export function byWeight(findings: readonly ReportedFinding[]): ReportedFinding[] {
  return findings.toSorted(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      STAGES.indexOf(b.stage) - STAGES.indexOf(a.stage),
  );
}

/** The verdict in one sentence. */
export function verdictSentence(report: Report): string {
  const counted = report.findings.filter(({ suppressedBy }) => suppressedBy === null);
  const [worst] = byWeight(counted);
  if (worst === undefined) return innocence(report);
  const others = counted.length - 1;
  const more =
    others === 0
      ? ""
      : `, and there ${others === 1 ? "is one more finding" : `are ${countText(others)} more findings`}`;
  if (report.verdict === "undetermined") return innocence(report);
  const opening = report.verdict === "clean" ? "No cache was poisoned: " : "";
  const sentence = findingKindOf(worst.kind).headline(worst);
  return `${opening}${opening === "" ? sentence : uncapitalise(sentence)}${more}.`;
}

function innocence(report: Report): string {
  const { captures, benign, reach } = report;
  const unseen = notLookedIntoText(reach);
  const withoutArp = withoutArpText(reach);
  const limits = [
    unseen === null ? "" : ` Not looked into: ${unseen}.`,
    withoutArp === null ? "" : ` ${capitalise(withoutArp)}.`,
  ].join("");
  if (report.verdict === "undetermined") return `${capitalise(reach.undetermined ?? "")}.${limits}`;
  const frames = captures.reduce((sum, capture) => sum + capture.frames, 0);
  const failovers = benign.filter(({ kind }) => benignKindOf(kind).isFailover);
  const [first] = failovers;
  if (first === undefined) return `Nothing wrong was found in ${plural(frames, "frame")}.${limits}`;
  if (failovers.length > 1)
    return `Nothing wrong was found: ${plural(failovers.length, "failover")}, each of them explained.${limits}`;
  const course =
    first.from === null || first.to === null ? "" : ` from ${hostName(first.from)} to ${hostName(first.to)}`;
  return `Nothing wrong was found: ${first.ip} failed over${course}, in good order.${limits}`;
}

/** Who, what, when, how much, how to fix: the page in five lines. */
export function renderGlance(report: Report, calendar: Calendar): Content {
  const [worst] = byWeight(report.findings);
  if (worst === undefined) return null;
  return html`<dl class="glance">
<div><dt>Who</dt><dd><b>${labelledName(subjectOf(worst))}</b><span>${smallPrint(subjectOf(worst))}</span></dd></div>
<div><dt>What</dt><dd><b>${findingKindOf(worst.kind).deed}</b><span>${worst.ip}, ${worst.kind}</span></dd></div>
<div><dt>When</dt><dd><b>${clockText(worst.first.time).slice(0, 12)} UTC</b><span>${dateText(worst.first.time)}, ${calendar.frame(worst.first)}${lasted(worst)}</span></dd></div>
<div><dt>How much</dt><dd>${amount(worst)}</dd></div>
<div><dt>Fix</dt><dd>${remedy(worst)}</dd></div>
</dl>`;
}

function smallPrint(host: Host): string {
  return [host.ip === null || !isSeen(host) ? null : host.mac, vendorName(host)]
    .filter((note) => note !== null)
    .join(", ");
}

function lasted({ victims, episodes, bypass, last, first }: ReportedFinding): string {
  if (bypass !== null) {
    const ended = bypass.endedBy === "capture-end" ? "and not over" : "then over";
    const times = episodes.length > 1 ? ` in ${episodes.length} episodes` : "";
    return `; astray for ${elapsedText(bypass.durationNs)}${times}, ${ended}`;
  }
  if (victims.some(({ restored }) => restored !== null)) return "; over by the end";
  const ns = nanosecondsBetween(first.time, last.time);
  return ns > 0 ? `; went on for ${elapsedText(ns)}` : "";
}

function amount({ kind, bypass, victims, count }: ReportedFinding): Markup {
  const { counts, countsRemark } = findingKindOf(kind);
  if (countsRemark !== undefined) return html`<b>${plural(count, counts)}</b><span>${countsRemark}</span>`;
  const fooled = `${plural(victims.length, "cache")} fooled`;
  if (bypass === null) {
    return victims.length === 0
      ? html`<b>${plural(count, "frame")}</b><span>no cache was seen to be fooled</span>`
      : html`<b>${fooled}</b><span>by ${plural(count, "frame")}</span>`;
  }
  return html`<b>${framesAstray(bypass)} astray</b><span>${countText(bypass.bytes)} bytes${bypass.flows > 0 && `, ${plural(bypass.flows, "flow")}`}; ${fooled}</span>`;
}

function framesAstray({ frames, elsewhere }: ReportedBypass): string {
  return elsewhere === 0
    ? plural(frames, "frame")
    : `${countText(frames)} of ${plural(frames + elsewhere, "frame")}`;
}

function remedy(finding: ReportedFinding): Markup {
  const [prevention] = finding.prevention;
  const settings = prevention?.settings.filter((setting) => setting !== "no-announcement") ?? [];
  const what = settings.length > 0 ? settings.join(", ") : findingKindOf(finding.kind).cure;
  const where = prevention?.host ?? subjectOf(finding);
  return html`<b>${what}</b><span>${shortName(where)}: <a href="#${finding.id}-fix">${finding.fix.some(({ command }) => command !== null) ? "commands" : "what to do"}</a></span>`;
}
