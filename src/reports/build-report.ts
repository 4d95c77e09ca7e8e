import type { Benign } from "../findings/benign.ts";
import { assess } from "../findings/certainty.ts";
import {
  type Disagreement,
  type Finding,
  idsInOrder,
  type Race,
  type UnseenLearner,
} from "../findings/finding.ts";
import { verdictOf } from "../findings/judge.ts";
import { undeterminedBecause } from "../findings/undetermined.ts";
import type { FindingAccount } from "../kinds/account.ts";
import { preventionText } from "../kinds/fix/prevention.ts";
import { type FixStep, stepText } from "../kinds/fix/step.ts";
import { benignKindOf, findingKindOf } from "../kinds/registry.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { Limit } from "../neighbours/vantage/vantage.ts";
import type { GatewayRole, RoleAssignment } from "../roles/role-assignment.ts";
import type { VipRoles } from "../roles/vip-roles.ts";
import { UNSEEN_MAC } from "../words/hosts.ts";
import { printable } from "../words/letters.ts";
import { displayFilterOf } from "./display-filter.ts";
import { reportCourse } from "./episodes-report.ts";
import { accountOf } from "./finding-account.ts";
import { reportHolders } from "./leadership.ts";
import { reachOf } from "./reach.ts";
import { hostOf, positionOf } from "./references.ts";
import type {
  BenignChange,
  CachedNeighbour,
  CaptureSummary,
  Host,
  HostCache,
  Report,
  ReportedDisagreement,
  ReportedFinding,
  ReportedGateway,
  ReportedRace,
  ReportedVip,
  VantageLimit,
} from "./report.ts";
import { ipText, macText, vlanOf } from "./text.ts";
import { reportTimelines } from "./timelines.ts";
import { limitText } from "./vantage-text.ts";
import { Wording } from "./wording.ts";

const ON_ETHERNET = ["ETHERNET"] as const;

/**
 * Turns state and findings into the report of the contract: the step from integers to text.
 *
 * @param ids by which the findings are known
 * @param wording by which events told of them, where some were
 */
export function buildReport(
  version: string,
  captures: CaptureSummary[],
  state: NetworkView,
  assignment: RoleAssignment,
  findings: readonly Finding[],
  benign: readonly Benign[],
  ids: readonly string[] = idsInOrder(findings),
  wording: Wording = new Wording(assignment, state.model.timers, captures.length),
): Report {
  const undetermined = undeterminedBecause(state, assignment);
  return {
    schemaVersion: 1,
    tool: { name: "lvs-pcap", version },
    verdict: verdictOf(findings, assignment, undetermined !== null),
    reach: reachOf(captures, state, undetermined),
    neighbourModel: state.model.name,
    captures,
    vantage: state.vantage.limits.map((limit) => reportLimit(limit, assignment, wording)),
    topology: {
      gateways: assignment.gateways.map((gateway) => reportGateway(assignment, wording, gateway)),
      vips: assignment.vips.map((vip) => ({
        ...reportVip(assignment, wording, vip),
        ...reportHolders(state, assignment, findings, vip.binding),
      })),
    },
    inventories: [],
    expectations: [],
    secondOpinion: null,
    findings: findings.map((finding, index) =>
      reportFinding(
        finding,
        ids[index] ?? "",
        assignment,
        wording,
        captures[finding.first.capture]?.linkTypes ?? ON_ETHERNET,
      ),
    ),
    benign: benign.map((change) => reportBenign(change, assignment, wording)),
    caches: reportCaches(state, assignment, findings),
    timelines: reportTimelines(state, assignment, findings),
    forgotten: { ...state.forgotten, trafficFrames: state.traffic.overflowFrames },
  };
}

function reportGateway(
  assignment: RoleAssignment,
  wording: Wording,
  { station, origin, carried }: GatewayRole,
): ReportedGateway {
  const evidence =
    carried === null
      ? []
      : [`carried a frame of ${ipText(carried.beyondIp)}, beyond the segment (${wording.frame(carried.at)})`];
  return { ...hostOf(assignment, station), origin, evidence };
}

