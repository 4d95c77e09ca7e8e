import { parseIpv4, parseMac } from "../address.ts";
import type { KnownBinding } from "../known-binding.ts";
import { quote } from "../quoted.ts";
import { broken, type InventoryFormat, linesOf, sourceText } from "./inventory.ts";

const DETECT_HOST = /^\s*preprocessor\s+arpspoof_detect_host\s*:\s*(.*)$/;
const TABLE = /\barp_spoof\s*=\s*\{/;

/** The hosts of Snort's ARP spoofing detection: lines of snort.conf, or the table of Snort 3's snort.lua. */
export const SNORT_HOSTS: InventoryFormat = {
  name: "Snort's arp_spoof hosts",
  recognises: (text) => /^[ \t]*preprocessor[ \t]+arpspoof/m.test(text) || TABLE.test(text),
  read: ({ file, text }) => ({ known: [...readLines(file, text), ...readTable(file, text)] }),
};

function readLines(file: string, text: string): KnownBinding[] {
  const known: KnownBinding[] = [];
  for (const [line, number] of linesOf(text)) {
    const value = DETECT_HOST.exec(line)?.[1];
    if (value === undefined) continue;
    const [address = "", hardware = ""] = value.replace(/#.*$/, "").trim().split(/\s+/);
    known.push(bindingOf(file, number, address, hardware));
  }
  return known;
}

/** `arp_spoof = { hosts = { { ip = '...', mac = '...' }, ... } }` */
function readTable(file: string, text: string): KnownBinding[] {
  const code = withoutComments(text);
  const begin = TABLE.exec(code);
  if (begin === null) return [];
  const end = endOfTable(code, begin.index + begin[0].length);
  if (end === null) broken(file, lineAt(code, begin.index), "arp_spoof is never closed; expected a }");
  const known: KnownBinding[] = [];
  let line = lineAt(code, begin.index);
  let counted = begin.index;
  for (const entry of code.slice(begin.index, end).matchAll(/\{([^{}]*)\}/g)) {
    const offset = begin.index + entry.index;
    for (; counted < offset; counted++) if (code[counted] === "\n") line++;
    const address = /\bip\s*=\s*["']([^"']*)["']/.exec(entry[1] ?? "")?.[1];
    const hardware = /\bmac\s*=\s*["']([^"']*)["']/.exec(entry[1] ?? "")?.[1];
    if (address === undefined && hardware === undefined) continue;
    known.push(bindingOf(file, line, address ?? "", hardware ?? ""));
  }
  return known;
}

function bindingOf(file: string, line: number, address: string, hardware: string): KnownBinding {
  const ip = parseIpv4(address) ?? broken(file, line, `host ${quote(address)}: expected an IPv4 address`);
  const mac = parseMac(hardware) ?? broken(file, line, `host ${quote(hardware)}: expected a MAC`);
  const source = sourceText(file, line);
  return { ip, mac, segment: null, from: "inventory", source, holder: null, seenSeconds: null };
}

/** Lua's, by blanks: `--` to the end of the line, `--[[` to `]]`. */
function withoutComments(text: string): string {
  let code = "";
  let at = 0;
  for (let begin = text.indexOf("--"); begin >= 0; begin = text.indexOf("--", at)) {
    const isLong = text.startsWith("--[[", begin);
    const close = isLong ? text.indexOf("]]", begin) : text.indexOf("\n", begin);
    const end = close < 0 ? text.length : isLong ? close + 2 : close;
    code += text.slice(at, begin) + text.slice(begin, end).replace(/[^\n]/g, " ");
    at = end;
  }
  return code + text.slice(at);
}

/** @returns the offset after the table's closing brace, null where there is none */
function endOfTable(code: string, from: number): number | null {
  let depth = 1;
  for (let at = from; at < code.length; at++) {
    if (code[at] === "{") depth++;
    else if (code[at] === "}" && --depth === 0) return at + 1;
  }
  return null;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
