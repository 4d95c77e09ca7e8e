import { preventionText } from "../kinds/fix/prevention.ts";
import { countText, elapsedText, plural } from "../words/counts.ts";
import { hostName, labelledName, restoredText, subjectOf, UNSEEN_MAC } from "../words/hosts.ts";
import { capitalise, uncapitalise } from "../words/letters.ts";
import { bypassLines, episodeLines } from "./bypass-text.ts";
import { Calendar, clockText, vendorName } from "./html/names.ts";
import { inventoryText } from "./inventory-summary.ts";
import { code, codeBlock, indent, prose, table } from "./markdown-text.ts";
import { raceLines } from "./race-text.ts";
import { notLookedIntoText, withoutArpText } from "./reach.ts";
import type { RenderOptions } from "./render-options.ts";
import type {
  Host,
  Report,
  ReportedExpectation,
  ReportedFinding,
  ReportedFixStep,
  ReportedPosition,
} from "./report.ts";
import { differenceTexts, opinionText } from "./second-opinion-text.ts";
import { forgottenText, nanosecondsBetween, severityCount } from "./text.ts";

/** A ticket takes some 65,000 letters; all of it is in the JSON. */
const MOST_DETAILED = 15;
const MOST_LISTED = 100;
const MOST_EXPLAINED = 20;

const SEVERITIES = ["critical", "warning", "notice"] as const;

/** The report for a ticket: GitHub-flavoured Markdown that can be read as plain text, too. */
export function renderMarkdown(report: Report, { args }: RenderOptions): string {
  const calendar = new Calendar(report);
  const worstFirst = SEVERITIES.flatMap((severity) =>
    report.findings.filter((finding) => finding.severity === severity),
  );
  const detailed = worstFirst.slice(0, MOST_DETAILED);
  const left = worstFirst.length - detailed.length;
  const sections = [
    `# ARP: ${report.verdict.toUpperCase()}`,
    verdict(
      report,
      worstFirst.filter(({ suppressedBy }) => suppressedBy === null),
    ),
    ...(worstFirst.length === 0 ? [] : [findingsTable(worstFirst)]),
    ...detailed.map((finding, index) =>
      findingDetails(finding, calendar, index > 0 || report.verdict === "clean"),
    ),
    ...(left > 0 ? [`${capitalise(plural(left, "further finding"))}: see \`--format json\`.`] : []),
    ...expected(report),
    ...explained(report, calendar),
    ...whoIsWho(report),
    provenance(report, args ?? []),
  ];
  return `${sections.join("\n\n")}\n`;
}

function verdict(report: Report, worstFirst: readonly ReportedFinding[]): string {
  const frames = report.captures.reduce((sum, capture) => sum + capture.frames, 0);
  const unseen = notLookedIntoText(report.reach);
  const withoutArp = withoutArpText(report.reach);
  const limits = [
    unseen === null ? "" : `\n\nNot looked into: ${prose(unseen)}.`,
    withoutArp === null ? "" : `\n\n${prose(capitalise(withoutArp))}.`,
  ].join("");
  if (report.verdict === "undetermined")
    return `**${prose(capitalise(report.reach.undetermined ?? ""))}.**${limits}`;
  const counts = SEVERITIES.map((severity) => ({
    severity,
    count: worstFirst.filter((finding) => finding.severity === severity).length,
  })).filter(({ count }) => count > 0);
  const [worst] = worstFirst;
  if (worst === undefined || report.verdict === "clean") {
    const noticed =
      worst === undefined ? "" : `; ${plural(worstFirst.length, "notice")} for whom it concerns`;
    return `**Nothing wrong was found in ${plural(frames, "frame")}${noticed}.**${limits}`;
  }
  const found = counts.map(({ severity, count }) => severityCount(count, severity)).join(", ");
  return `**${prose(worst.summary)}**\n\nFound in ${plural(frames, "frame")}: ${found}.${limits}`;
}

function findingsTable(findings: readonly ReportedFinding[]): string {
  const rows = findings
    .slice(0, MOST_LISTED)
    .map(({ id, severity, stage, kind, ip, vlan, claimant, formerHolder, victims, suppressedBy }) => [
      id,
      suppressedBy === null ? `${severity}, ${stage}` : `suppressed, ${stage}`,
      code(kind),
      vlan === null ? ip : `${ip} (VLAN ${vlan})`,
      hostText(subjectOf({ claimant, formerHolder })),
      victims.length === 0 ? "nobody" : victimNames(victims),
    ]);
  const more = findings.length - rows.length;
  return [
    table(["", "severity", "what", "address", "who", "believed by"], rows),
    ...(more > 0 ? [`and ${countText(more)} more.`] : []),
  ].join("\n\n");
}

