import { LvsPcapError } from "../../errors.ts";
import { readBoundedText, type TextFile } from "../../files/bounded-text.ts";
import { MOST_INVENTORY_HOSTS } from "../../limits.ts";
import { ARP_DAT } from "./arp-dat.ts";
import { type Inventory, type InventoryFormat, inventoryOf } from "./inventory.ts";
import { IP_NEIGH, IP_NEIGH_JSON } from "./ip-neigh.ts";
import { IPVSADM_LIST, IPVSADM_RULES } from "./ipvsadm.ts";
import { KEEPALIVED_CONF } from "./keepalived.ts";
import { KUBERNETES_JSON } from "./kubernetes.ts";
import { DNSMASQ_LEASES, ISC_LEASES } from "./leases.ts";
import { SNORT_HOSTS } from "./snort.ts";

/** More than a scan of 65,536 hosts makes. */
const INVENTORY: TextFile = { kind: "an inventory", mostMebibytes: 64, code: "bad-inventory" };

/** In the order in which they are tried: what is told by its first character comes first. */
const FORMATS: readonly InventoryFormat[] = [
  IP_NEIGH_JSON,
  KUBERNETES_JSON,
  IPVSADM_RULES,
  IPVSADM_LIST,
  SNORT_HOSTS,
  ISC_LEASES,
  DNSMASQ_LEASES,
  ARP_DAT,
  IP_NEIGH,
  KEEPALIVED_CONF,
];

/**
 * Reads an inventory of any kind, recognised by its content.
 *
 * @throws LvsPcapError `unreadable-file`, or `bad-inventory` naming the file, the line and what was expected
 */
export async function readInventory(file: string): Promise<Inventory> {
  const text = await readBoundedText(file, INVENTORY);
  const xml = /^\s*</.test(text) ? await xmlFormats() : [];
  const formats = [...xml, ...FORMATS];
  const format = formats.find(({ recognises }) => recognises(text));
  if (format === undefined && /^apiVersion:/m.test(text) && /^kind:/m.test(text)) {
    throw new LvsPcapError("bad-inventory", `${file}:1: YAML; expected JSON: run kubectl get with -o json`);
  }
  if (format === undefined) {
    const names = [...FORMATS.map(({ name }) => name), "nmap -oX", "libvirt domain or network XML"];
    throw new LvsPcapError(
      "bad-inventory",
      `${file}: not recognised as an inventory; expected one of ${names.join(", ")}`,
    );
  }
  const inventory = inventoryOf(file, format.name, await format.read({ file, text }));
  const { vips, realServers } = inventory.roles;
  const hosts = vips.reduce((sum, vip) => sum + 1 + vip.realServers.length, realServers.length);
  if (hosts > MOST_INVENTORY_HOSTS) {
    throw new LvsPcapError(
      "bad-inventory",
      `${file}: ${hosts} VIPs and real servers; no more than ${MOST_INVENTORY_HOSTS} are taken from one file`,
    );
  }
  return inventory;
}

/** Loaded only where it is wanted, as the XML parser is. */
async function xmlFormats(): Promise<InventoryFormat[]> {
  const [{ NMAP_XML }, { LIBVIRT_XML }] = await Promise.all([import("./nmap.ts"), import("./libvirt.ts")]);
  return [NMAP_XML, LIBVIRT_XML];
}
