import { parseIpv4, parseMac } from "../address.ts";
import type { KnownBinding } from "../known-binding.ts";
import { quote } from "../quoted.ts";
import type { HostLabel } from "../roles.ts";
import { broken, type InventoryContent, type InventoryFormat, labelText } from "./inventory.ts";
import { attributeOf, elementsIn, lineOf, parseXml, type XmlElement } from "./xml.ts";

/** What `nmap -oX` writes; run on the segment it has each host's MAC. */
export const NMAP_XML: InventoryFormat = {
  name: "nmap -oX",
  recognises: (text) => /^\s*</.test(text) && /<nmaprun[\s>]/.test(text),
  read: ({ file, text }) => read(file, text),
};

function read(file: string, text: string): InventoryContent {
  const known: KnownBinding[] = [];
  const labels: HostLabel[] = [];
  for (const run of elementsIn(parseXml(file, text), "nmaprun")) {
    const runSeconds = secondsOf(attributeOf(run, "start"));
    for (const host of elementsIn(run, "host")) {
      if (elementsIn(host, "status").some((status) => attributeOf(status, "state") === "down")) continue;
      const seen =
        secondsOf(attributeOf(host, "endtime")) ?? secondsOf(attributeOf(host, "starttime")) ?? runSeconds;
      readHost({ file, text }, host, seen, known, labels);
    }
  }
  return { known, labels };
}

function readHost(
  { file, text }: { file: string; text: string },
  host: XmlElement,
  seenSeconds: number | null,
  known: KnownBinding[],
  labels: HostLabel[],
): void {
  const addresses = elementsIn(host, "address");
  const ofType = (type: string) => addresses.find((address) => attributeOf(address, "addrtype") === type);
  const ipv4 = ofType("ipv4");
  const hardware = ofType("mac");
  const address = ipv4 && attributeOf(ipv4, "addr");
  const ip = address === undefined ? null : parseIpv4(address);
  if (address !== undefined && ip === null)
    broken(file, lineOf(text, address), `host ${quote(address)}: expected an IPv4 address`);
  const macText = hardware && attributeOf(hardware, "addr");
  const mac = macText === undefined ? null : parseMac(macText);
  if (macText !== undefined && mac === null)
    broken(file, lineOf(text, macText), `host ${quote(macText)}: expected a MAC`);
  const [first] = elementsIn(host, "hostnames", "hostname");
  const name = labelText(first && attributeOf(first, "name"));
  const vendor = labelText(hardware && attributeOf(hardware, "vendor"));
  if (name !== null || vendor !== null) labels.push({ ip, mac, name, vendor });
  if (ip === null || mac === null) return;
  const source = `${file}, host ${address}`;
  known.push({ ip, mac, segment: null, from: "inventory", source, holder: null, seenSeconds });
}

function secondsOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;
}
