import type { BenignChange, Host, Report, ReportedPosition } from "../report.ts";
import { frameText, nanosecondsBetween, UNSEEN_MAC } from "../text.ts";
import { html, type Markup } from "./markup.ts";

const ROLE_NAMES: Record<Host["role"], string> = {
  gateway: "gateway",
  director: "director",
  "real-server": "real server",
  client: "client",
  host: "host",
  unknown: "station",
};

/** What the report says of a MAC that no vendor's registry has: on every line of a table it would say nothing. */
const UNREGISTERED = "locally administered";

export function roleName(host: Pick<Host, "role">): string {
  return ROLE_NAMES[host.role];
}

/** `192.168.1.11`, or the MAC where no address of its own is known. */
export function shortName(host: Host): string {
  return host.ip ?? host.mac;
}

/** `real server 192.168.1.11` */
export function hostName(host: Host): string {
  return `${roleName(host)} ${shortName(host)}`;
}

/** The same of one of several hosts that use an address: this says nothing then, and the MAC does. */
export function rivalName(host: Host, ip: string): string {
  return host.ip === ip ? `${roleName(host)} ${host.mac}` : hostName(host);
}

/** One or two names, or how many more there are. */
export function hostNames(hosts: readonly Host[]): string {
  const [first, second, ...others] = hosts.map(hostName);
  if (first === undefined) return "no host";
  if (second === undefined) return first;
  return others.length === 0 ? `${first} and ${second}` : `${first} and ${others.length + 1} other hosts`;
}

export function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `VRRP failover` */
export function changeName({ kind }: BenignChange): string {
  return capitalise(kind.replaceAll("-", " ").replace(/\b(vrrp|arp|mac)\b/g, (word) => word.toUpperCase()));
}

/** `real server 192.168.1.11 (web1)`, where an inventory has a name for it. */
export function labelledName(host: Host): string {
  return host.name === undefined ? hostName(host) : `${hostName(host)} (${host.name})`;
}

/** Who made its card, where that is known. */
export function vendorName({ vendor }: Host): string | null {
  return vendor === undefined || vendor === UNREGISTERED ? null : vendor;
}

/** A host in a table: its part, its address, its name, its MAC and who made that. */
export function hostCell(host: Host | null): Markup {
  if (host === null) return html`<span class="muted">not known</span>`;
  const { ip, name } = host;
  const vendor = vendorName(host);
  const mac = host.mac === UNSEEN_MAC ? "MAC not seen" : host.mac;
  return html`<span class="host"><span class="role">${roleName(host)}</span> <b>${shortName(host)}</b>${name !== undefined && ` ${name}`}${
    ip !== null && html` <span class="mac">${mac}</span>`
  }${vendor !== null && html` <span class="vendor">${vendor}</span>`}</span>`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `23 Nov 2026` */
export function dateText(time: string): string {
  return `${Number(time.slice(8, 10))} ${MONTHS[Number(time.slice(5, 7)) - 1] ?? ""} ${time.slice(0, 4)}`;
}

/** `05:28:14.095862`, in UTC. */
export function clockText(time: string): string {
  return time.slice(11, 26);
}

/** The span of time that the captures cover, and what frames of it are called. */
export class Calendar {
  /** Time of the earliest frame; null where there is none. */
  readonly start: string | null;
  readonly endNs: number;
  private readonly manyCaptures: boolean;

  constructor({ captures }: Pick<Report, "captures">) {
    const firsts = captures.flatMap(({ first }) => first ?? []).toSorted();
    const lasts = captures.flatMap(({ last }) => last ?? []).toSorted();
    this.start = firsts[0] ?? null;
    this.endNs = this.nsOf(lasts.at(-1) ?? this.start ?? "");
    this.manyCaptures = captures.length > 1;
  }

  /** Nanoseconds since the first frame. */
  nsOf(time: string): number {
    return this.start === null ? 0 : nanosecondsBetween(this.start, time);
  }

  get spansDays(): boolean {
    return this.endNs > 86_400e9;
  }

  frame(position: ReportedPosition): string {
    return frameText(position, this.manyCaptures);
  }

  /** `frames 7 to 9 of file 2` */
  frames(first: ReportedPosition, last: ReportedPosition): string {
    if (first.capture === last.capture && first.frame === last.frame) return this.frame(first);
    if (first.capture !== last.capture) return `${this.frame(first)} to ${this.frame(last)}`;
    return `frames ${first.frame} to ${last.frame}${this.manyCaptures ? ` of file ${first.capture + 1}` : ""}`;
  }

  /** `frame 7, 05:28:14.095862` */
  moment(position: ReportedPosition): string {
    const date = this.spansDays ? `${dateText(position.time)} ` : "";
    return `${this.frame(position)}, ${date}${clockText(position.time)}`;
  }
}
