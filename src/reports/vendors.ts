import { createRequire } from "node:module";
import type { Report } from "./report.ts";

/** MACs that a protocol or a hypervisor makes up: the registry of vendors has none of them, or not what they mean. */
const VIRTUAL: readonly (readonly [prefix: string, name: string])[] = [
  ["00005e0001", "VRRP or CARP virtual router"],
  ["00005e0002", "VRRP virtual router (IPv6)"],
  ["00000c07ac", "HSRP virtual router"],
  ["00000c9ff", "HSRP virtual router"],
  ["0007b400", "GLBP virtual forwarder"],
  ["02bf", "Microsoft NLB cluster"],
  ["0242", "Docker"],
  ["0a58", "Kubernetes CNI"],
  ["eeeeeeeeeeee", "Calico"],
  ["525400", "KVM/QEMU virtual machine"],
  ["fa163e", "OpenStack virtual machine"],
  ["00163e", "Xen virtual machine"],
  ["005056", "VMware virtual machine"],
  ["000c29", "VMware virtual machine"],
  ["080027", "VirtualBox virtual machine"],
  ["00155d", "Hyper-V virtual machine"],
];

/** The IEEE registers blocks of 24, 28 and 36 bits: the longest one counts. */
const BLOCK_DIGITS = [9, 7, 6];

const NO_MAC = "000000000000";

/** By the digits of a block the organisation's name and address, a line each. */
type Registry = (block: string) => string | undefined;

/** Who made a network card, or what made its MAC up; null where nothing tells. */
export function vendorOf(mac: string, registry: Registry): string | null {
  const digits = mac.replaceAll(":", "").toLowerCase();
  if (digits === NO_MAC) return null;
  const virtual = VIRTUAL.find(([prefix]) => digits.startsWith(prefix));
  if (virtual !== undefined) return virtual[1];
  // The second bit of the first byte (IEEE 802, section 8.2): no vendor's, but set by software.
  if ((Number.parseInt(digits.slice(0, 2), 16) & 2) !== 0) return "locally administered";
  for (const length of BLOCK_DIGITS) {
    const entry = registry(digits.slice(0, length).toUpperCase());
    if (entry === undefined) continue;
    const [name = ""] = entry.split("\n", 1);
    // Parted among many, of whom the one in question is not listed.
    return name === "" || name === "IEEE Registration Authority" ? null : name;
  }
  return null;
}

/** Names the vendor of every host of the report that an inventory has not named one for. */
export function addVendors(report: Report): void {
  const registry = loadRegistry();
  const known = new Map<string, string | null>();
  visit(report, (host) => {
    let vendor = known.get(host.mac);
    if (vendor === undefined) {
      vendor = vendorOf(host.mac, registry);
      known.set(host.mac, vendor);
    }
    if (vendor !== null) host.vendor ??= vendor;
  });
}

/** Five megabytes of JSON: read only when vendors are shown. */
export function loadRegistry(): Registry {
  const require = createRequire(import.meta.url);
  const registry: unknown = require("oui-data");
  if (typeof registry !== "object" || registry === null) return () => undefined;
  const entries = new Map<string, unknown>(Object.entries(registry));
  return (block) => {
    const entry = entries.get(block);
    return typeof entry === "string" ? entry : undefined;
  };
}

interface Named {
  readonly mac: string;
  vendor?: string;
}

function visit(value: unknown, see: (host: Named) => void): void {
  if (Array.isArray(value)) for (const item of value) visit(item, see);
  else if (typeof value === "object" && value !== null) {
    if (isHost(value)) see(value);
    for (const item of Object.values(value)) visit(item, see);
  }
}

/** Only hosts have a role beside their MAC. */
function isHost(value: object): value is Named {
  return "mac" in value && typeof value.mac === "string" && "role" in value;
}
