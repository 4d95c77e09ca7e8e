import { preventionText } from "../kinds/fix/prevention.ts";
import { countText, plural } from "../words/counts.ts";
import { fullName, hostName, isSeen, subjectOf } from "../words/hosts.ts";
import { printable, uncapitalise } from "../words/letters.ts";
import { bypassLines, episodeLines } from "./bypass-text.ts";
import { Calendar } from "./html/names.ts";
import { plainTable } from "./plain-table.ts";
import { raceLines } from "./race-text.ts";
import { notLookedIntoText, withoutArpText } from "./reach.ts";
import type { Host, Report, ReportedFinding, ReportedPosition, ReportedVictim } from "./report.ts";
import { rolesTable } from "./roles-table.ts";
import { type Style, styleFor } from "./style.ts";
import { inventoryLines, opinionLines } from "./table-sources.ts";
import { forgottenText, frameText, severityCount, sourceName } from "./text.ts";
import { wrap } from "./wrap.ts";

const WIDTH = 80;
/** Ordinary announcements come by the dozen; all of them are in the JSON. */
const EXPLAINED_SHOWN = 8;
const EXPECTATIONS_SHOWN = 24;

/** The report for people: fits 80 columns, and without colour holds nothing but text and lines. */
export function renderTable(report: Report, options: { color: boolean }): string {
  const style = styleFor(options.color);
  const calendar = new Calendar(report);
  const sections = [
    headline(report, style),
    ...(report.findings.length === 0 ? [] : [findingsTable(report, style)]),
    ...report.findings.map((finding) => findingDetails(finding, calendar, style)),
    ...(report.benign.length === 0 ? [] : [explained(report, style)]),
    ...(report.expectations.length === 0 ? [] : [expectations(report, style)]),
    ...(report.topology.vips.length + report.topology.gateways.length === 0
      ? []
      : [rolesTable(report.topology)]),
    ...(report.inventories.length === 0 ? [] : [inventoryLines(report, WIDTH, style)]),
  ];
  return `${sections.join("\n\n")}\n`;
}

