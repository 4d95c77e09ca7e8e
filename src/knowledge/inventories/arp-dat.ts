import { type Mac, parseIpv4, parseMac } from "../address.ts";
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

/** MAC, address, when it was last seen, name, and in some builds the interface; parted by tabs. */
const ENTRY = /^((?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2})\t(\S+)(?:\t(\d+)(?:\t([^\t]*))?(?:\t.*)?)?$/i;

/** arpwatch's database: each pair that it ever saw, with the time when it saw it last. */
export const ARP_DAT: InventoryFormat = {
  name: "arpwatch's arp.dat",
  recognises: (text) => /^(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}\t\d/im.test(text),
  read: ({ file, text }) => read(file, text),
};

function read(file: string, text: string): InventoryContent {
  const known: KnownBinding[] = [];
  const labels: HostLabel[] = [];
  for (const [line, number] of linesOf(text)) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, hardware = "", address = "", seen, name] =
      ENTRY.exec(line) ?? broken(file, number, `${quote(line)}; expected a MAC, an address and a time`);
    const ip = parseIpv4(address);
    const mac = parsePaddedMac(hardware);
    if (ip === null || mac === null) broken(file, number, `${quote(address)} is no IPv4 address`);
    known.push({
      ip,
      mac,
      segment: null,
      from: "inventory",
      source: sourceText(file, number),
      holder: null,
      seenSeconds: seen === undefined ? null : Number(seen),
    });
    const label = labelText(name);
    if (label !== null) labels.push({ ip, mac, name: label, vendor: null });
  }
  return { known, labels };
}

/** arpwatch's own e2str writes `0:c:29`, Debian's build `00:0c:29`. */
function parsePaddedMac(text: string): Mac | null {
  return parseMac(
    text
      .split(":")
      .map((octet) => octet.padStart(2, "0"))
      .join(":"),
  );
}
