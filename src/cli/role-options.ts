import { type Command, InvalidArgumentError } from "commander";
import { parseIpv4, parseMac } from "../network/address.ts";
import type { KnowledgeSources } from "../network/knowledge.ts";

/** Who is who, as given on the command line; each flag may be repeated. */
export interface RoleFlags {
  vip: string[];
  director: string[];
  realServer: string[];
  gateway: string[];
  topology?: string;
  inventory: string[];
}

export function addRoleOptions(command: Command): void {
  command
    .option("--vip <ip>", "a virtual address (repeatable)", collect(isIp, "an IPv4 address"), [])
    .option("--director <ip|mac>", "the host that may claim the VIPs (repeatable)", collect(isHost, HOST), [])
    .option(
      "--real-server <ip|mac>",
      "a host that must not claim them (repeatable)",
      collect(isHost, HOST),
      [],
    )
    .option("--gateway <ip|mac>", "a router of the segment (repeatable)", collect(isHost, HOST), [])
    .option("--topology <file>", "all of these from a YAML or JSON file")
    .option(
      "--inventory <file>",
      "what is known, as other tools write it: ipvsadm -Sn, keepalived.conf, ip -j neigh, nmap -oX, ... (repeatable)",
      (file: string, before: string[]) => [...before, file],
      [],
    );
}

export function rolesFromFlags(flags: RoleFlags): KnowledgeSources {
  return {
    vips: flags.vip,
    directors: flags.director,
    realServers: flags.realServer,
    gateways: flags.gateway,
    inventories: flags.inventory,
    ...(flags.topology === undefined ? {} : { topology: flags.topology }),
  };
}

const HOST = "an IPv4 address or a MAC";

function isIp(text: string): boolean {
  return parseIpv4(text) !== null;
}

function isHost(text: string): boolean {
  return isIp(text) || parseMac(text) !== null;
}

function collect(isValid: (text: string) => boolean, expected: string) {
  return (text: string, before: string[]): string[] => {
    if (!isValid(text)) throw new InvalidArgumentError(`Expected ${expected}.`);
    return [...before, text];
  };
}
