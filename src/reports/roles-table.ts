import type { Cell, Table } from "cli-table3";
import { parseIpv4 } from "../knowledge/address.ts";
import { countText } from "../words/counts.ts";
import { printable } from "../words/letters.ts";
import { plainTable } from "./plain-table.ts";
import type { Host, Report, ReportedVip } from "./report.ts";

/** An inventory of a large cluster lists hundreds. */
const VIPS_SHOWN = 24;
const NAME_COLUMNS = 14;
const MAC_COLUMNS = 17;
/** No rule above: a row of the same VIP as the one before. */
const UNDIVIDED = { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" } as const;

/** Role, address, MAC, and how it gets the VIP's packets. */
type Row = readonly [string, string, string, string];

/** Who is what to which VIP, with a rule between one VIP and the next. */
export function rolesTable({ vips, gateways }: Report["topology"]): string {
  const table = plainTable(["VIP", "role", "address", "MAC", "VIP by"]);
  for (const vip of vips.slice(0, VIPS_SHOWN)) {
    const rows = [
      ...vip.directors.map((host) => rowOf("director", host, "")),
      ...vip.undecided.map((host) => rowOf("undecided", host, "")),
      ...vip.realServers.toSorted(byAddress).map((host) => rowOf("real server", host, wayTo(host))),
    ];
    addGroup(table, vipName(vip), rows.length === 0 ? [["nobody seen", "", "", ""]] : rows);
  }
  if (vips.length > VIPS_SHOWN)
    table.push([
      { colSpan: 5, content: `and ${countText(vips.length - VIPS_SHOWN)} more VIPs in --format json` },
    ]);
  addGroup(
    table,
    "",
    gateways.map((gateway) => rowOf("gateway", gateway, "")),
  );
  return [table.toString(), ...undecidedNote(vips)].join("\n");
}

/** What would tell, where the frames do not. */
function undecidedNote(vips: readonly ReportedVip[]): string[] {
  return vips.some(({ undecided }) => undecided.length > 0)
    ? [
        "undecided: a given director never shows its MAC, so the frames do not tell",
        "  whether this host is it. --director MAC instead of its address tells.",
      ]
    : [];
}

function addGroup(table: Table, name: string, rows: readonly Row[]): void {
  for (const [index, row] of rows.entries()) {
    const cells: Cell[] =
      index === 0 ? [name, ...row] : ["", ...row].map((content) => ({ content, chars: UNDIVIDED }));
    table.push(cells);
  }
}

/** What an inventory calls the host is below its address, and the card's vendor below its MAC, cut to what fits. */
function rowOf(role: string, { ip, name, mac, vendor }: Host, way: string): Row {
  const address = [...(ip === null ? [] : [ip]), ...(name === undefined ? [] : [cut(name, NAME_COLUMNS)])];
  const card = [mac, ...(vendor === undefined ? [] : [cut(vendor, MAC_COLUMNS)])];
  return [role, address.join("\n"), card.join("\n"), way];
}

function wayTo({ forwarding }: ReportedVip["realServers"][number]): string {
  return forwarding === "direct-routing" ? "routing" : (forwarding ?? "");
}

function vipName(vip: ReportedVip): string {
  return vip.vlan === null ? vip.ip : `${vip.ip}\nVLAN ${vip.vlan}`;
}

/** Those whose address is not known come last. */
function byAddress(a: Host, b: Host): number {
  return numberOf(a) - numberOf(b);
}

function numberOf({ ip }: Host): number {
  const address = ip === null ? null : parseIpv4(ip);
  return address === null ? Number.MAX_SAFE_INTEGER : address >>> 0;
}

function cut(text: string, most: number): string {
  const clean = printable(text);
  return clean.length > most ? `${clean.slice(0, most - 1)}…` : clean;
}
