import { Document, isMap, isScalar, isSeq, type Scalar, visit } from "yaml";
import { UNSEEN_MAC } from "../words/hosts.ts";
import { printable } from "../words/letters.ts";
import { vendorName } from "./html/names.ts";
import type { Host, Report, ReportedFinding, ReportedVip } from "./report.ts";
import { frameText } from "./text.ts";

interface TopologyHost {
  ip?: string;
  mac?: string;
  name?: string;
  forwarding?: string;
}

/** What a topology file holds; the JSON form of it. */
interface TopologyFile {
  gateways: TopologyHost[];
  vips: { ip: string; directors: TopologyHost[]; realServers: TopologyHost[] }[];
}

/** Who plays which part by the report, as a file for `--topology`: only what such a file needs. */
function topologyOf({ topology }: Report): TopologyFile {
  return {
    gateways: topology.gateways.map(hostEntry),
    vips: topology.vips.map(({ ip, directors, realServers }) => ({
      ip,
      directors: directors.map(hostEntry),
      realServers: realServers.map((server) => ({
        ...hostEntry(server),
        ...(server.forwarding === null ? {} : { forwarding: server.forwarding }),
      })),
    })),
  };
}

/** The same as YAML, with what each part is known from as comments, for a person to check and to correct. */
export function renderTopologyYaml(report: Report): string {
  const document = new Document(topologyOf(report));
  document.commentBefore = headLines(report).map(commentLine).join("\n");
  const { gateways, vips } = report.topology;
  for (const [index, gateway] of gateways.entries()) {
    const evidence = gateway.origin === "given" ? ["given"] : ["inferred:", ...gateway.evidence];
    comment(document, ["gateways", index], [...evidence, ...hostNotes(gateway, [], false)]);
  }
  for (const [index, vip] of vips.entries()) commentVip(document, ["vips", index], vip, report);
  quoteMacs(document);
  return document.toString({ lineWidth: 0 });
}

/** As JSON, without comments. */
export function renderTopologyJson(report: Report): string {
  return `${JSON.stringify(topologyOf(report), null, 2)}\n`;
}

function hostEntry({ ip, mac, name }: Host): TopologyHost {
  return {
    ...(ip === null ? {} : { ip }),
    ...(mac === UNSEEN_MAC ? {} : { mac }),
    ...(name === undefined ? {} : { name: printable(name) }),
  };
}

function headLines({ tool, captures, topology, findings, verdict }: Report): string[] {
  const files = captures.map(({ file }) => file).join(", ");
  const accused = findings.filter(({ severity }) => severity !== "notice").length;
  return [
    `Written by ${tool.name} ${tool.version} from ${files}.`,
    "Who plays which part, as the frames show it: a guess, to be checked and corrected. Then:",
    "lvs-pcap analyze CAPTURE --topology THIS-FILE (or --expect THIS-FILE, as a test)",
    ...(accused === 0
      ? []
      : [`The capture is ${verdict}: see to it that no host below has a part that it only took.`]),
    ...(topology.vips.length === 0 ? ["No VIP shows in it: add those that there are."] : []),
    ...(topology.gateways.length === 0 ? ["No gateway shows in it: add those that there are."] : []),
  ];
}

function commentVip(
  document: Document,
  path: readonly (string | number)[],
  vip: ReportedVip,
  { findings, captures }: Report,
): void {
  const about = findings.filter(({ ip, vlan }) => ip === vip.ip && vlan === vip.vlan);
  const origin = vip.origin === "given" ? [] : ["inferred:"];
  const place = vip.vlan === null ? [] : [`on VLAN ${vip.vlan}`];
  comment(document, path, [...place, ...origin, ...vip.evidence]);
  for (const part of ["directors", "realServers"] as const) {
    for (const [index, host] of vip[part].entries()) {
      comment(document, [...path, part, index], hostNotes(host, about, captures.length > 1));
    }
  }
}

function hostNotes(host: Host, findings: readonly ReportedFinding[], manyCaptures: boolean): string[] {
  const accusing = findings.filter(
    ({ claimant, severity }) => claimant.mac === host.mac && severity !== "notice",
  );
  return [
    ...(host.mac === UNSEEN_MAC ? ["no frame shows its MAC"] : []),
    ...[vendorName(host)].filter((vendor) => vendor !== null),
    ...accusing.map(({ id, kind, first }) => `accused by ${id}: ${kind} (${frameText(first, manyCaptures)})`),
  ];
}

function comment(document: Document, path: readonly (string | number)[], lines: readonly string[]): void {
  const node = document.getIn(path, true);
  if ((isMap(node) || isSeq(node) || isScalar(node)) && lines.length > 0) {
    node.commentBefore = lines.map(commentLine).join("\n");
  }
}

/** No line of a capture's or an inventory's may end a comment and begin a key. */
function commentLine(text: string): string {
  return ` ${printable(text)}`;
}

/** Some readers of YAML take digits with colons for a number to the base of sixty. */
function quoteMacs(document: Document): void {
  visit(document, {
    Scalar(_key, node: Scalar) {
      if (typeof node.value === "string" && node.value.includes(":")) node.type = "QUOTE_DOUBLE";
    },
  });
}
