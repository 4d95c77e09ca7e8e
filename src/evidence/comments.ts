import { ArpOperation, Control, type FrameFacts, FrameKind } from "../decode/facts.ts";
import { parseIpv4 } from "../knowledge/address.ts";
import type { Report, ReportedFinding, ReportedPosition } from "../reports/report.ts";
import { ipText, macText, timeText } from "../reports/text.ts";
import { elapsedText } from "../words/counts.ts";
import { hostName, restoredText, subjectOf } from "../words/hosts.ts";
import { printable } from "../words/letters.ts";
import { macKey, macNumber, type Scope } from "./scope.ts";

/** More in one comment help nobody. */
const MOST_FINDINGS_NAMED = 8;

/** Says of each frame of the evidence which finding it proves, and what it shows of it; or what it is there for. */
export class Comments {
  private readonly report: Report;
  private readonly scope: Scope;
  private readonly listed = new Map<string, Map<string, string[]>>();
  private readonly byIp = new Map<number, ReportedFinding[]>();
  private readonly names = new Map<number, string>();

  constructor(report: Report, scope: Scope) {
    this.report = report;
    this.scope = scope;
    for (const finding of report.findings) {
      this.listFinding(finding);
      const ip = parseIpv4(finding.ip);
      if (ip !== null) this.byIp.set(ip, [...(this.byIp.get(ip) ?? []), finding]);
    }
    for (const { kind, why, evidence } of report.benign) {
      for (const position of evidence) this.list(position, `explained, ${kind}`, why);
    }
    const { vips, gateways } = report.topology;
    for (const host of [...gateways, ...vips.flatMap((vip) => [...vip.directors, ...vip.realServers])])
      this.names.set(macNumber(host), hostName(host));
  }

  /** @param facts what the frame says; of a capture whose link layer is not understood it says nothing */
  of(facts: FrameFacts): string {
    const { capture, number } = facts;
    const listed = this.listed.get(placeOf({ capture, frame: number }));
    const told = [...(listed ?? [])].map(([label, texts]) => `${label}: ${texts.join("; ")}`);
    const shown = told.length > 0 ? told : [this.describe(facts)];
    const file = this.report.captures[capture]?.file ?? "-";
    return printable(
      `${shown.slice(0, MOST_FINDINGS_NAMED).join("; ")} [frame ${number} of ${file === "-" ? "standard input" : file}]`,
    );
  }

  private listFinding(finding: ReportedFinding): void {
    const { id, kind, evidence, victims, bypass, races, ip } = finding;
    const { mac } = subjectOf(finding);
    const label = `${id} ${kind}`;
    for (const { what, ...position } of evidence) this.list(position, label, what);
    for (const victim of victims) {
      const { learned, used, restored, restoredBy } = victim;
      const name = hostName(victim);
      if (learned !== null) this.list(learned, label, `by this ${name} takes ${mac} for ${ip}`);
      if (used !== null) this.list(used, label, `${name} sends to ${mac} for ${ip}`);
      if (restored !== null) this.list(restored, label, `${name} ${restoredText(restoredBy)}`);
    }
    if (bypass !== null) {
      this.list(bypass.first, label, "the first frame that went astray");
      this.list(bypass.last, label, "the last frame that went astray");
    }
    for (const { request, answers } of races) {
      this.list(request, label, "a request that several hosts answer");
      for (const { position, by, delayNs } of answers)
        this.list(position, label, `${hostName(by)} answers after ${elapsedText(delayNs)}`);
    }
  }

  private list(position: Pick<ReportedPosition, "capture" | "frame">, label: string, text: string): void {
    const place = placeOf(position);
    const byLabel = this.listed.get(place) ?? new Map<string, string[]>();
    this.listed.set(place, byLabel);
    const texts = byLabel.get(label) ?? [];
    byLabel.set(label, texts);
    if (!texts.includes(text)) texts.push(text);
  }

  private describe(facts: FrameFacts): string {
    if (facts.kind === FrameKind.Arp) return this.describeArp(facts);
    if (facts.kind === FrameKind.Ipv4) return this.describePacket(facts);
    return facts.kind === FrameKind.Beacon ? "context: a card or a cluster makes itself known" : "context";
  }