function reportVip(
  assignment: RoleAssignment,
  wording: Wording,
  vip: VipRoles,
): Omit<ReportedVip, "holders" | "leadershipChanges"> {
  return {
    ip: ipText(vip.ip),
    vlan: vlanOf(vip.binding?.segment ?? 0),
    origin: vip.origin,
    evidence: wording.roleEvidence(vip.evidence),
    directors: vip.directors.map((station) => hostOf(assignment, station)),
    undecided: vip.undecided.map((station) => hostOf(assignment, station)),
    realServers: vip.realServers.map(({ station, forwarding }) => ({
      ...hostOf(assignment, station),
      forwarding,
    })),
  };
}

/** @param linkTypes names of those of the capture that it is about */
export function reportFinding(
  finding: Finding,
  id: string,
  assignment: RoleAssignment,
  wording: Wording,
  linkTypes: readonly string[] = ON_ETHERNET,
): ReportedFinding {
  const kind = findingKindOf(finding.kind);
  const facts = {
    severity: finding.severity,
    stage: finding.stage,
    ip: ipText(finding.ip),
    vlan: vlanOf(finding.segment),
    claimant:
      finding.claimant === null ? unseenClaimant(finding, assignment) : hostOf(assignment, finding.claimant),
    rightful: finding.rightful === null ? null : hostOf(assignment, finding.rightful),
    formerHolder: finding.formerHolder === undefined ? null : hostOf(assignment, finding.formerHolder),
    ...assess(finding, assignment),
    suppressedBy: finding.suppressedBy === undefined ? null : printable(finding.suppressedBy),
    ...reportCourse(finding, assignment, wording),
    races: (finding.races ?? []).map((race) => reportRace(race, assignment)),
    racesTotal: finding.racesTotal ?? 0,
    prevention: (finding.prevention?.steps ?? []).map(({ host, settings, enough }) => ({
      host: hostOf(assignment, host),
      settings: [...settings],
      enough,
    })),
    preventionOmittedClaims: finding.prevention?.omittedClaims ?? 0,
    notObservable: (finding.notObservable ?? []).map(
      ({ ip, station }): Host =>
        station === null ? { mac: UNSEEN_MAC, ip: ipText(ip), role: "unknown" } : hostOf(assignment, station),
    ),
    first: positionOf(finding.first),
    last: positionOf(finding.last),
    count: finding.count,
  };
  const account = accountOf(facts, finding, assignment, wording);
  const fix = kind.fix(account);
  return {
    id,
    kind: finding.kind,
    ...facts,
    models: (finding.models ?? []).map((disagreement) =>
      reportDisagreement(disagreement, assignment, wording),
    ),
    evidence: finding.evidence.map((evidence) => ({
      ...positionOf(evidence.at),
      what: wording.evidence(finding, evidence),
    })),
    evidenceTotal: finding.evidenceTotal,
    summary: kind.summary(account),
    fix: [...fix],
    remedy: remedyOf(account, fix),
    displayFilter: displayFilterOf(kind.filter(account), finding.segment, assignment.spansVlans, linkTypes),
  };
}

/** The fix in sentences, with what would have prevented it in front. */
function remedyOf(account: FindingAccount, fix: readonly FixStep[]): string[] {
  const prevention = preventionText(account);
  return [...(prevention === null ? [] : [prevention]), ...fix.map(stepText)];
}

function reportLimit(limit: Limit, assignment: RoleAssignment, wording: Wording): VantageLimit {
  return {
    kind: limit.kind,
    capture: limit.capture,
    what: limitText(limit, wording),
    host: limit.station && hostOf(assignment, limit.station),
    count: limit.count,
    evidence: limit.evidence.map(positionOf),
  };
}

function reportRace({ request, answers }: Race, assignment: RoleAssignment): ReportedRace {
  return {
    request: positionOf(request),
    answers: answers.map(({ at, by, delayNs }) => ({
      position: positionOf(at),
      by: hostOf(assignment, by),
      delayNs,
    })),
  };
}

export function reportBenign(benign: Benign, assignment: RoleAssignment, wording: Wording): BenignChange {
  return {
    kind: benign.kind,
    ip: ipText(benign.ip),
    vlan: vlanOf(benign.segment),
    from: benign.from && hostOf(assignment, benign.from),
    to: benign.to && hostOf(assignment, benign.to),
    first: positionOf(benign.first),
    last: positionOf(benign.last),
    why: benignKindOf(benign.kind).why(benign.reason, {
      ip: ipText(benign.ip),
      taker: benign.to === null ? "another host" : wording.fullName(benign.to),
      giver: benign.from === null ? "another host" : wording.fullName(benign.from),
      frameText: (place) => wording.frame(place),
    }),
    evidence: benign.evidence.map(positionOf),
  };
}

