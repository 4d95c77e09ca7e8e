import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { LvsPcapError } from "../errors.ts";
import { readBoundedText, type TextFile } from "../files/bounded-text.ts";
import { MOST_TOPOLOGY_HOSTS } from "../limits.ts";
import { parseIpv4, parseMac } from "./address.ts";
import { oneLine, quote } from "./quoted.ts";
import type { Forwarding, GivenRealServer, GivenRoles, GivenVip, HostLabel, HostName } from "./roles.ts";

/** A topology names hosts, not data: a larger file is not one. */
const TOPOLOGY: TextFile = { kind: "a topology file", mostMebibytes: 4, code: "bad-topology" };

/**
 * Reads who is who from a YAML or JSON file (JSON is YAML).
 *
 * ```yaml
 * gateways: [192.168.1.1]
 * vips:
 *   - ip: 192.168.1.2
 *     directors: [192.168.1.10]
 *     realServers: [192.168.1.11, { mac: "02:00:00:00:00:12", forwarding: tunnelling }]
 * ```
 *
 * A host is an address, a MAC, or `{ ip, mac, name }`; a VIP may be its address alone. `directors` and `realServers` beside
 * `vips` count for all of them. The `topology` of a report is such a file, too.
 *
 * @throws LvsPcapError `unreadable-file`, or `bad-topology` naming the file, line, key and what was expected
 */
export async function readTopologyFile(path: string): Promise<GivenRoles> {
  return parseTopology(path, await readBoundedText(path, TOPOLOGY));
}

/** @throws LvsPcapError `bad-topology` */
function parseTopology(file: string, text: string): GivenRoles {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line } = lines.linePos(broken.pos[0]);
    throw new LvsPcapError("bad-topology", `${file}:${line}: not YAML: ${broken.message.split("\n", 1)[0]}`);
  }
  const roles = new TopologyReader(file, lines).roles(document.contents);
  const hosts = hostsIn(roles);
  if (hosts > MOST_TOPOLOGY_HOSTS)
    throw new LvsPcapError(
      "bad-topology",
      `${file}: ${hosts} VIPs and hosts; no more than ${MOST_TOPOLOGY_HOSTS} are taken from a topology file`,
    );
  return roles;
}

function hostsIn({ vips, directors, realServers, gateways }: GivenRoles): number {
  const beside = directors.length + realServers.length + gateways.length;
  return vips.reduce((sum, vip) => sum + 1 + vip.directors.length + vip.realServers.length, beside);
}

class TopologyReader {
  private readonly file: string;
  private readonly lines: LineCounter;
  private readonly labels: HostLabel[] = [];

  constructor(file: string, lines: LineCounter) {
    this.file = file;
    this.lines = lines;
  }

  roles(root: Node | null): GivenRoles {
    const fields = this.fields(root, "the topology", ["vips", "directors", "realServers", "gateways"]);
    return {
      vips: this.list(fields.get("vips"), "vips", (node, key) => this.vip(node, key)),
      directors: this.list(fields.get("directors"), "directors", (node, key) => this.host(node, key)),
      realServers: this.list(fields.get("realServers"), "realServers", (node, key) =>
        this.realServer(node, key),
      ),
      gateways: this.list(fields.get("gateways"), "gateways", (node, key) => this.host(node, key)),
      labels: this.labels,
    };
  }

  private vip(node: Node | null, key: string): GivenVip {
    if (isScalar(node)) return { ip: this.ip(node, key), directors: [], realServers: [] };
    const fields = this.fields(node, key, VIP_KEYS);
    const ip = fields.get("ip");
    if (ip === undefined) this.fail(node, `${key}.ip`, "is missing; expected the VIP's IPv4 address");
    return {
      ip: this.ip(ip, `${key}.ip`),
      directors: this.list(fields.get("directors"), `${key}.directors`, (host, at) => this.host(host, at)),
      realServers: this.list(fields.get("realServers"), `${key}.realServers`, (host, at) =>
        this.realServer(host, at),
      ),
    };
  }