  private describeArp(facts: FrameFacts): string {
    const sender = { macHigh: facts.senderMacHigh, macLow: facts.senderMacLow };
    const [ip, target] = [ipText(facts.senderIp), ipText(facts.targetIp)];
    const says =
      facts.senderIp === facts.targetIp
        ? `announcement: ${ip} is-at ${macText(sender)}`
        : facts.operation === ArpOperation.Request
          ? `who-has ${target} tell ${ip}, from ${macText(sender)}`
          : `reply to ${target}: ${ip} is-at ${macText(sender)}`;
    const claimant = macKey(sender.macHigh, sender.macLow);
    const finding = this.byIp
      .get(facts.senderIp)
      ?.find((candidate) => macNumber(candidate.claimant) === claimant);
    return `${finding === undefined ? "context" : `${finding.id} ${finding.kind}`}: ${says}`;
  }

  private describePacket(facts: FrameFacts): string {
    const from = macKey(facts.sourceMacHigh, facts.sourceMacLow);
    const to = macKey(facts.destinationMacHigh, facts.destinationMacLow);
    const stray = this.scope.strays.find(from, to, facts.destinationIp, facts);
    if (stray !== undefined) {
      const { id, kind } = stray.finding;
      return `${id} ${kind}: for ${ipText(facts.destinationIp)}, but sent to ${hostName(subjectOf(stray.finding))}`;
    }
    const now = timeText(facts);
    const answered = this.byIp
      .get(facts.sourceIp)
      ?.find(
        ({ claimant, bypass }) =>
          macNumber(claimant) === from &&
          bypass !== null &&
          now >= bypass.first.time &&
          now <= bypass.ended.time,
      );
    if (answered !== undefined)
      return `${answered.id} ${answered.kind}: ${hostName(answered.claimant)} sends back`;
    switch (facts.control) {
      case Control.Vrrp:
      case Control.Carp: {
        const { version, virtualRouterId, priority } = facts.advert;
        const protocol = facts.control === Control.Vrrp ? `VRRP version ${version}` : "CARP";
        return `context: ${protocol}, virtual router ${virtualRouterId}, priority ${priority}, from ${ipText(facts.sourceIp)}`;
      }
      case Control.Hsrp: {
        const { virtualRouterId, addresses } = facts.advert;
        return `context: HSRP, group ${virtualRouterId}, ${ipText(facts.sourceIp)} is active for ${ipText(addresses[0] ?? 0)}`;
      }
      case Control.IpvsSync:
        return "context: IPVS synchronisation, which names VIPs and real servers";
      case Control.Lease:
        return `context: DHCP grants ${ipText(facts.lease.ip)} to ${macText(facts.lease)}`;
      default:
        return facts.tunnelDepth > 0
          ? `context: ${this.nameOf(from, facts.sourceIp)} wraps a packet for ${ipText(facts.innerDestinationIp)}`
          : `context: ${this.nameOf(from, facts.sourceIp)} sends to ${this.nameOf(to, facts.destinationIp)} for ${ipText(facts.destinationIp)}`;
    }
  }

  private nameOf(mac: number, ip: number): string {
    return this.names.get(mac) ?? (mac === 0 ? ipText(ip) : macOf(mac));
  }
}

function macOf(mac: number): string {
  return macText({ macHigh: Math.floor(mac / 2 ** 32), macLow: mac | 0 });
}

function placeOf({ capture, frame }: Pick<ReportedPosition, "capture" | "frame">): string {
  return `${capture}:${frame}`;
}

/** What the file says of itself: the findings, and what the frames were taken from. */
export function sectionComment(report: Report, args: readonly string[]): string {
  const { tool, findings, captures } = report;
  const heads = findings.slice(0, 100).map(({ id, kind, severity, stage, summary }) => {
    return `${id} ${kind} (${severity}, ${stage}): ${summary}`;
  });
  return [
    `Evidence for ${findings.length} finding${findings.length === 1 ? "" : "s"}, selected by ${tool.name} ${tool.version}. Times and bytes are those of the captures; each frame's comment says what it proves, or that it is context without which the findings would not follow from this file alone.`,
    ...heads,
    ...(findings.length > heads.length ? [`and ${findings.length - heads.length} more`] : []),
    ...captures.map(
      ({ file, frames, sha256 }) =>
        `From ${file === "-" ? "standard input" : file}: ${frames} frames${sha256 === null ? "" : `, SHA-256 ${sha256}`}`,
    ),
    ...(args.length === 0 ? [] : [`Called as: ${[tool.name, ...args].join(" ")}`]),
  ]
    .map(printable)
    .join("\n");
}
