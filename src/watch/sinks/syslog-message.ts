import type { Severity } from "../../kinds/severity.ts";
import { isFindingEvent, type WatchEvent } from "../../reports/event.ts";
import type { Host } from "../../reports/report.ts";
import { isSeen } from "../../words/hosts.ts";
import { headline } from "./headline.ts";

/** Who sends; the same in every message. */
export interface SyslogOrigin {
  readonly hostname: string;
  readonly processId: number;
  readonly version: string;
}

/** One message of RFC 5424 in its parts, so that it can be sent in whatever framing. */
export interface SyslogMessage {
  readonly priority: number;
  readonly processId: number;
  /** MSGID: the finding's kind. */
  readonly messageId: string;
  /** SD-PARAMs of our SD-ELEMENT, values not escaped yet. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly text: string;
  /** All of it. */
  readonly bytes: Buffer;
}

/** RFC 5424, table 1: system daemons. */
const FACILITY = 3;
/** Table 2: critical, warning, notice, informational. */
const LEVELS: Record<Severity, number> = { critical: 2, warning: 4, notice: 5 };
const HEALED = 5;
const BENIGN = 6;
export const APP_NAME = "lvs-pcap";
/** RFC 5612 keeps this enterprise number for those who have none. */
export const SD_ID = "lvs-pcap@32473";
/** RFC 5426, section 3.2: what every receiver should be able to take. */
const MOST_BYTES = 2048;
const BOM = "\ufeff";

export function syslogMessage(event: WatchEvent, origin: SyslogOrigin): SyslogMessage {
  const priority = FACILITY * 8 + levelOf(event);
  const parameters = parametersOf(event);
  const header = [
    `<${priority}>1`,
    timestamp(event.at),
    printableAscii(origin.hostname, 255),
    APP_NAME,
    String(origin.processId),
    printableAscii(event.kind, 32),
    structuredData(parameters, origin.version),
  ].join(" ");
  const text = fitting(headline(event), MOST_BYTES - Buffer.byteLength(header) - 1);
  return {
    priority,
    processId: origin.processId,
    messageId: printableAscii(event.kind, 32),
    parameters,
    text,
    bytes: Buffer.from(`${header} ${text}`),
  };
}

/** SD-PARAM as it stands in a message. Section 6.3.3: quotes, backslashes and closing brackets are escaped. */
export function structuredParameter(name: string, value: string): string {
  return `${name}="${value.replace(/["\\\]]/g, "\\$&")}"`;
}

function levelOf(event: WatchEvent): number {
  if (!isFindingEvent(event)) return BENIGN;
  return event.event === "restored" ? HEALED : LEVELS[event.severity];
}

function parametersOf(event: WatchEvent): [string, string][] {
  const common: [string, string][] = [
    ["event", event.event],
    ["ip", event.ip],
  ];
  if (event.vlan !== null) common.push(["vlan", String(event.vlan)]);
  if (!isFindingEvent(event)) return [...common, ...host("from", event.from), ...host("to", event.to)];
  return [
    ...common,
    ["id", event.id],
    ["severity", event.severity],
    ["stage", event.stage],
    ...host("claimant", event.claimant),
    ...host("rightful", event.rightful),
    ["victims", String(event.victims.filter(({ restored }) => restored === null).length)],
    ["count", String(event.count)],
  ];
}

function host(name: string, host: Host | null): [string, string][] {
  if (host === null) return [];
  const mac: [string, string][] = isSeen(host) ? [[`${name}Mac`, host.mac]] : [];
  return host.ip === null ? mac : [...mac, [`${name}Ip`, host.ip]];
}

/** `origin` is registered (section 7.2). */
function structuredData(parameters: SyslogMessage["parameters"], version: string): string {
  const own = [SD_ID, ...parameters.map(([name, value]) => structuredParameter(name, value))].join(" ");
  return `[${own}][origin ${structuredParameter("software", APP_NAME)} ${structuredParameter("swVersion", version)}]`;
}

/** Section 6.2.3: no more than six digits of a second. */
function timestamp(time: string): string {
  return time.replace(/(\.\d{6})\d*Z$/, "$1Z");
}

/** PRINTUSASCII, or the NILVALUE. */
function printableAscii(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, "").slice(0, most) || "-";
}

/** Section 6.4: text in UTF-8 begins with the byte order mark; plain ASCII is MSG-ANY, and needs none. */
function fitting(text: string, mostBytes: number): string {
  const line = text.replace(/\p{Cc}/gu, " ");
  const marked = /^[\x20-\x7e]*$/.test(line) ? line : BOM + line;
  if (Buffer.byteLength(marked) <= mostBytes) return marked;
  let kept = marked.slice(0, mostBytes);
  while (Buffer.byteLength(kept) > mostBytes - 3) kept = [...kept].slice(0, -1).join("");
  return `${kept}...`;
}
