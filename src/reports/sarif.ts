import { FINDING_KINDS, type FindingKind, findingKindOf } from "../kinds/registry.ts";
import { type Severity, worstOf } from "../kinds/severity.ts";
import { labelledName, subjectOf } from "../words/hosts.ts";
import { printable } from "../words/letters.ts";
import { explainText } from "./explain-text.ts";
import { topicMarkdown } from "./glossary.ts";
import { jsonText } from "./json.ts";
import type { RenderOptions } from "./render-options.ts";
import type {
  CaptureSummary,
  Host,
  Report,
  ReportedExpectation,
  ReportedFinding,
  ReportedInventory,
  ReportedPosition,
} from "./report.ts";
import { differenceTexts, opinionText } from "./second-opinion-text.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const LEVELS = { critical: "error", warning: "warning", notice: "note" } as const satisfies Record<
  Severity,
  string
>;

/** The report as a SARIF 2.1.0 log (OASIS): for code scanning, and whatever else collects what tools find. */
export function renderSarif(report: Report, { args, exitStatus }: RenderOptions): string {
  const { tool, captures, inventories, findings, expectations, verdict, neighbourModel, benign } = report;
  const { secondOpinion } = report;
  const run = {
    tool: {
      driver: {
        name: tool.name,
        version: tool.version,
        semanticVersion: tool.version,
        rules: [...FINDING_KINDS.map(rule), ...(report.expectations.length === 0 ? [] : [EXPECTATION_RULE])],
      },
    },
    invocations: [
      {
        executionSuccessful: true,
        ...(exitStatus === undefined ? {} : { exitCode: exitStatus }),
        ...(args === undefined ? {} : { arguments: args.map(printable) }),
        toolExecutionNotifications: notifications(report),
      },
    ],
    artifacts: [...captures.map(artifact), ...inventories.map(inventoryArtifact)],
    results: [
      ...findings.map((finding) => result(finding, captures)),
      ...expectations
        .filter((expectation) => expectation.result === "violated")
        .map((expectation) => brokenExpectation(expectation, captures)),
    ],
    properties: { verdict, neighbourModel, benign: benign.length, expectations, secondOpinion },
  };
  return `${jsonText({ $schema: SCHEMA, version: "2.1.0", runs: [run] }, 2)}\n`;
}

function rule(kind: FindingKind) {
  const { topic, severity } = findingKindOf(kind);
  const { title, meaning } = topic;
  return {
    id: kind,
    name: kind.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: messageText(`${title}.`) },
    fullDescription: { text: messageText(meaning.join("\n\n")) },
    help: { text: explainText(kind, { color: false }), markdown: topicMarkdown(kind) },
    defaultConfiguration: { level: LEVELS[worstOf(severity)] },
    properties: { tags: ["security", "network", "arp"] },
  };
}

function result(finding: ReportedFinding, captures: readonly CaptureSummary[]) {
  const { kind, claimant, rightful, victims, evidence, count } = finding;
  const subject = subjectOf(finding);
  const identity = identityOf(finding);
  return {
    ruleId: kind,
    ruleIndex: FINDING_KINDS.indexOf(kind),
    kind: "fail",
    level: LEVELS[finding.severity],
    message: { text: messageText(finding.summary) },
    locations: [
      {
        physicalLocation: physical(finding.first, captures),
        logicalLocations: [logical(subject)],
        message: { text: messageText(`claimed by ${labelledName(subject)}`) },
        properties: place(finding.first),
      },
    ],
    relatedLocations: [
      ...(rightful === null ? [] : [{ host: rightful, part: "rightful owner" }]),
      ...victims.map((host) => ({ host, part: "believed it" })),
    ].map(({ host, part }, index) => ({
      id: index + 1,
      logicalLocations: [logical(host)],
      message: { text: messageText(`${part}: ${labelledName(host)}`) },
    })),
    ...(evidence.length === 0 ? {} : { codeFlows: [flow(finding, captures)] }),
    ...(count > 0 ? { occurrenceCount: count } : {}),
    ...(finding.suppressedBy === null
      ? {}
      : { suppressions: [{ kind: "external", justification: messageText(finding.suppressedBy) }] }),
    fingerprints: { "lvsPcapFinding/v1": identity },
    // What GitHub goes by to know an alert again.
    partialFingerprints: { primaryLocationLineHash: identity },
    properties: {
      id: finding.id,
      severity: finding.severity,
      stage: finding.stage,
      certainty: finding.certainty,
      why: finding.why,
      ip: finding.ip,
      vlan: finding.vlan,
      claimant,
      rightful,
      victims,
      episodes: finding.episodes,
      bypass: finding.bypass,
      fix: finding.fix,
      remedy: finding.remedy,
      displayFilter: finding.displayFilter,
    },
  };
}

const EXPECTATION_RULE = {
  id: "expectation-violated",
  name: "ExpectationViolated",
  shortDescription: { text: "The frames contradict the topology that was given as a test." },
  fullDescription: {
    text: "A topology given with --expect promises who owns each VIP, which hosts must never claim it, how packets are forwarded, and which MAC a gateway has. This promise was broken, whether or not the change has an innocent explanation.",
  },
  help: {
    text: "Either the network is wrong or the plan is out of date: mend the one or correct the other.",
  },
  defaultConfiguration: { level: "error" },
  properties: { tags: ["network", "arp", "expectation"] },
} as const;

