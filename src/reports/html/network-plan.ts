import { findingKindOf } from "../../kinds/registry.ts";
import { plural } from "../../words/counts.ts";
import { hostName, roleName, shortName, subjectOf, UNSEEN_MAC } from "../../words/hosts.ts";
import type { Host, Report, ReportedFinding, ReportedVip } from "../report.ts";

export interface PlanNode {
  readonly key: string;
  readonly part: string;
  readonly name: string;
  /** MAC, or what else there is to say in small print. */
  readonly small: string;
  /** Claims what is not its own. */
  readonly accused: boolean;
}

/**
 * - `should`  the way the requests should go
 * - `went`    the way they went
 * - `reply`   the way the replies go, which pass no director
 */
export interface PlanEdge {
  readonly way: "should" | "went" | "reply";
  readonly from: string;
  readonly to: string;
  readonly label: string | null;
}

/** Who stands where: the levels in the order in which a request passes them. */
export interface Plan {
  readonly title: string;
  readonly levels: readonly (readonly PlanNode[])[];
  readonly edges: readonly PlanEdge[];
  /** The same in words. */
  readonly description: string;
}

const MOST_PLANS = 6;
const MOST_REAL_SERVERS = 6;
const MOST_DIRECTORS = 2;
const MOST_GATEWAYS = 2;
const MOST_VICTIMS = 4;
/** What has room in a box, beside the word that accuses. */
const LONGEST_PART = 22;

const WORLD: PlanNode = {
  key: "world",
  part: "beyond the gateway",
  name: "clients",
  small: "",
  accused: false,
};

/** Where nobody is known to have believed it. */
const ANYBODY: PlanNode = {
  key: "anybody",
  part: "whoever asks",
  name: "other hosts",
  small: "none seen fooled",
  accused: false,
};

/** Takes a place, and is not drawn. */
export const GHOST: PlanNode = { key: "", part: "", name: "", small: "", accused: false };

/** A plan for each VIP, those with findings first, and one for each intruder in another place. */
export function plansOf(report: Report): Plan[] {
  const isAccused = (vip: ReportedVip) => (findingsAbout(vip, report).length > 0 ? 0 : 1);
  const services = report.topology.vips
    .toSorted((a, b) => isAccused(a) - isAccused(b))
    .slice(0, MOST_PLANS)
    .map((vip) => servicePlan(vip, report));
  const vips = new Set(report.topology.vips.map(({ ip, vlan }) => `${ip} ${vlan}`));
  const intrusions = report.findings
    .filter(
      ({ kind, ip, vlan }) => findingKindOf(kind).picture.intrusion !== null && !vips.has(`${ip} ${vlan}`),
    )
    .slice(0, MOST_PLANS - services.length)
    .map((finding) => intrusionPlan(finding));
  const isAccusing = services.some(({ edges }) => edges.some(({ way }) => way === "went"));
  return isAccusing ? [...services, ...intrusions] : [...intrusions, ...services];
}

function findingsAbout({ ip, vlan }: ReportedVip, { findings }: Report): ReportedFinding[] {
  return findings.filter(
    (finding) => finding.ip === ip && finding.vlan === vlan && finding.severity !== "notice",
  );
}

function servicePlan(vip: ReportedVip, report: Report): Plan {
  const about = findingsAbout(vip, report);
  const straying = about.filter(
    ({ stage, kind }) => stage !== "claimed" && findingKindOf(kind).picture.showsStrayTraffic,
  );
  const claimants = about.flatMap((finding) =>
    findingKindOf(finding.kind).picture.accusesClaimant ? [subjectOf(finding)] : [],
  );
  const accused = new Set(claimants.map(({ mac }) => mac));
  const active = about.find(({ rightful }) => rightful !== null)?.rightful ?? heldAtEnd(vip, report);
  const directors = sorted(vip.directors, (host) => host.mac === active?.mac).slice(0, MOST_DIRECTORS);
  const servers = sorted(vip.realServers, ({ mac }) => !accused.has(mac));
  const shownServers = [
    ...servers.filter(({ mac }) => !accused.has(mac)).slice(0, Math.max(1, MOST_REAL_SERVERS - accused.size)),
    ...servers.filter(({ mac }) => accused.has(mac)).slice(0, MOST_REAL_SERVERS),
  ];
  const gateways = report.topology.gateways.slice(0, MOST_GATEWAYS);
  const known = new Set([...gateways, ...vip.directors, ...vip.realServers].map(({ mac }) => mac));
  const others = unique(straying.flatMap(({ victims }) => victims).filter(({ mac }) => !known.has(mac)));
  const intruders = unique(claimants.filter(({ mac }) => !known.has(mac)));
  const nodeOf = (host: Host) => hostNode(host, accused.has(host.mac));
  const omitted = servers.length - shownServers.length;
  const levels = [
    [...(gateways.length > 0 ? [WORLD] : []), ...others.slice(0, MOST_VICTIMS).map(nodeOf)],
    gateways.map(nodeOf),
    [
      ...(directors.length > 0 ? directors.map(nodeOf) : [missing("director")]),
      ...intruders.slice(0, 3).map(nodeOf),
    ],
    [
      ...(omitted > 0
        ? [{ ...missing("real servers"), key: "more", small: "", name: `${omitted} more` }]
        : []),
      ...shownServers.map(nodeOf),
    ],
  ].filter((level) => level.length > 0);
  const entry = gateways[0]?.mac ?? others[0]?.mac;
  const director = directors[0]?.mac ?? "director";
  const edges: PlanEdge[] = [
    ...(gateways[0] === undefined ? [] : [should(WORLD.key, gateways[0].mac)]),
    ...(entry === undefined ? [] : [should(entry, director)]),
    ...others.slice(gateways.length > 0 ? 0 : 1).map(({ mac }) => should(mac, director)),
    ...shownServers.map(({ mac }) => should(director, mac)),
    ...straying.flatMap((finding) => strayEdges(finding)),
  ];
  const [server] = shownServers;
  if (server !== undefined && gateways[0] !== undefined) {
    edges.push({ way: "reply", from: server.mac, to: gateways[0].mac, label: "replies go straight back" });
  }
  return {
    title: `VIP ${vip.ip}${vip.vlan === null ? "" : ` on VLAN ${vip.vlan}`}`,
    levels,
    edges: drawable(edges, levels),
    description: [
      `Requests for ${vip.ip} should go ${[...gateways.slice(0, 1), ...directors.slice(0, 1)].map((host) => `to ${hostName(host)}`).join(", then ")}${vip.realServers.length === 0 ? "" : `, then to one of ${plural(vip.realServers.length, "real server")}`}.`,
      ...straying.map(strayText),
    ].join(" "),
  };
}

