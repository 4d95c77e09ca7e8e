import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { ReportedFinding as Finding, Report } from "../../src/index.ts";

/** A host and an address; a null matches any. */
interface Claim {
  readonly mac: string | null;
  readonly ip: string | null;
  /** Kinds of finding that may say so; any if absent. */
  readonly kinds?: readonly string[];
}

/** What a correct report says. Every key that is present must hold. */
export interface Expectation {
  /** Exit statuses that are right. */
  readonly exit: readonly number[];
  /** Each must be the claimant of a warning or a critical finding. */
  readonly accused?: readonly Claim[];
  /** One of them at least must be. */
  readonly accusedOneOf?: readonly Claim[];
  /** No warning or critical finding names any claimant but those in `accused` and `accusedOneOf`. */
  readonly nobodyElse?: boolean;
  /** No warning or critical finding names it as claimant. */
  readonly innocent?: readonly Claim[];
  /** Findings about the address must show both hosts. */
  readonly bothShown?: readonly { readonly macs: readonly [string, string]; readonly ip: string }[];
  readonly victims?: readonly Claim[];
  readonly noVictim?: boolean;
  /** A finding of this severity must be there. */
  readonly severity?: string;
  readonly kindsOneOf?: readonly string[];
  readonly absentKinds?: readonly string[];
  readonly benignOneOf?: readonly string[];
  readonly absentBenign?: readonly string[];
  /** Some finding or explanation must name the MAC and the address. */
  readonly mentioned?: readonly { readonly mac: string; readonly ip: string; readonly why: string }[];
  /** Text that no finding may contain. */
  readonly unsaid?: readonly string[];
  readonly episodes?: number;
  /** MACs that must have the role of director. */
  readonly directors?: readonly string[];
  /** How many real servers must have been inferred. */
  readonly realServers?: number;
  readonly noServerIsGateway?: boolean;
}

export interface IncidentRun {
  /** `group/name`, with the number of the run where there are several. */
  readonly name: string;
  readonly group: string;
  readonly capture: string;
  readonly args: readonly string[];
  readonly expect: Expectation;
}

interface IncidentFile {
  readonly mechanism: string;
  readonly runs: readonly { readonly args: readonly string[]; readonly expect: Expectation }[];
}

export const INCIDENTS = join(import.meta.dirname, "..", "..", "captures", "incidents");

/** All runs of all incidents under captures/incidents, in order of their names. */
export function loadIncidents(): IncidentRun[] {
  const files = readdirSync(INCIDENTS, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".json") && file.includes("/"))
    .toSorted()
    .flatMap((file) => {
      const path = join(INCIDENTS, file);
      const { runs }: IncidentFile = JSON.parse(readFileSync(path, "utf8"));
      const name = relative(INCIDENTS, path).replace(/\.json$/, "");
      const group = name.split("/")[0] ?? "";
      return runs.map(({ args, expect }, index) => ({
        name: runs.length > 1 ? `${name} #${index + 1}` : name,
        group,
        capture: path.replace(/\.json$/, ".pcap"),
        args,
        expect,
      }));
    });
}

/** `wrong`: somebody is accused who should not be, or a wrong explanation is given. `silent`: a fault is not reported. */
export interface Problem {
  readonly sort: "wrong" | "silent";
  readonly what: string;
}

