import { SEVERITIES, STAGES } from "../../findings/finding.ts";
import { notLookedIntoText } from "../reach.ts";
import type { BenignChange, Host, Report, ReportedFinding } from "../report.ts";
import { countText, elapsedText, nanosecondsBetween, plural } from "../text.ts";
import { fixSteps } from "./fix.ts";
import { type Content, html, type Markup } from "./markup.ts";
import {
  type Calendar,
  capitalise,
  clockText,
  dateText,
  hostName,
  hostNames,
  labelledName,
  rivalName,
  shortName,
  vendorName,
} from "./names.ts";
import { DEEDS } from "./wording.ts";

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
  const sentence = sentenceFor(worst);
  return `${opening}${opening === "" ? sentence : sentence.charAt(0).toLowerCase() + sentence.slice(1)}${more}.`;
}

const FAILOVERS: readonly BenignChange["kind"][] = ["vrrp-failover", "director-takeover"];

function innocence(report: Report): string {
  const { captures, benign, reach } = report;
  const unseen = notLookedIntoText(reach);
  const limits = unseen === null ? "" : ` Not looked into: ${unseen}.`;
  if (report.verdict === "undetermined") return `${capitalise(reach.undetermined ?? "")}.${limits}`;
  const frames = captures.reduce((sum, capture) => sum + capture.frames, 0);
  const failovers = benign.filter(({ kind }) => FAILOVERS.includes(kind));
  const [first] = failovers;
  if (first === undefined) return `Nothing wrong was found in ${plural(frames, "frame")}.${limits}`;
  if (failovers.length > 1)
    return `Nothing wrong was found: ${plural(failovers.length, "failover")}, each of them explained.${limits}`;
  const course =
    first.from === null || first.to === null ? "" : ` from ${hostName(first.from)} to ${hostName(first.to)}`;
  return `Nothing wrong was found: ${first.ip} failed over${course}, in good order.${limits}`;
}

function sentenceFor(finding: ReportedFinding): string {
  const who = capitalise(hostName(finding.claimant));
  const { ip, victims, rightful, stage } = finding;
  const owner = rightful === null ? "its owner" : hostName(rightful);
  const rival = rightful === null ? "another host" : rivalName(rightful, ip);
  switch (finding.kind) {
    case "vip-source-in-request":
    case "vip-reply":
    case "vip-gratuitous":
      return stage === "claimed"
        ? `${who} claims the VIP ${ip}, which is ${owner}'s; no cache was seen to believe it`
        : `${who} took the VIP ${ip} from ${owner}: ${course(finding)}`;
    case "vip-bypass":
      return `${capitalise(hostNames(victims))} ${victims.length === 1 ? "sends" : "send"} the traffic of VIP ${ip} straight to ${hostName(finding.claimant)}, past ${owner}`;
    case "vip-unanswered":
      return `Nobody answers for the VIP ${ip}`;
    case "vip-split":
      return `Two directors hold the VIP ${ip} at once: ${hostName(finding.claimant)} and ${owner}`;
    case "gateway-impersonation":
      return `${who} posed as the gateway ${ip}: ${course(finding)}`;
    case "address-impersonation":
      return `${who} posed as ${rightful?.ip === ip ? owner : `${ip}, the address of ${ownerBeside(rightful)}`}: ${course(finding)}`;
    case "address-conflict":
      return `${capitalise(rivalName(finding.claimant, ip))} and ${rival} both use ${ip}`;
    case "flip-flop":
      return `${ip} goes back and forth between ${rivalName(finding.claimant, ip)} and ${rival}`;
    default:
      return `${who} ${DEEDS[finding.kind]}`;
  }
}

/** Of a host that is called by another address only its MAC tells that this one is its own, too. */
function ownerBeside(rightful: Host | null): string {
  if (rightful === null) return "another host";
  return rightful.role === "host" || rightful.role === "unknown" ? rightful.mac : hostName(rightful);
}

