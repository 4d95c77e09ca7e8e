import { parseIpv4 } from "../address.ts";
import { quote } from "../quoted.ts";
import { type Forwarding, type GivenRealServer, type GivenRoles, NO_ROLES } from "../roles.ts";
import { broken, type InventoryContent, type InventoryFormat, linesOf } from "./inventory.ts";

const RULE = /^-[Aa]\s+(-t|-u|-f|--tcp-service|--udp-service|--sctp-service|--fwmark-service)\s+(\S+)(.*)$/;
const TITLE = /^(IP Virtual Server version |Prot LocalAddress:Port)/m;
const SERVICE = /^(TCP|UDP|SCTP|FWM)\s+(\S+)/;
const DESTINATION = /^\s+->\s+(\S+)\s+(\S+)/;

/** The rules that restore a table: what `ipvsadm -Sn` prints. */
export const IPVSADM_RULES: InventoryFormat = {
  name: "ipvsadm -Sn",
  recognises: (text) => /^-A[ \t]+(-t|-u|-f|--\w+-service)\s/m.test(text),
  read: ({ file, text }) => readRules(file, text),
};

/** The table for people: what `ipvsadm -Ln` prints. */
export const IPVSADM_LIST: InventoryFormat = {
  name: "ipvsadm -Ln",
  recognises: (text) => TITLE.test(text),
  read: ({ file, text }) => readList(file, text),
};

/** By address: a real server is listed once for each port. */
type RealServers = Map<number | null, GivenRealServer>;

/** The services of one table: those of a firewall mark have no address of their own, and their real servers serve all. */
class Services {
  private readonly byVip = new Map<number, RealServers>();
  private readonly marked: RealServers = new Map();
  private current: RealServers | null = null;

  begin(vip: number | "mark"): void {
    if (vip === "mark") {
      this.current = this.marked;
      return;
    }
    this.current = this.byVip.get(vip) ?? new Map();
    this.byVip.set(vip, this.current);
  }

  /** An address that is no IPv4 one: what follows belongs to it. */
  skip(): void {
    this.current = null;
  }

  add(realServer: GivenRealServer): void {
    if (this.current?.has(realServer.ip) === false) this.current.set(realServer.ip, realServer);
  }

  get roles(): GivenRoles {
    const vips = [...this.byVip].map(([ip, realServers]) => ({
      ip,
      directors: [],
      realServers: [...realServers.values()],
    }));
    return { ...NO_ROLES, vips, realServers: [...this.marked.values()] };
  }
}

function readRules(file: string, text: string): InventoryContent {
  const services = new Services();
  for (const [line, number] of linesOf(text)) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const rule = RULE.exec(line);
    if (rule === null) broken(file, number, `${quote(line)} is no rule of ipvsadm -Sn; expected -A or -a`);
    const [, option = "", service = "", rest = ""] = rule;
    beginService(services, file, number, option === "-f" || option === "--fwmark-service" ? "mark" : service);
    if (line.startsWith("-A")) continue;
    const server = /\s-r\s+(\S+)|\s--real-server\s+(\S+)/.exec(rest);
    const address = server?.[1] ?? server?.[2];
    if (address === undefined)
      broken(file, number, "a real server without its address; expected -r ADDRESS:PORT");
    addServer(services, file, number, address, forwardingOfOption(rest));
  }
  return { roles: services.roles };
}

/** `-g` direct routing, `-i` with any `--tun-type` tunnelling, `-m` masquerading: then the real server has no VIP. */
function forwardingOfOption(rest: string): Forwarding | null {
  if (/\s(-g|--gatewaying)(\s|$)/.test(rest)) return "direct-routing";
  return /\s(-i|--ipip)(\s|$)/.test(rest) ? "tunnelling" : null;
}

const FORWARDING_NAMES: ReadonlyMap<string, Forwarding> = new Map([
  ["Route", "direct-routing"],
  ["Tunnel", "tunnelling"],
]);

function readList(file: string, text: string): InventoryContent {
  const services = new Services();
  for (const [line, number] of linesOf(text)) {
    if (line.trim() === "" || TITLE.test(line) || /^\s+-> RemoteAddress:Port/.test(line)) continue;
    const service = SERVICE.exec(line);
    if (service !== null) {
      const [, protocol = "", address = ""] = service;
      beginService(services, file, number, protocol === "FWM" ? "mark" : address);
      continue;
    }
    const destination = DESTINATION.exec(line);
    if (destination === null)
      broken(file, number, `${quote(line)} is no line of ipvsadm -Ln; expected a service or "->"`);
    const [, address = "", forward = ""] = destination;
    // A real server that is the director itself.
    if (forward !== "Local")
      addServer(services, file, number, address, FORWARDING_NAMES.get(forward) ?? null);
  }
  return { roles: services.roles };
}

function beginService(services: Services, file: string, line: number, service: string): void {
  if (service === "mark") {
    services.begin("mark");
    return;
  }
  const ip = addressIn(service, file, line);
  if (ip === null) services.skip();
  else services.begin(ip);
}

function addServer(
  services: Services,
  file: string,
  line: number,
  address: string,
  forwarding: Forwarding | null,
): void {
  const ip = addressIn(address, file, line);
  if (ip !== null && ip >>> 24 !== 127) services.add({ ip, mac: null, forwarding });
}

/** Null for IPv6, which is not looked at. Ports may be names, hosts may not: whom they meant there nobody knows here. */
function addressIn(text: string, file: string, line: number): number | null {
  if (text.startsWith("[")) return null;
  const ip = parseIpv4(text.replace(/:[^:]*$/, ""));
  return (
    ip ??
    broken(
      file,
      line,
      `${quote(text)} is no IPv4 address; host names cannot be resolved here: run ipvsadm with -n (-Sn or -Ln)`,
    )
  );
}
