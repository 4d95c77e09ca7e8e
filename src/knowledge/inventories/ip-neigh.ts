import { parseIpv4, parseMac } from "../address.ts";
import type { KnownBinding } from "../known-binding.ts";
import { quote } from "../quoted.ts";
import { broken, type InventoryContent, type InventoryFormat, linesOf, sourceText } from "./inventory.ts";
import { isRecord, parseJson, textAt, textsIn, valueAt } from "./json-values.ts";

/** A neighbour entry in one of these states has no MAC to speak of (include/net/neighbour.h). */
const INVALID_STATES: ReadonlySet<string> = new Set(["INCOMPLETE", "FAILED", "NONE"]);

const ENTRY = /^(\S+) dev (\S+) (.*)$/;

/** What `ip -j neigh` prints. */
export const IP_NEIGH_JSON: InventoryFormat = {
  name: "ip -j neigh",
  recognises: (text) =>
    /^\s*\[/.test(text) && (/"lladdr"|"dst"/.test(text) || /^\s*\[\s*(\{\s*\}\s*)?\]\s*$/.test(text)),
  read: ({ file, text }) => readJson(file, text),
};

/** What `ip neigh` prints. */
export const IP_NEIGH: InventoryFormat = {
  name: "ip neigh",
  recognises: (text) => /^\S+ dev \S+ .*(lladdr \S+|FAILED|INCOMPLETE|NOARP)/m.test(text),
  read: ({ file, text }) => readText(file, text),
};

function readJson(file: string, text: string): InventoryContent {
  const entries = parseJson(file, text);
  if (!Array.isArray(entries)) broken(file, 1, "is no list; expected what ip -j neigh prints");
  const known: KnownBinding[] = [];
  for (const [index, entry] of entries.entries()) {
    if (!isRecord(entry))
      broken(file, 1, `entry ${index + 1} is ${quote(entry)}; expected a neighbour's entry`);
    const states = textsIn(valueAt(entry, "state"));
    const lladdr = textAt(entry, "lladdr");
    if (lladdr === undefined || states.some((state) => INVALID_STATES.has(state))) continue;
    const source = `${file}, entry ${index + 1}`;
    const binding = bindingOf(textAt(entry, "dst") ?? "", lladdr, source);
    if (binding !== null) known.push(binding);
  }
  return { known };
}

function readText(file: string, text: string): InventoryContent {
  const known: KnownBinding[] = [];
  for (const [line, number] of linesOf(text)) {
    if (line.trim() === "") continue;
    const [, address = "", , rest = ""] =
      ENTRY.exec(line) ?? broken(file, number, `${quote(line)} is no line of ip neigh`);
    const lladdr = /(?:^|\s)lladdr (\S+)/.exec(rest)?.[1];
    if (lladdr === undefined || rest.split(/\s+/).some((word) => INVALID_STATES.has(word))) continue;
    const binding = bindingOf(address, lladdr, sourceText(file, number));
    if (binding !== null) known.push(binding);
  }
  return { known };
}

/** Null for IPv6, and for a tunnel's neighbour, whose link address is no MAC. */
function bindingOf(address: string, lladdr: string, source: string): KnownBinding | null {
  const ip = parseIpv4(address);
  const mac = parseMac(lladdr);
  if (ip === null || mac === null) return null;
  return { ip, mac, segment: null, from: "inventory", source, holder: null, seenSeconds: null };
}