function intrusionPlan(finding: ReportedFinding): Plan {
  const { rightful, victims, ip, kind } = finding;
  const shown = victims.slice(0, MOST_VICTIMS);
  const owner = rightful === null ? missing("owner") : hostNode(rightful, false);
  const leadsElsewhere = findingKindOf(kind).picture.intrusion?.ownerLeadsElsewhere === true;
  const levels = [
    shown.length > 0 ? shown.map((victim) => hostNode(victim, false)) : [ANYBODY],
    // The upper way is free for what goes where it should.
    [GHOST, hostNode(subjectOf(finding), true)],
    [owner],
    ...(leadsElsewhere ? [[{ ...WORLD, name: "other networks" }]] : []),
  ];
  const edges: PlanEdge[] = [
    ...(shown.length > 0 ? shown.map(({ mac }) => should(mac, owner.key)) : [should(ANYBODY.key, owner.key)]),
    ...(leadsElsewhere ? [should(owner.key, WORLD.key)] : []),
    ...(finding.stage === "claimed" ? [] : strayEdges({ ...finding, victims: shown })),
  ];
  return {
    title: `${leadsElsewhere ? "Gateway" : "Address"} ${ip}`,
    levels,
    edges: drawable(edges, levels),
    description: `Traffic for ${ip} should go to ${rightful === null ? "its owner" : hostName(rightful)}. ${finding.stage === "claimed" ? "" : strayText(finding)}`,
  };
}

/** The director whose MAC the caches held last. */
function heldAtEnd({ ip, vlan, directors }: ReportedVip, { timelines }: Report): Host | undefined {
  const timeline = timelines.find((candidate) => candidate.ip === ip && candidate.vlan === vlan);
  const held = timeline?.observers.flatMap((observer) => observer.held.at(-1) ?? []) ?? [];
  const last = held.toSorted((a, b) => (a.from.time < b.from.time ? 1 : -1));
  return last.find(({ owner }) => directors.some(({ mac }) => mac === owner.mac))?.owner;
}

function strayEdges(finding: ReportedFinding): PlanEdge[] {
  const { victims, bypass, stage } = finding;
  const amount =
    bypass !== null
      ? `${plural(bypass.frames, "frame")} went astray`
      : stage === "used"
        ? "traffic went astray"
        : "would go here";
  return victims.map(({ mac }, index) => ({
    way: "went",
    from: mac,
    to: subjectOf(finding).mac,
    label: index === 0 ? amount : null,
  }));
}

function strayText(finding: ReportedFinding): string {
  const { victims, bypass, stage } = finding;
  const went = stage === "used" ? "went" : "would have gone";
  const amount = bypass === null ? "" : `, ${plural(bypass.frames, "frame")}`;
  return `It ${went} from ${victims.map(hostName).slice(0, MOST_VICTIMS).join(", ")} to ${hostName(subjectOf(finding))}${amount}.`;
}

function should(from: string, to: string): PlanEdge {
  return { way: "should", from, to, label: null };
}

function drawable(edges: readonly PlanEdge[], levels: readonly (readonly PlanNode[])[]): PlanEdge[] {
  const keys = new Set(levels.flat().map(({ key }) => key));
  const seen = new Set<string>();
  return edges.filter(({ way, from, to }) => {
    const name = `${way} ${from} ${to}`;
    if (seen.has(name) || from === to) return false;
    seen.add(name);
    return keys.has(from) && keys.has(to);
  });
}

function hostNode(host: Host, accused: boolean): PlanNode {
  const small = host.ip === null ? "" : host.mac === UNSEEN_MAC ? "not seen" : host.mac;
  const part = host.name === undefined ? roleName(host) : `${roleName(host)} ${host.name}`;
  return { key: host.mac, part: shortened(part), name: shortName(host), small, accused };
}

function shortened(text: string): string {
  return text.length > LONGEST_PART ? `${text.slice(0, LONGEST_PART - 1)}…` : text;
}

function missing(part: string): PlanNode {
  return { key: part, part, name: "not seen", small: "", accused: false };
}

function sorted<T>(items: readonly T[], isFirst: (item: T) => boolean): T[] {
  return items.toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)));
}

function unique(hosts: readonly Host[]): Host[] {
  return [...new Map(hosts.map((host) => [host.mac, host])).values()];
}
