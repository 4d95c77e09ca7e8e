import type { Role } from "../roles/role-assignment.ts";
import { plural } from "./counts.ts";
import { printable } from "./letters.ts";

/** A host as reports refer to it. */
export interface NamedHost {
  /** Lower case with colons; all zero for a host that was named but that no frame shows. */
  readonly mac: string;
  /** An address of its own; never a VIP. */
  readonly ip: string | null;
  readonly role: Role;
  /** As an inventory has it. */
  readonly name?: string;
  /** Who made its card. */
  readonly vendor?: string;
}

/** The MAC of a host that was named but that no frame shows. */
export const UNSEEN_MAC = "00:00:00:00:00:00";

export function isSeen({ mac }: Pick<NamedHost, "mac">): boolean {
  return mac !== UNSEEN_MAC;
}

/** Whom a finding is about: the claimant; where nobody claims wrongly, the host whose MAC the caches still hold. */
export function subjectOf<Host extends NamedHost>(finding: {
  readonly claimant: Host;
  readonly formerHolder: Host | null;
}): Host {
  return finding.formerHolder ?? finding.claimant;
}

const ROLE_NAMES: Record<Role, string> = {
  gateway: "gateway",
  director: "director",
  "real-server": "real server",
  client: "client",
  host: "host",
  unknown: "station",
};

export function roleName({ role }: Pick<NamedHost, "role">): string {
  return ROLE_NAMES[role];
}

/** `192.168.1.11`, or the MAC where no address of its own is known. */
export function shortName({ ip, mac }: NamedHost): string {
  return ip ?? (isSeen({ mac }) ? mac : "not seen");
}

/** `real server 192.168.1.11` */
export function hostName(host: NamedHost): string {
  return `${roleName(host)} ${shortName(host)}`;
}

/** `real server 192.168.1.11 (02:00:00:00:00:11)`, with its name in front of the MAC where an inventory has one */
export function fullName(host: NamedHost): string {
  const parts = [
    ...(host.name === undefined ? [] : [printable(host.name)]),
    ...(host.ip === null || !isSeen(host) ? [] : [host.mac]),
  ];
  return parts.length === 0 ? hostName(host) : `${hostName(host)} (${parts.join(", ")})`;
}

/** `real server 192.168.1.11 (web1)`, where an inventory has a name for it. */
export function labelledName(host: NamedHost): string {
  return host.name === undefined ? hostName(host) : `${hostName(host)} (${host.name})`;
}

/** The name of one of several hosts that use an address: that address tells them apart as little as their roles do. */
export function rivalName(host: NamedHost, ip: string): string {
  return host.ip === ip ? `${roleName(host)} ${host.mac}` : hostName(host);
}

/** The same in full: `host 02:00:00:00:00:11`, or `host 192.168.1.7 (02:00:00:00:00:11)` for a rival of another address. */
export function rivalFullName(host: NamedHost, ip: string): string {
  if (host.ip !== ip) return fullName(host);
  return host.name === undefined ? rivalName(host, ip) : `${rivalName(host, ip)} (${printable(host.name)})`;
}

/**
 * `director 192.168.1.10`, and no more than the address of a host that has no role.
 *
 * @param disputed an address that other hosts use, too: it names nobody
 */
export function calledShortly(host: NamedHost, disputed: string | null = null): string {
  if (host.role !== "unknown" && host.role !== "host") return hostName(host);
  return host.ip === disputed ? host.mac : shortName(host);
}

/**
 * What ended it for a victim: it does not hold the claimant's MAC any more.
 *
 * @param by as the report has it; null where it does not say
 */
export function restoredText(by: string | null, no = "no longer holds the wrong MAC"): string {
  return by === null ? no : `${no}: ${by}`;
}

/** One or two names, or the first and how many more there are. */
export function hostNames(hosts: readonly NamedHost[], none = "no host"): string {
  const [first, second, ...others] = hosts.map(hostName);
  if (first === undefined) return none;
  if (second === undefined) return first;
  return others.length === 0
    ? `${first} and ${second}`
    : `${first} and ${plural(others.length + 1, "other host")}`;
}