/** Everything in which the report differs from what a correct one says. */
export function problemsOf(report: Report, exit: number, expect: Expectation): Problem[] {
  const faults = report.findings.filter(({ severity }) => severity !== "notice");
  const wanted = [...(expect.accused ?? []), ...(expect.accusedOneOf ?? [])];
  const problems: Problem[] = [];
  const wrong = (what: string) => problems.push({ sort: "wrong", what });
  const silent = (what: string) => problems.push({ sort: "silent", what });

  if (!expect.exit.includes(exit)) {
    const isSilent = (exit === 0 || exit === 3) && expect.exit.includes(1);
    (isSilent ? silent : wrong)(`exit status ${exit}`);
  }
  for (const claim of expect.accused ?? [])
    if (!faults.some((finding) => accuses(finding, claim))) silent(`not accused: ${textOf(claim)}`);
  const oneOf = expect.accusedOneOf ?? [];
  if (oneOf.length > 0 && !faults.some((finding) => oneOf.some((claim) => accuses(finding, claim))))
    silent(`not accused: ${oneOf.map(textOf).join(" or ")}`);
  if (expect.nobodyElse === true) {
    for (const { kind, ip, claimant } of faults)
      if (claimant.mac !== "00:00:00:00:00:00" && !wanted.some(({ mac }) => mac === claimant.mac))
        wrong(`accused: ${claimant.mac} of ${kind} ${ip}`);
  }
  for (const claim of expect.innocent ?? []) {
    const by = faults.find((finding) => accuses(finding, claim));
    if (by !== undefined) wrong(`accused: ${textOf(claim)} of ${by.kind} ${by.ip}`);
  }
  for (const { macs, ip } of expect.bothShown ?? []) {
    const shown = JSON.stringify(faults.filter((finding) => finding.ip === ip));
    for (const mac of macs) if (!shown.includes(mac)) silent(`not shown: ${mac} for ${ip}`);
  }
  for (const { mac, ip } of expect.victims ?? []) {
    const isVictim = faults.some(
      (finding) => finding.ip === ip && finding.victims.some((victim) => victim.mac === mac),
    );
    if (!isVictim) silent(`not a victim: ${mac} for ${ip}`);
  }
  if (expect.noVictim === true && faults.some(({ stage }) => stage !== "claimed")) wrong("a victim is named");
  if (expect.severity !== undefined && !faults.some(({ severity }) => severity === expect.severity))
    silent(`nothing is ${expect.severity}`);
  const kinds = expect.kindsOneOf ?? [];
  if (kinds.length > 0 && !report.findings.some(({ kind }) => kinds.includes(kind)))
    silent(`no ${kinds.join(" or ")}`);
  for (const { kind } of report.findings)
    if (expect.absentKinds?.includes(kind) === true) wrong(`kind ${kind}`);
  const benign = expect.benignOneOf ?? [];
  if (benign.length > 0 && !report.benign.some(({ kind }) => benign.includes(kind)))
    silent(`no explanation ${benign.join(" or ")}`);
  for (const { kind } of report.benign)
    if (expect.absentBenign?.includes(kind) === true) wrong(`explanation ${kind}`);
  const told = JSON.stringify([report.findings, report.benign, report.topology]);
  for (const { mac, ip, why } of expect.mentioned ?? [])
    if (!told.includes(mac) || !told.includes(ip)) silent(`not mentioned: ${mac} ${ip} (${why})`);
  for (const text of expect.unsaid ?? [])
    if (JSON.stringify(report.findings).includes(text)) wrong(`says ${text}`);
  return [...problems, ...roleProblems(report, expect), ...episodeProblems(faults, expect)];
}

function roleProblems({ topology }: Report, expect: Expectation): Problem[] {
  const problems: Problem[] = [];
  const directors = topology.vips.flatMap((vip) => vip.directors.map(({ mac }) => mac));
  const realServers = topology.vips.flatMap((vip) => vip.realServers.map(({ mac }) => mac));
  for (const mac of expect.directors ?? [])
    if (!directors.includes(mac)) problems.push({ sort: "silent", what: `no director ${mac}` });
  if (expect.realServers !== undefined && realServers.length !== expect.realServers)
    problems.push({ sort: "silent", what: `${realServers.length} real servers` });
  if (expect.noServerIsGateway === true && topology.gateways.length > 1)
    problems.push({ sort: "wrong", what: `${topology.gateways.length} gateways` });
  return problems;
}

function episodeProblems(faults: readonly Finding[], { episodes }: Expectation): Problem[] {
  if (episodes === undefined) return [];
  const counted = faults.map((finding) => ("episodes" in finding ? finding.episodes : []));
  return counted.some((found) => Array.isArray(found) && found.length === episodes)
    ? []
    : [{ sort: "silent", what: `not ${episodes} episodes` }];
}

function accuses({ kind, ip, claimant }: Finding, claim: Claim): boolean {
  const isHost = claim.mac === null || claimant.mac === claim.mac;
  return isHost && (claim.ip === null || claim.ip === ip) && (claim.kinds?.includes(kind) ?? true);
}

function textOf({ mac, ip, kinds }: Claim): string {
  return [mac ?? "anybody", ip, kinds?.join("|")].filter((part) => part != null).join(" ");
}