  private realServer(node: Node | null, key: string): GivenRealServer {
    const host = this.host(node, key);
    if (!isMap(node)) return { ...host, forwarding: null };
    const value = this.fields(node, key, HOST_KEYS).get("forwarding");
    return { ...host, forwarding: value === undefined ? null : this.forwarding(value, `${key}.forwarding`) };
  }

  private forwarding(node: Node | null, key: string): Forwarding | null {
    const value = isScalar(node) ? node.value : undefined;
    if (value === null || value === "direct-routing" || value === "tunnelling") return value;
    return this.fail(node, key, `is ${quote(value)}; expected direct-routing or tunnelling`);
  }

  private host(node: Node | null, key: string): HostName {
    if (isScalar(node)) {
      const text = String(node.value);
      const ip = parseIpv4(text);
      const mac = ip === null ? parseMac(text) : null;
      if (ip === null && mac === null)
        this.fail(node, key, `is ${quote(node.value)}; expected an IPv4 address or a MAC`);
      return { ip, mac };
    }
    const fields = this.fields(node, key, HOST_KEYS);
    const ip = this.unlessNull(fields.get("ip"), (value) => this.ip(value, `${key}.ip`));
    const mac = this.unlessNull(fields.get("mac"), (value) => {
      const parsed = isScalar(value) ? parseMac(String(value.value)) : null;
      return (
        parsed ??
        this.fail(value, `${key}.mac`, `is ${quote(isScalar(value) ? value.value : value)}; expected a MAC`)
      );
    });
    if (ip === null && mac === null) this.fail(node, key, "has neither ip nor mac; expected one of them");
    const name = fields.get("name");
    if (isScalar(name) && typeof name.value === "string")
      this.labels.push({ ip, mac, name: oneLine(name.value), vendor: null });
    return { ip, mac };
  }

  private unlessNull<Value>(node: Node | null | undefined, read: (node: Node) => Value): Value | null {
    if (node === undefined || node === null || (isScalar(node) && node.value === null)) return null;
    return read(node);
  }

  private ip(node: Node | null | undefined, key: string): number {
    const value = isScalar(node) ? node.value : undefined;
    const ip = typeof value === "string" ? parseIpv4(value) : null;
    return ip ?? this.fail(node, key, `is ${quote(value)}; expected an IPv4 address`);
  }

  private list<Item>(
    node: Node | null | undefined,
    key: string,
    read: (item: Node | null, key: string) => Item,
  ): Item[] {
    if (node === undefined || node === null || (isScalar(node) && node.value === null)) return [];
    if (!isSeq<Node | null>(node)) return this.fail(node, key, "is no list; expected a list");
    return node.items.map((item, index) => read(item, `${key}[${index}]`));
  }

  private fields(node: Node | null, key: string, allowed: readonly string[]): Map<string, Node | null> {
    if (!isMap<Node, Node | null>(node)) {
      return this.fail(node, key, `is no mapping; expected the keys ${allowed.join(", ")}`);
    }
    const fields = new Map<string, Node | null>();
    for (const { key: name, value } of node.items) {
      const text = isScalar(name) ? String(name.value) : "";
      if (!allowed.includes(text)) {
        this.fail(
          name,
          `${key === "the topology" ? "" : `${key}.`}${oneLine(text)}`,
          `is unknown; expected one of ${allowed.join(", ")}`,
        );
      }
      fields.set(text, value);
    }
    return fields;
  }

  private fail(node: Node | null | undefined, key: string, what: string): never {
    const start = node?.range?.[0];
    const line = start === undefined ? "" : `:${this.lines.linePos(start).line}`;
    throw new LvsPcapError("bad-topology", `${this.file}${line}: ${key} ${what}`);
  }
}

/** With those that a report's topology has besides. */
const VIP_KEYS = [
  "ip",
  "directors",
  "realServers",
  "vlan",
  "origin",
  "evidence",
  "undecided",
  "holders",
  "leadershipChanges",
];
const HOST_KEYS = ["ip", "mac", "forwarding", "name", "vendor", "role", "origin", "evidence"];
