import { roleName, shortName, UNSEEN_MAC } from "../../words/hosts.ts";
import { capitalise } from "../../words/letters.ts";
import type { BenignChange, Host, Report, ReportedPosition } from "../report.ts";
import { frameText, nanosecondsBetween } from "../text.ts";
import { html, type Markup } from "./markup.ts";

/** What the report says of a MAC that no vendor's registry has: on every line of a table it would say nothing. */
const UNREGISTERED = "locally administered";

/** `VRRP failover` */
export function changeName({ kind }: BenignChange): string {
  return capitalise(kind.replaceAll("-", " ").replace(/\b(vrrp|arp|mac)\b/g, (word) => word.toUpperCase()));
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
