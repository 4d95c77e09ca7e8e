import { parseIpv4, parseMac } from "../address.ts";
import type { KnownBinding } from "../known-binding.ts";
import { quote } from "../quoted.ts";
import type { HostLabel } from "../roles.ts";
import { broken, type InventoryContent, type InventoryFormat, labelText } from "./inventory.ts";
import { attributeOf, elementsIn, lineOf, parseXml, textIn, type XmlElement } from "./xml.ts";

/**
 * What `virsh dumpxml` and `virsh net-dumpxml` print, of one domain or network or of several one after another.
 *
 * A domain names its cards. A network has the addresses that it reserves for them, and the bridge's own.
 */
export const LIBVIRT_XML: InventoryFormat = {
  name: "libvirt domain or network XML",
  recognises: (text) => /^\s*</.test(text) && /<(domain|network|domstatus|networkstatus)[\s>]/.test(text),
  read: ({ file, text }) => read(file, text),
};

function read(file: string, text: string): InventoryContent {
  const root = parseXml(file, text);
  const domains = [...elementsIn(root, "domain"), ...elementsIn(root, "domstatus", "domain")];
  const networks = [...elementsIn(root, "network"), ...elementsIn(root, "networkstatus", "network")];
  const found: Found = { file, text, known: [], labels: [] };
  for (const domain of domains) readDomain(found, domain);
  for (const network of networks) readNetwork(found, network);
  return found;
}

interface Found {
  readonly file: string;
  readonly text: string;
  readonly known: KnownBinding[];
  readonly labels: HostLabel[];
}

function readDomain({ file, text, known, labels }: Found, domain: XmlElement): void {
  const name = labelText(textIn(domain, "name"));
  for (const card of elementsIn(domain, "devices", "interface")) {
    const [address] = elementsIn(card, "mac").map((mac) => attributeOf(mac, "address"));
    if (address === undefined) continue;
    const mac =
      parseMac(address) ??
      broken(file, lineOf(text, address), `domain ${name}: ${quote(address)}: expected a MAC`);
    if (name !== null) labels.push({ ip: null, mac, name, vendor: null });
    for (const guest of elementsIn(card, "ip")) {
      const ip = parseIpv4(attributeOf(guest, "address") ?? "");
      if (ip !== null) known.push(knownBy(`${file}, domain ${name}`, ip, mac));
    }
  }
}

function readNetwork({ file, text, known, labels }: Found, network: XmlElement): void {
  const name = labelText(textIn(network, "name"));
  const source = `${file}, network ${name}`;
  const [bridge] = elementsIn(network, "mac").map((mac) => parseMac(attributeOf(mac, "address") ?? ""));
  for (const subnet of elementsIn(network, "ip")) {
    const own = parseIpv4(attributeOf(subnet, "address") ?? "");
    if (own !== null && bridge != null) known.push(knownBy(source, own, bridge));
    for (const host of elementsIn(subnet, "dhcp", "host")) {
      const address = attributeOf(host, "ip") ?? "";
      const hardware = attributeOf(host, "mac");
      // A reservation by client identifier (DHCPv6), or for a name alone, has no MAC.
      if (hardware === undefined || address.includes(":")) continue;
      const label = labelText(attributeOf(host, "name"));
      const mac =
        parseMac(hardware) ??
        broken(file, lineOf(text, hardware), `network ${name}: host ${quote(hardware)}: expected a MAC`);
      if (address === "") {
        if (label !== null) labels.push({ ip: null, mac, name: label, vendor: null });
        continue;
      }
      const ip =
        parseIpv4(address) ??
        broken(
          file,
          lineOf(text, address, hardware),
          `network ${name}: host ${quote(address)}: expected an IPv4 address`,
        );
      known.push(knownBy(source, ip, mac));
      if (label !== null) labels.push({ ip, mac, name: label, vendor: null });
    }
  }
}

function knownBy(source: string, ip: number, mac: KnownBinding["mac"]): KnownBinding {
  return { ip, mac, segment: null, from: "inventory", source, holder: null, seenSeconds: null };
}