/** What the victims did, or do, with what they believe. */
function course({ victims, stage }: ReportedFinding): string {
  if (victims.length === 0 || stage === "claimed") return "no cache was seen to believe it";
  const isOne = victims.length === 1;
  const lasting = victims.some(({ restored }) => restored === null);
  const names = hostNames(victims);
  if (stage === "learned")
    return `${names} ${lasting ? (isOne ? "believes it" : "believe it") : "believed it for a while"}`;
  if (!lasting)
    return `${names} sent ${isOne ? "its" : "their"} traffic there until ${isOne ? "its cache was" : "their caches were"} set right`;
  return `${names} still ${isOne ? "sends its" : "send their"} traffic there`;
}

/** Who, what, when, how much, how to fix: the page in five lines. */
export function renderGlance(report: Report, calendar: Calendar): Content {
  const [worst] = byWeight(report.findings);
  if (worst === undefined) return null;
  return html`<dl class="glance">
<div><dt>Who</dt><dd><b>${labelledName(worst.claimant)}</b><span>${smallPrint(worst.claimant)}</span></dd></div>
<div><dt>What</dt><dd><b>${DEEDS[worst.kind]}</b><span>${worst.ip}, ${worst.kind}</span></dd></div>
<div><dt>When</dt><dd><b>${clockText(worst.first.time).slice(0, 12)} UTC</b><span>${dateText(worst.first.time)}, ${calendar.frame(worst.first)}${lasted(worst)}</span></dd></div>
<div><dt>How much</dt><dd>${amount(worst)}</dd></div>
<div><dt>Fix</dt><dd>${remedy(worst)}</dd></div>
</dl>`;
}

function smallPrint(host: Host): string {
  return [host.ip === null ? null : host.mac, vendorName(host)].filter((note) => note !== null).join(", ");
}

function lasted({ victims, bypass, last, first }: ReportedFinding): string {
  if (bypass !== null) {
    const ended = bypass.endedBy === "capture-end" ? "and not over" : "then over";
    return `; astray for ${elapsedText(nanosecondsBetween(bypass.first.time, bypass.ended.time))}, ${ended}`;
  }
  if (victims.some(({ restored }) => restored !== null)) return "; over by the end";
  const ns = nanosecondsBetween(first.time, last.time);
  return ns > 0 ? `; went on for ${elapsedText(ns)}` : "";
}

function amount({ kind, bypass, victims, count }: ReportedFinding): Markup {
  if (kind === "vip-unanswered")
    return html`<b>${plural(count, "request")}</b><span>without an answer</span>`;
  const fooled = `${plural(victims.length, "cache")} fooled`;
  if (bypass === null) {
    return victims.length === 0
      ? html`<b>${plural(count, "frame")}</b><span>no cache was seen to be fooled</span>`
      : html`<b>${fooled}</b><span>by ${plural(count, "frame")}</span>`;
  }
  return html`<b>${plural(bypass.frames, "frame")} astray</b><span>${countText(bypass.bytes)} bytes${bypass.flows > 0 && `, ${plural(bypass.flows, "flow")}`}; ${fooled}</span>`;
}

const REMEDIES: Partial<Record<ReportedFinding["kind"], string>> = {
  "vip-source-in-request": "arp_announce=2",
  "vip-reply": "arp_ignore=1",
  "vip-gratuitous": "Stop what announces the VIP",
  "vip-bypass": "arp_announce=2, arp_ignore=1",
  "vip-unanswered": "Put the VIP on the director's card",
  "vip-split": "Let the directors hear each other",
  "gateway-impersonation": "Shut its switch port",
  "address-impersonation": "Shut its switch port",
  "address-conflict": "Give one another address",
  "flip-flop": "See which may announce it",
};

function remedy(finding: ReportedFinding): Markup {
  const [prevention] = finding.prevention;
  const settings = prevention?.settings.filter((setting) => setting !== "no-announcement") ?? [];
  const what = settings.length > 0 ? settings.join(", ") : (REMEDIES[finding.kind] ?? "See what it is");
  const where = prevention?.host ?? finding.claimant;
  return html`<b>${what}</b><span>${shortName(where)}: <a href="#${finding.id}-fix">${fixSteps(finding).length > 0 ? "commands" : "what to do"}</a></span>`;
}