function reportDisagreement(
  other: Disagreement,
  assignment: RoleAssignment,
  wording: Wording,
): ReportedDisagreement {
  return {
    model: other.model,
    hosts: other.hosts.map(({ station, outcome, learned, restored }) => ({
      ...hostOf(assignment, station),
      outcome,
      learned: learned && positionOf(learned),
      restored: restored && positionOf(restored),
    })),
    why: wording.otherModel(other),
  };
}

function reportCaches(
  state: NetworkView,
  assignment: RoleAssignment,
  findings: readonly Finding[],
): HostCache[] {
  const caches: HostCache[] = [];
  const unseenBy = unseenByHost(findings);
  for (const station of state.stations) {
    const unseen = reportUnseen(unseenBy.get(station) ?? []);
    const entries = [...state.caches.entriesOf(station)]
      .flatMap((entry) => reportEntry(entry))
      .filter(({ ip }) => unseen.length === 0 || !unseen.some((possible) => possible.ip === ip));
    entries.push(...unseen);
    if (entries.length === 0) continue;
    caches.push({ host: hostOf(assignment, station), vlan: vlanOf(station.segment), entries });
  }
  return caches;
}

/** What a finding says that a host may have learned, of each host the first thing. */
interface Unseen {
  readonly ip: number;
  readonly claimant: Station | null;
  readonly unseen: UnseenLearner;
}

function unseenByHost(findings: readonly Finding[]): Map<Station, Unseen[]> {
  const byHost = new Map<Station, Unseen[]>();
  for (const { ip, claimant, notObservable = [] } of findings) {
    const first = new Map<Station, UnseenLearner>();
    for (const unseen of notObservable) {
      if (unseen.station !== null && !first.has(unseen.station)) first.set(unseen.station, unseen);
    }
    for (const [station, unseen] of first) {
      const known = byHost.get(station);
      if (known === undefined) byHost.set(station, [{ ip, claimant, unseen }]);
      else known.push({ ip, claimant, unseen });
    }
  }
  return byHost;
}

/** What the host learned if it did what a kernel does, where the capture cannot show whether it did. */
function reportUnseen(learnt: readonly Unseen[]): CachedNeighbour[] {
  const byIp = new Map<number, { at: Position; mac: string }>();
  for (const { ip, claimant, unseen } of learnt) {
    if (unseen.isOver || claimant === null) continue;
    if ((byIp.get(ip)?.at.ordinal ?? -1) < unseen.at.ordinal)
      byIp.set(ip, { at: unseen.at, mac: macText(claimant) });
  }
  return [...byIp].map(([ip, { at, mac }]) => ({
    ip: ipText(ip),
    mac,
    since: positionOf(at),
    state: "possible" as const,
  }));
}

function reportEntry(entry: CacheEntry): CachedNeighbour[] {
  const { owner, current } = entry;
  if (owner === null || current === undefined) return [];
  const since = entry.history.findLast((change, index) => entry.history[index - 1]?.owner !== change.owner);
  // A scanner asks from a socket of its own: the answers need not have reached its kernel's cache.
  const doubtful = entry.holder.sweep !== null && current.cause === "resolved" && current.used === null;
  return [
    {
      ip: ipText(entry.ip),
      mac: macText(owner),
      since: positionOf((since ?? current).at),
      state: entry.certain && !doubtful ? "known" : "possible",
    },
  ];
}

/** A fault of a director that the capture never shows is still laid at its door, by the address it was given with. */
function unseenClaimant(finding: Finding, assignment: RoleAssignment): Host {
  if (finding.formerHolder !== undefined) return { mac: UNSEEN_MAC, ip: null, role: "unknown" };
  const vip = assignment.vips.find(({ ip }) => ip === finding.ip);
  const ip = vip?.unseenDirectors[0];
  return { mac: UNSEEN_MAC, ip: ip === undefined ? null : ipText(ip), role: "director" };
}