function victimNames(victims: readonly Host[]): string {
  const [first, second, ...others] = victims.map((victim) => prose(hostName(victim)));
  return [first, second, ...(others.length === 0 ? [] : [`${countText(others.length)} more`])]
    .filter((name) => name !== undefined)
    .join(", ");
}

function findingDetails(finding: ReportedFinding, calendar: Calendar, withSummary: boolean): string {
  const at = (position: ReportedPosition) => calendar.frame(position);
  const more = finding.evidenceTotal - finding.evidence.length;
  const prevention = preventionText(finding);
  const lines = (heading: string, entries: readonly string[]) =>
    entries.length === 0 ? [] : [`**${heading}**`, entries.map((entry) => `- ${entry}`).join("\n")];
  return [
    `## ${finding.id}: ${code(finding.kind)}, ${finding.severity}, ${finding.stage}`,
    ...(withSummary ? [prose(finding.summary)] : []),
    prose(`${capitalise(finding.certainty)}: ${finding.why}.`),
    ...(finding.suppressedBy === null
      ? []
      : [prose(`Suppressed by a known exception: ${finding.suppressedBy}.`)]),
    ...lines("What happened", [
      ...story(finding, calendar),
      ...(more > 0 ? [`and ${plural(more, "more frame")}`] : []),
    ]),
    ...lines("Traffic that went astray", bypassLines(finding, at).map(prose)),
    ...lines("Each time", episodeLines(finding, (position) => calendar.moment(position), at).map(prose)),
    ...lines("Who answered first", raceLines(finding, at).map(prose)),
    ...lines(
      "With other neighbour caches",
      finding.models.map(({ why }) => prose(why)),
    ),
    ...(finding.fix.length === 0
      ? lines("What to do", finding.remedy.map(prose))
      : [
          "**What to change**",
          ...(prevention === null ? [] : [prose(prevention)]),
          finding.fix.map(fixStep).join("\n\n"),
        ]),
    "**In Wireshark**",
    codeBlock([finding.displayFilter]),
  ].join("\n\n");
}

/** Frame by frame: what was claimed, who learned it, who used it, what ended it. */
function story(finding: ReportedFinding, calendar: Calendar): string[] {
  const { ip, victims } = finding;
  const events = finding.evidence.map(({ what, ...position }) => ({ position, what }));
  for (const victim of victims) {
    const { learned, restored, restoredBy } = victim;
    if (learned !== null) {
      const what = `${hostName(victim)} takes ${subjectOf(finding).mac} for ${ip}, by the rules of its kernel`;
      events.push({ position: learned, what });
    }
    if (restored === null) continue;
    const because = restoredBy === null ? "" : `: ${restoredBy}`;
    const told = events.findLast(({ position }) => isSame(position, restored));
    if (told === undefined)
      events.push({ position: restored, what: `${hostName(victim)} ${restoredText(restoredBy)}` });
    else told.what += because;
  }
  return events
    .toSorted((a, b) => (a.position.time < b.position.time ? -1 : a.position.time > b.position.time ? 1 : 0))
    .map(({ position, what }) => `${prose(calendar.moment(position))}: ${prose(what)}`);
}

function isSame(a: ReportedPosition, b: ReportedPosition): boolean {
  return a.capture === b.capture && a.frame === b.frame;
}

function fixStep({ host, what, command, note }: ReportedFixStep, index: number): string {
  const doing = host === null ? what : `On ${labelledName(host)}: ${uncapitalise(what)}`;
  return [
    `${index + 1}. ${prose(doing)}.`,
    ...(command === null ? [] : [indent(codeBlock([command], "sh"), 3)]),
    ...(note === null ? [] : [`   ${prose(note)}`]),
  ].join("\n\n");
}

function explained(report: Report, calendar: Calendar): string[] {
  if (report.benign.length === 0) return [];
  const shown = report.benign
    .slice(0, MOST_EXPLAINED)
    .map(({ kind, first, why }) => `- ${code(kind)}, ${prose(calendar.moment(first))}: ${prose(why)}`);
  const more = report.benign.length - shown.length;
  return ["## Benign", [...shown, ...(more > 0 ? [`- and ${countText(more)} more`] : [])].join("\n")];
}

