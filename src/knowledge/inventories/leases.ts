import { parseIpv4, parseMac } from "../address.ts";
import type { KnownBinding } from "../known-binding.ts";
import { quote } from "../quoted.ts";
import type { HostLabel } from "../roles.ts";
import {
  broken,
  type InventoryContent,
  type InventoryFormat,
  labelText,
  linesOf,
  sourceText,
} from "./inventory.ts";

/** Expiry, hardware address, address, name, client identifier. A card that is no Ethernet one has its type in front. */
const DNSMASQ_LEASE = /^(\d+) ((?:[0-9a-f]{2}-)?(?:[0-9a-f]{2}:)+[0-9a-f]{2}) (\S+) (\S+) (\S+)\s*$/i;

/** dnsmasq's lease file. */
export const DNSMASQ_LEASES: InventoryFormat = {
  name: "dnsmasq's leases",
  recognises: (text) => /^\d+ (?:[0-9a-f]{2}:){5}[0-9a-f]{2} \d+\.\d+\.\d+\.\d+ \S+ \S+/im.test(text),
  read: ({ file, text }) => readDnsmasq(file, text),
};

/** dhcpd.leases of ISC's DHCP server. */
export const ISC_LEASES: InventoryFormat = {
  name: "ISC dhcpd's leases",
  recognises: (text) => /^[ \t]*lease[ \t]+\S+[ \t]*\{/m.test(text) || /^authoring-byte-order\s/m.test(text),
  read: ({ file, text }) => readIsc(file, text),
};

function readDnsmasq(file: string, text: string): InventoryContent {
  const found = new Leases(file);
  for (const [line, number] of linesOf(text)) {
    // From here on it is DHCPv6.
    if (line.startsWith("duid ")) break;
    if (line.trim() === "") continue;
    const [, expiry = "", hardware = "", address = "", name] =
      DNSMASQ_LEASE.exec(line) ?? broken(file, number, `${quote(line)} is no lease of dnsmasq`);
    const ip = parseIpv4(address) ?? broken(file, number, `${quote(address)} is no IPv4 address`);
    const expires = Number(expiry);
    found.add(number, { ip, hardware, name, expires: expires === 0 ? null : expires });
  }
  return found.content;
}

interface Lease {
  readonly ip: number;
  readonly hardware: string;
  readonly name: string | undefined;
  /** Null where it never does. */
  readonly expires: number | null;
}

class Leases {
  private readonly file: string;
  private readonly known = new Map<number, KnownBinding>();
  private readonly labels = new Map<number, HostLabel>();

  constructor(file: string) {
    this.file = file;
  }

  /** Of several leases of one address the last one of the file counts. */
  add(line: number, { ip, hardware, name, expires }: Lease): void {
    this.known.delete(ip);
    this.labels.delete(ip);
    const mac = parseMac(hardware);
    if (mac === null) return;
    this.known.set(ip, {
      ip,
      mac,
      segment: null,
      from: "inventory",
      source: sourceText(this.file, line),
      holder: null,
      seenSeconds: null,
      ...(expires === null ? {} : { expiresSeconds: expires }),
    });
    const label = labelText(name);
    if (label !== null) this.labels.set(ip, { ip, mac, name: label, vendor: null });
  }

  release(ip: number): void {
    this.known.delete(ip);
    this.labels.delete(ip);
  }

  get content(): InventoryContent {
    return { known: [...this.known.values()], labels: [...this.labels.values()] };
  }
}

function readIsc(file: string, text: string): InventoryContent {
  const found = new Leases(file);
  let lease: { line: number; ip: number; statements: Map<string, string> } | null = null;
  let depth = 0;
  for (const [raw, number] of linesOf(text)) {
    const line = raw.replace(/^\s*#.*$/, "").trim();
    const begin = depth === 0 ? /^lease\s+(\S+)\s*\{$/.exec(line) : null;
    if (begin !== null) {
      const ip =
        parseIpv4(begin[1] ?? "") ??
        broken(file, number, `lease ${quote(begin[1])}: expected an IPv4 address`);
      lease = { line: number, ip, statements: new Map() };
      depth = 1;
      continue;
    }
    // `} else {`, in what a lease has to do when it ends.
    if (/^\}.*\{$/.test(line)) continue;
    if (line.endsWith("{")) depth++;
    else if (line === "}") {
      if (depth === 0) broken(file, number, "a } that closes nothing");
      depth--;
      if (depth === 0 && lease !== null) {
        addIscLease(found, lease);
        lease = null;
      }
    } else if (lease !== null && depth === 1) {
      const statement = /^(hardware ethernet|binding state|ends|client-hostname)\s+(.*?);?$/.exec(line);
      if (statement?.[1] !== undefined) lease.statements.set(statement[1], statement[2] ?? "");
    }
  }
  if (lease !== null) broken(file, lease.line, "a lease that is never closed; the file is cut off");
  return found.content;
}

function addIscLease(
  found: Leases,
  { line, ip, statements }: { line: number; ip: number; statements: Map<string, string> },
): void {
  const hardware = statements.get("hardware ethernet");
  const state = statements.get("binding state") ?? "active";
  if (hardware === undefined || state !== "active") {
    found.release(ip);
    return;
  }
  const name = statements.get("client-hostname")?.replace(/^"|"$/g, "");
  found.add(line, { ip, hardware, name, expires: iscTime(statements.get("ends")) });
}

/** `1 2026/11/23 08:08:51`, in UTC, or `epoch 1795421331`, or `never`. */
function iscTime(text: string | undefined): number | null {
  const epoch = /^epoch (\d+)/.exec(text ?? "")?.[1];
  if (epoch !== undefined) return Number(epoch);
  const [, date, time] = /^\d (\d+\/\d+\/\d+) ([\d:]+)/.exec(text ?? "") ?? [];
  if (date === undefined || time === undefined) return null;
  const milliseconds = Date.parse(`${date.replaceAll("/", "-")}T${time}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}
