import { join } from "node:path";
import { readInventory } from "../../../src/knowledge/inventories/read-inventory.ts";
import type { HostName } from "../../../src/knowledge/roles.ts";
import { ipText, macText } from "../../../src/reports/text.ts";
import { inventory } from "../../support/inventories.ts";

/** What an inventory says, as a person would write it down. */
export interface Said {
  readonly format: string;
  /** `192.168.1.2: directors ...; real servers ... by direct-routing` */
  readonly vips: readonly string[];
  /** Real servers of all VIPs. */
  readonly realServers: readonly string[];
  /** `192.168.1.1 at 02:00:00:00:00:01` */
  readonly known: readonly string[];
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

function fixture(name: string): string {
  return join(import.meta.dirname, "fixtures", name);
}

export async function whatFixtureSays(name: string): Promise<Said> {
  return whatFileSays(fixture(name));
}

export async function whatTextSays(text: string): Promise<Said> {
  return whatFileSays(inventory(text));
}

async function whatFileSays(file: string): Promise<Said> {
  const { format, roles, known, notes } = await readInventory(file);
  const server = ({ forwarding, ...host }: HostName & { forwarding: string | null }) =>
    `${hostText(host)}${forwarding === null ? "" : ` by ${forwarding}`}`;
  return {
    format,
    vips: roles.vips.map(({ ip, directors, realServers }) =>
      [
        ipText(ip),
        ...directors.map((host) => `director ${hostText(host)}`),
        ...realServers.map((host) => `real server ${server(host)}`),
      ].join(", "),
    ),
    realServers: roles.realServers.map(server),
    known: known.map(hostText),
    names: (roles.labels ?? []).map(
      ({ name, vendor, ...host }) => `${hostText(host)} is ${name}${vendor === null ? "" : ` by ${vendor}`}`,
    ),
    notes,
  };
}

function hostText({ ip, mac }: HostName): string {
  const parts = [ip === null ? null : ipText(ip), mac && macText({ macHigh: mac.high, macLow: mac.low })];
  return parts.filter((part) => part !== null).join(" at ");
}