/** What the frames say of a topology given as a test: what is wrong comes first. */
function expected({ expectations }: Report): string[] {
  if (expectations.length === 0) return [];
  const having = (wanted: ReportedExpectation["result"]) =>
    expectations.filter(({ result }) => result === wanted);
  const violated = having("violated");
  const told = [...violated, ...having("unobserved")];
  const lines = told
    .slice(0, MOST_LISTED)
    .map(
      ({ result, what }) => `- ${result === "violated" ? "**violated**" : "not observed"}: ${prose(what)}`,
    );
  const more = told.length - lines.length;
  return [
    "## As expected?",
    `**${violated.length === 0 ? "Yes" : "NO"}**: ${countText(having("met").length)} of ${plural(expectations.length, "expectation")} met.`,
    ...(lines.length === 0 ? [] : [lines.join("\n")]),
    ...(more > 0 ? [`and ${countText(more)} more.`] : []),
  ];
}

function whoIsWho({ topology: { vips, gateways } }: Report): string[] {
  const rows = [
    ...vips.flatMap(({ ip, vlan, origin, directors, undecided, realServers, evidence }) => {
      const vip = vlan === null ? ip : `${ip} (VLAN ${vlan})`;
      const why = evidence.map(prose).join("; ");
      const hosts = [
        ...directors.map((host) => [vip, "director", hostText(host), origin, why]),
        ...undecided.map((host) => [vip, "undecided", hostText(host), origin, why]),
        ...realServers.map((host) => [
          vip,
          host.forwarding === null ? "real server" : `real server, ${host.forwarding.replace("-", " ")}`,
          hostText(host),
          origin,
          why,
        ]),
      ];
      return hosts.length === 0 ? [[vip, "", "nobody seen", origin, why]] : hosts;
    }),
    ...gateways.map((host) => [
      "",
      "gateway",
      hostText(host),
      host.origin,
      host.evidence.map(prose).join("; "),
    ]),
  ];
  if (rows.length === 0) return [];
  const shown = rows.slice(0, MOST_LISTED);
  const more = rows.length - shown.length;
  return [
    "## Who is who",
    table(["VIP", "role", "host", "origin", "known from"], shown),
    ...(more > 0 ? [`and ${countText(more)} more.`] : []),
  ];
}

function provenance(report: Report, args: readonly string[]): string {
  const files = report.captures.map(({ file, frames, first, last, sha256, problem, anomalies }, index) => {
    const opinion = report.secondOpinion?.find(({ capture }) => capture === index);
    const span =
      first === null || last === null
        ? ""
        : `, ${first.slice(0, 10)} ${clockText(first)} to ${last.slice(0, 10)} ${clockText(last)} UTC (${elapsedText(nanosecondsBetween(first, last))})`;
    const undecoded = Object.values(anomalies).reduce((sum, count) => sum + count, 0);
    return [
      `- ${file === "-" ? "standard input" : code(file)}: ${plural(frames, "frame")}${span}`,
      ...(sha256 === null ? [] : [`  - SHA-256 ${code(sha256)}`]),
      ...(problem === null ? [] : [`  - incomplete: ${code(problem)}`]),
      ...(undecoded === 0 ? [] : [`  - ${plural(undecoded, "frame")} could not be decoded`]),
      ...(opinion === undefined ? [] : [`  - ${prose(opinionText(opinion, report.captures))}`]),
      ...(opinion === undefined ? [] : differenceTexts(opinion).map((text) => `    - ${prose(text)}`)),
    ].join("\n");
  });
  const { name, version } = report.tool;
  const { addresses, stations } = report.forgotten;
  return [
    "## Provenance",
    [
      ...files,
      ...report.vantage.map(({ what }) => `- ${prose(what)}`),
      ...report.inventories.flatMap((inventory) => [
        `- Inventory ${code(inventory.file)}, ${prose(inventoryText(inventory))}`,
        ...inventory.notes.map((note) => `  - ${prose(note)}`),
      ]),
      ...(addresses + stations === 0 ? [] : [`- ${capitalise(forgottenText(report.forgotten))}`]),
      `- ${name} ${version}, neighbour caches by the ${report.neighbourModel} model${args.length === 0 ? "" : `, called as ${code([name, ...args].join(" "))}`}`,
    ].join("\n"),
  ].join("\n\n");
}

function hostText(host: Host): string {
  const mac = host.ip === null || host.mac === UNSEEN_MAC ? null : host.mac;
  const notes = [host.name ?? null, mac, vendorName(host)].filter((note) => note !== null);
  return prose(`${hostName(host)}${notes.length === 0 ? "" : ` (${notes.join(", ")})`}`);
}
