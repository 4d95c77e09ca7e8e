import { type Command, InvalidArgumentError, Option } from "commander";
import { parseIpv4, parseMac } from "../knowledge/address.ts";
import type { KnowledgeSources } from "../knowledge/knowledge.ts";

/** Who is who, as given on the command line; each flag may be repeated. */
export interface RoleFlags {
  vip?: string[];
  director?: string[];
  realServer?: string[];
  gateway?: string[];
  topology?: string;
  inventory?: string[];
  ignore?: string[];
}

export function addRoleOptions(command: Command): void {
  const options = [
    new Option("--vip <ip>", "a virtual address (repeatable)").argParser(collect(isIp, "an IPv4 address")),
    new Option("--director <ip|mac>", "a host that may claim the VIPs (repeatable)").argParser(
      collect(isHost, HOST),
    ),
    new Option("--real-server <ip|mac>", "a host that must not claim them (repeatable)").argParser(
      collect(isHost, HOST),
    ),
    new Option("--gateway <ip|mac>", "a router of the segment (repeatable)").argParser(collect(isHost, HOST)),
    new Option("--topology <file>", "all of these from a YAML or JSON file"),
    new Option(
      "--inventory <file>",
      "what is known, as other tools write it: ipvsadm -Sn, keepalived.conf, ip -j neigh, nmap -oX, ... (repeatable)",
    ).argParser(collect(() => true, "a file")),
    new Option(
      "--ignore <exception|file>",
      "a known exception, such as kind=arp-scan,mac=02:00:00:00:00:99 (also ip=, until=, why=), or a YAML list of them: reported as suppressed (repeatable)",
    ).argParser(collect(() => true, "an exception or a file")),
  ];
  for (const option of options) command.addOption(option.helpGroup(GROUP));
}

export function rolesFromFlags(flags: RoleFlags): KnowledgeSources {
  return {
    vips: flags.vip ?? [],
    directors: flags.director ?? [],
    realServers: flags.realServer ?? [],
    gateways: flags.gateway ?? [],
    inventories: flags.inventory ?? [],
    ignore: flags.ignore ?? [],
    ...(flags.topology === undefined ? {} : { topology: flags.topology }),
  };
}

/** Paths of the files that these flags have read. */
export function filesRead({ topology, inventory = [], ignore = [] }: RoleFlags): string[] {
  const exceptions = ignore.filter((text) => !text.includes("="));
  return [...(topology === undefined ? [] : [topology]), ...inventory, ...exceptions];
}

const GROUP = "Who is who (worked out from the frames where it is not given):";
const HOST = "an IPv4 address or a MAC";

function isIp(text: string): boolean {
  return parseIpv4(text) !== null;
}

function isHost(text: string): boolean {
  return isIp(text) || parseMac(text) !== null;
}

function collect(isValid: (text: string) => boolean, expected: string) {
  return (text: string, before: string[] = []): string[] => {
    if (!isValid(text)) throw new InvalidArgumentError(`Expected ${expected}.`);
    return [...before, text];
  };
}