function headline(report: Report, style: Style): string {
  const counted = report.findings.filter(({ suppressedBy }) => suppressedBy === null);
  const verdict = {
    clean: style.good("CLEAN"),
    undetermined: style.warning("UNDETERMINED"),
    suspicious: style.warning("SUSPICIOUS"),
    poisoned: style.critical("POISONED"),
  }[report.verdict];
  const counts = (["critical", "warning", "notice"] as const)
    .map((severity) => ({
      severity,
      count: counted.filter((finding) => finding.severity === severity).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => severityCount(count, severity));
  const { reach } = report;
  const where = reach.segments > 1 ? ` in ${plural(reach.segments, "segment")}` : "";
  const nothing = report.verdict === "undetermined" ? reach.undetermined : null;
  const suppressed = report.findings.length - counted.length;
  if (suppressed > 0) counts.push(`${countText(suppressed)} suppressed by a known exception`);
  const found =
    [...counts, ...(nothing === null ? [] : [nothing])].join(", ") || `nothing wrong was found${where}`;
  const unseen = notLookedIntoText(reach);
  const notLookedInto = [
    ...(unseen === null ? [] : [`not looked into: ${unseen}`]),
    ...[withoutArpText(reach)].filter((text) => text !== null),
  ];
  const files = report.captures.map((capture, index) => {
    const lines = [
      `${sourceName(capture.file)}: ${plural(capture.frames, "frame")}${span(capture.first, capture.last)}`,
    ];
    if (capture.network > 0)
      lines.push("another network than the first file's: no card is in both, and addresses differ");
    if (capture.problem !== null) lines.push(style.warning(`incomplete: ${printable(capture.problem)}`));
    const undecoded = Object.values(capture.anomalies).reduce((sum, count) => sum + count, 0);
    if (undecoded > 0) lines.push(`${plural(undecoded, "frame")} could not be decoded`);
    if (capture.dropped !== null && capture.dropped > 0)
      lines.push(
        style.warning(`${plural(capture.dropped, "frame")} were lost before they could be captured`),
      );
    for (const limit of report.vantage) if (limit.capture === index) lines.push(style.warning(limit.what));
    lines.push(...opinionLines(report, index, style));
    return lines.flatMap((line) => wrap(line, WIDTH - 2)).join("\n  ");
  });
  const { addresses, stations } = report.forgotten;
  const forgotten = addresses + stations === 0 ? [] : [forgottenText(report.forgotten)];
  return [
    ...wrap(`${verdict}  ${found}`, WIDTH + (verdict.length - report.verdict.length)),
    ...[...files, ...notLookedInto.flatMap((line) => wrap(line, WIDTH - 2)), ...forgotten].map(
      (line) => `  ${line}`,
    ),
  ].join("\n");
}

function span(first: string | null, last: string | null): string {
  if (first === null || last === null) return "";
  return `, ${first.slice(0, 19).replace("T", " ")} UTC, ${durationText(Date.parse(last) - Date.parse(first))}`;
}

function durationText(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function findingsTable(report: Report, style: Style): string {
  const table = plainTable(["", "severity", "what", "address", "who"]);
  for (const finding of report.findings) {
    const paint = finding.severity === "critical" ? style.critical : style.warning;
    table.push([
      finding.id,
      `${finding.suppressedBy === null ? paint(finding.severity) : "suppressed"}\n${finding.stage}`,
      finding.kind,
      finding.vlan === null ? finding.ip : `${finding.ip}\nVLAN ${finding.vlan}`,
      whoText(subjectOf(finding)),
    ]);
  }
  return table.toString();
}

/** The address, and the MAC below it. */
function whoText(host: Host): string {
  return [...(host.ip === null ? [] : [host.ip]), ...(isSeen(host) ? [host.mac] : ["not seen"])].join("\n");
}

function findingDetails(finding: ReportedFinding, calendar: Calendar, style: Style): string {
  const at = (position: ReportedPosition) => calendar.frame(position);
  const moment = (position: ReportedPosition) => calendar.moment(position);
  const lines: string[] = [];
  const [summary = "", ...rest] = wrap(finding.summary, WIDTH - 4);
  lines.push(`${style.strong(finding.id.padEnd(4))}${summary}`, ...rest.map((line) => `    ${line}`));
  lines.push(
    ...wrap(`${finding.certainty}: ${finding.why}`, WIDTH - 4).map((line) => `    ${style.dim(line)}`),
  );
  if (finding.suppressedBy !== null)
    lines.push(
      ...wrap(`suppressed by a known exception: ${finding.suppressedBy}`, WIDTH - 4).map(
        (line) => `    ${line}`,
      ),
    );
  const section = (name: string, entries: readonly string[]) => {
    if (entries.length === 0) return;
    lines.push("", `    ${style.strong(name)}`);
    for (const entry of entries) {
      const [head = "", ...tail] = wrap(entry, WIDTH - 8);
      lines.push(`      ${head}`, ...tail.map((line) => `        ${line}`));
    }
  };
  section(
    "whose cache",
    finding.victims.map((victim) => victimLine(victim, at)),
  );
  section(
    "with other neighbour caches",
    finding.models.map(({ why }) => why),
  );
  section("traffic that went astray", bypassLines(finding, at));
  section("each time", episodeLines(finding, moment, at));
  section("who answered first", raceLines(finding, at));
  section("proof", [
    ...finding.evidence.map((evidence) => `${moment(evidence)}: ${evidence.what}`),
    ...(finding.evidenceTotal > finding.evidence.length
      ? [`and ${plural(finding.evidenceTotal - finding.evidence.length, "more frame")}`]
      : []),
  ]);
  lines.push(...fixLines(finding, style));
  lines.push("", `    ${style.strong("in Wireshark")}`, `      ${finding.displayFilter}`);
  return lines.join("\n");
}

/** Commands have lines of their own, however long, so that they can be pasted. */
function fixLines(finding: ReportedFinding, style: Style): string[] {
  const { fix } = finding;
  if (fix.length === 0) return [];
  const prevention = wrap(preventionText(finding) ?? "", WIDTH - 8).filter((line) => line !== "");
  const steps = fix.flatMap(({ host, what, command, note }, index) => {
    const doing = host === null ? what : `on ${hostName(host)}: ${uncapitalise(what)}`;
    const [head = "", ...tail] = wrap(
      [`${index + 1}. ${doing}.`, ...(note === null ? [] : [note])].join(" "),
      WIDTH - 8,
    );
    return [
      `      ${head}`,
      ...tail.map((line) => `        ${line}`),
      ...(command === null ? [] : [`        ${command}`]),
    ];
  });
  return ["", `    ${style.strong("fix")}`, ...prevention.map((line) => `      ${line}`), ...steps];
}

function victimLine(victim: ReportedVictim, at: (position: ReportedPosition) => string): string {
  const parts = [fullName(victim)];
  const times = victim.episodes.length;
  if (times > 1) parts.push(`wrong ${times} times`);
  if (victim.learned !== null) parts.push(`learned it in ${at(victim.learned)}`);
  if (victim.used !== null) parts.push(`used it from ${at(victim.used)}`);
  if (victim.restored !== null) {
    parts.push(
      `wrong until ${at(victim.restored)}${victim.restoredBy === null ? "" : `: ${victim.restoredBy}`}`,
    );
  } else if (victim.learned !== null || victim.used !== null) {
    parts.push("still wrong at the end");
  }
  return parts.join(", ");
}

/** What looks like poisoning and is none: whoever compares with another tool's alarms finds them here. */
function explained(report: Report, style: Style): string {
  const lines = [style.strong("benign")];
  for (const change of report.benign.slice(0, EXPLAINED_SHOWN)) {
    const [head = "", ...tail] = wrap(
      `${frameText(change.first, report.captures.length > 1)}, ${change.kind}: ${change.why}`,
      WIDTH - 4,
    );
    lines.push(`  ${head}`, ...tail.map((line) => `    ${line}`));
  }
  const more = report.benign.length - EXPLAINED_SHOWN;
  if (more > 0) lines.push(`  and ${countText(more)} more in --format json`);
  return lines.join("\n");
}

/** What the frames say of a topology given as a test: what is wrong comes first. */
function expectations({ expectations: promises }: Report, style: Style): string {
  const violated = promises.filter(({ result }) => result === "violated");
  const unobserved = promises.filter(({ result }) => result === "unobserved");
  const met = promises.length - violated.length - unobserved.length;
  const lines = [`${style.strong("as expected?")}  ${violated.length === 0 ? "yes" : style.critical("NO")}`];
  const list = (label: string, items: typeof promises) => {
    // A real server that is not seen is not seen for any of its VIPs.
    const texts = [...new Set(items.map(({ what }) => what))];
    for (const what of texts.slice(0, EXPECTATIONS_SHOWN)) {
      const [head = "", ...tail] = wrap(`${label}: ${printable(what)}`, WIDTH - 4);
      lines.push(`  ${head}`, ...tail.map((line) => `    ${line}`));
    }
    const more = texts.length - EXPECTATIONS_SHOWN;
    if (more > 0) lines.push(`  and ${countText(more)} more ${label} in --format json`);
  };
  list("violated", violated);
  list("not observed", unobserved);
  lines.push(`  ${countText(met)} of ${countText(promises.length)} met`);
  return lines.join("\n");
}