function brokenExpectation(expectation: ReportedExpectation, captures: readonly CaptureSummary[]) {
  const { kind, ip, vlan, expected, seen, what, evidence } = expectation;
  const [first] = evidence;
  const identity = [EXPECTATION_RULE.id, kind, ip ?? "", vlan ?? "", ...expected].join("/");
  return {
    ruleId: EXPECTATION_RULE.id,
    ruleIndex: FINDING_KINDS.length,
    kind: "fail",
    level: EXPECTATION_RULE.defaultConfiguration.level,
    message: { text: messageText(what) },
    locations: [
      {
        physicalLocation: physical({ capture: first?.capture ?? 0 }, captures),
        ...(seen === null ? {} : { logicalLocations: [logical(seen)] }),
        ...(first === undefined ? {} : { properties: place(first) }),
      },
    ],
    fingerprints: { "lvsPcapExpectation/v1": identity },
    partialFingerprints: { primaryLocationLineHash: identity },
    properties: { expectation: kind, ip, vlan, expected, seen, evidence },
  };
}

/** The same fault in another capture is the same finding. */
function identityOf({ kind, ip, vlan, claimant }: ReportedFinding): string {
  return [kind, ip, ...(vlan === null ? [] : [`vlan ${vlan}`]), claimant.mac].join("/");
}

/** The frames that prove it, as steps that a viewer can go through. */
function flow({ evidence }: ReportedFinding, captures: readonly CaptureSummary[]) {
  return {
    threadFlows: [
      {
        locations: evidence.map(({ what, ...position }, index) => ({
          executionOrder: index + 1,
          executionTimeUtc: position.time,
          location: {
            physicalLocation: physical(position, captures),
            message: { text: messageText(`frame ${position.frame}: ${what}`) },
            properties: place(position),
          },
        })),
      },
    ],
  };
}

function place({ frame, time }: ReportedPosition) {
  return { frame, time };
}

function physical({ capture }: Pick<ReportedPosition, "capture">, captures: readonly CaptureSummary[]) {
  return { artifactLocation: { ...locationOf(captures[capture]?.file ?? "-"), index: capture } };
}

function locationOf(file: string) {
  const uri = uriOf(file);
  return uri === null ? {} : { uri };
}

function logical({ mac, ip, role }: Host) {
  return { name: ip ?? mac, fullyQualifiedName: ip === null ? mac : `${ip}/${mac}`, kind: role };
}

function artifact({ file, bytes, sha256, format, frames, first, last, complete }: CaptureSummary) {
  const uri = uriOf(file);
  return {
    location: uri === null ? { description: { text: "standard input" } } : { uri },
    length: bytes,
    roles: ["analysisTarget", ...(uri === null ? ["standardStream"] : [])],
    ...(format === "pcap" ? { mimeType: "application/vnd.tcpdump.pcap" } : {}),
    ...(sha256 === null ? {} : { hashes: { "sha-256": sha256 } }),
    properties: { format, frames, first, last, complete },
  };
}

/** What was known beforehand, behind the captures in the list. */
function inventoryArtifact({ file, format, vips, bindings, names }: ReportedInventory) {
  return {
    location: locationOf(file),
    roles: ["referencedOnCommandLine"],
    properties: { format, vips, bindings, names },
  };
}

/** What keeps the report from being the whole truth. */
function notifications({ captures, vantage, inventories, secondOpinion }: Report) {
  const ofCaptures = [
    ...captures.flatMap(({ problem }, capture) =>
      problem === null ? [] : [{ capture, id: "incomplete-capture", level: "warning", text: problem }],
    ),
    ...vantage.map(({ kind, capture, what }) => ({ capture, id: kind, level: "note", text: what })),
    ...(secondOpinion ?? []).map((opinion) => ({
      capture: opinion.capture,
      id: "second-opinion",
      level: opinion.verified === false ? "error" : "note",
      text: [opinionText(opinion, captures), ...differenceTexts(opinion)].join("; "),
    })),
  ].map(({ capture, ...said }) => ({ ...said, location: physical({ capture }, captures) }));
  const ofInventories = inventories.flatMap(({ file, notes }, index) =>
    notes.map((text) => ({
      id: "inventory-left-out",
      level: "note",
      text,
      location: { artifactLocation: { ...locationOf(file), index: captures.length + index } },
    })),
  );
  return [...ofCaptures, ...ofInventories].map(({ id, level, text, location }) => ({
    descriptor: { id },
    level,
    message: { text: messageText(text) },
    locations: [{ physicalLocation: location }],
  }));
}

/** A relative or a file URI; null for standard input. */
function uriOf(path: string): string | null {
  if (path === "-") return null;
  const encoded = path
    .replace(/\p{Cs}/gu, "\u{fffd}")
    .split("/")
    .map(encodeURIComponent)
    .join("/");
  return path.startsWith("/") ? `file://${encoded}` : encoded;
}

/** Braces are placeholders (SARIF 2.1.0, section 3.11.5) and brackets links (3.11.6), unless they are escaped. */
function messageText(text: string): string {
  return printableLines(text)
    .replace(/[\\[\]]/g, "\\$&")
    .replace(/[{}]/g, "$&$&");
}

function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
