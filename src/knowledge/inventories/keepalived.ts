import { parseIpv4 } from "../address.ts";
import { quote } from "../quoted.ts";
import { type Forwarding, type GivenRealServer, type HostName, NO_ROLES } from "../roles.ts";
import { IncludeReader } from "./include-files.ts";
import { broken, type InventoryContent, type InventoryFormat } from "./inventory.ts";
import { KeepalivedText, type Statement } from "./keepalived-text.ts";

/** keepalived.conf(5) of a director, with what it includes. */
export const KEEPALIVED_CONF: InventoryFormat = {
  name: "keepalived.conf",
  recognises: (text) =>
    /^[ \t]*(@\S+[ \t]+)?(virtual_server(_group)?|vrrp_instance|vrrp_sync_group|global_defs)\b[^\n]*(\{|\n[ \t]*\{)/m.test(
      text,
    ) || /^[ \t]*include[a-z]?[ \t]+\S+/m.test(text),
  read: async ({ file, text }) => {
    const parser = new KeepalivedText(new IncludeReader());
    const found = read(await parser.parse(file, text));
    return { ...found, notes: [...parser.notes, ...(found.notes ?? [])] };
  },
};

const FORWARDING: ReadonlyMap<string, Forwarding | null> = new Map([
  ["DR", "direct-routing"],
  ["TUN", "tunnelling"],
  ["NAT", null],
]);

/** A group's range of addresses is at most the last octet's. */
const MOST_OF_RANGE = 256;

function read(statements: readonly Statement[]): InventoryContent {
  const vips = new Map<number, GivenRealServer[]>();
  const marked: GivenRealServer[] = [];
  const realServersOf = (ip: number) => {
    const known = vips.get(ip) ?? [];
    vips.set(ip, known);
    return known;
  };
  const groups = groupsIn(statements);
  for (const statement of statements) {
    if (statement.words[0] !== "virtual_server" || statement.block === null) continue;
    const addresses = addressesOf(statement, groups);
    const realServers = realServersIn(statement.block);
    if (addresses === null) marked.push(...realServers);
    else for (const ip of addresses) addTo(realServersOf(ip), realServers);
  }
  const instances = statements.filter(({ words, block }) => words[0] === "vrrp_instance" && block !== null);
  const directors = new Map<number, HostName[]>();
  for (const { block } of instances) {
    const own = directorsIn(block ?? []);
    for (const ip of virtualAddressesIn(block ?? [])) {
      realServersOf(ip);
      directors.set(ip, [...(directors.get(ip) ?? []), ...own]);
    }
  }
  // A virtual server on an address that no instance moves: whoever runs this file directs it all the same.
  const everywhere = unique([...directors.values()].flat());
  return {
    roles: {
      ...NO_ROLES,
      vips: [...vips].map(([ip, realServers]) => ({
        ip,
        directors: unique(directors.get(ip) ?? everywhere),
        // The director itself may be among its own real servers.
        realServers: realServers.filter(
          (server) => !everywhere.some((director) => director.ip === server.ip),
        ),
      })),
      realServers: marked,
    },
    notes: instances.length > 0 && everywhere.length === 0 ? [noDirectorNote(instances)] : [],
  };
}

function noDirectorNote([first]: readonly Statement[]): string {
  const place = first === undefined ? "keepalived.conf" : `${first.file}:${first.line}`;
  return `${place}: no mcast_src_ip, unicast_src_ip or unicast_peer tells a director's own address; it is inferred, or given by --director`;
}

function groupsIn(statements: readonly Statement[]): Map<string, Statement> {
  return new Map(
    statements.flatMap((statement) => {
      const [keyword, name] = statement.words;
      return keyword === "virtual_server_group" && name !== undefined ? [[name, statement] as const] : [];
    }),
  );
}

/** `virtual_server ADDRESS PORT`, `virtual_server group NAME`; null for `virtual_server fwmark N`. */
function addressesOf(statement: Statement, groups: ReadonlyMap<string, Statement>): number[] | null {
  const [, kind = "", name = ""] = statement.words;
  if (kind === "fwmark") return null;
  if (kind !== "group") return addressRange(statement, kind);
  const group = groups.get(name);
  if (group === undefined)
    broken(
      statement.file,
      statement.line,
      `virtual_server group ${quote(name)}: no virtual_server_group of that name`,
    );
  const addresses = (group.block ?? []).filter(({ words }) => words[0] !== "fwmark");
  if (addresses.length === 0) return null;
  return addresses.flatMap((entry) => addressRange(entry, entry.words[0] ?? ""));
}

/** `192.168.1.2`, or `192.168.1.2-10` in a group; nothing for IPv6. */
function addressRange({ file, line }: Statement, text: string): number[] {
  if (text.includes(":")) return [];
  const [, address = text, last] = /^([\d.]+)-(\d{1,3})$/.exec(text) ?? [];
  const first = parseIpv4(address) ?? broken(file, line, `${quote(text)}: expected an IP address`);
  const count = last === undefined ? 1 : Number(last) - (first & 0xff) + 1;
  if (count < 1 || count > MOST_OF_RANGE || (first & 0xff) + count > 256)
    broken(file, line, `${quote(text)}: expected a range whose end is above its beginning`);
  return Array.from({ length: count }, (_, index) => (first + index) | 0);
}

function realServersIn(block: readonly Statement[]): GivenRealServer[] {
  const method = forwardingIn(block, undefined);
  const realServers: GivenRealServer[] = [];
  for (const statement of block) {
    const [keyword, address = ""] = statement.words;
    if ((keyword !== "real_server" && keyword !== "sorry_server") || address.includes(":")) continue;
    const ip =
      parseIpv4(address) ??
      broken(statement.file, statement.line, `${keyword} ${quote(address)}: expected an IP address`);
    if (ip >>> 24 === 127) continue;
    const forwarding = forwardingIn(statement.block ?? [], method);
    realServers.push({ ip, mac: null, forwarding: forwarding ?? null });
  }
  return realServers;
}

/** `lvs_method`, which older versions call `lb_kind`; NAT unless it says otherwise. */
function forwardingIn(
  block: readonly Statement[],
  inherited: Forwarding | null | undefined,
): Forwarding | null | undefined {
  const statement = block.findLast(({ words }) => words[0] === "lvs_method" || words[0] === "lb_kind");
  if (statement === undefined) return inherited;
  const [keyword = "", method = ""] = statement.words;
  const forwarding = FORWARDING.get(method.toUpperCase());
  if (forwarding === undefined)
    broken(statement.file, statement.line, `${keyword} ${quote(method)}: expected DR, TUN or NAT`);
  return forwarding;
}

/** This machine, by the address that it sends its advertisements from, and its peers. */
function directorsIn(block: readonly Statement[]): HostName[] {
  const hosts: HostName[] = [];
  for (const { words, block: inner, file, line } of block) {
    const [keyword = "", address = ""] = words;
    if (keyword === "mcast_src_ip" || keyword === "unicast_src_ip")
      hosts.push(...hostNamed(file, line, keyword, address));
    if (keyword !== "unicast_peer") continue;
    for (const peer of inner ?? [])
      hosts.push(...hostNamed(peer.file, peer.line, keyword, peer.words[0] ?? ""));
  }
  return hosts;
}

function hostNamed(file: string, line: number, keyword: string, address: string): HostName[] {
  if (address.includes(":")) return [];
  const ip = parseIpv4(address) ?? broken(file, line, `${keyword} ${quote(address)}: expected an IP address`);
  return [{ ip, mac: null }];
}

function virtualAddressesIn(block: readonly Statement[]): number[] {
  return block
    .filter(({ words }) => words[0] === "virtual_ipaddress" || words[0] === "virtual_ipaddress_excluded")
    .flatMap(({ block: lines }) => lines ?? [])
    .flatMap(({ words, file, line }) => {
      // `192.168.1.2/24 brd 192.168.1.255 dev eth0 scope global label eth0:1`
      const address = words[0] ?? "";
      if (address.includes(":")) return [];
      const text = address.replace(/\/.*$/, "");
      return [parseIpv4(text) ?? broken(file, line, `${quote(address)}: expected an IP address`)];
    });
}

function addTo(realServers: GivenRealServer[], more: readonly GivenRealServer[]): void {
  const known = new Set(realServers.map(({ ip }) => ip));
  for (const server of more) {
    if (known.has(server.ip)) continue;
    known.add(server.ip);
    realServers.push(server);
  }
}

function unique(hosts: readonly HostName[]): HostName[] {
  return [...new Map(hosts.map((host) => [host.ip, host])).values()];
}
