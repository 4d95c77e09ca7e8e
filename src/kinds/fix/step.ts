import { hostName, type NamedHost } from "../../words/hosts.ts";
import { uncapitalise } from "../../words/letters.ts";

/** One thing to do on one machine. */
export interface FixStep {
  /** The machine; null where it is none of the report's hosts: then `what` says which. */
  readonly host: NamedHost | null;
  /** What it does; one clause, without a full stop. */
  readonly what: string;
  /** The kernel's or program's name of what is set, `arp_ignore`; null where the step sets nothing. */
  readonly setting: string | null;
  /** Where it is set: `all`, or an interface. */
  readonly scope: string | null;
  readonly value: string | null;
  /** One line for a root shell on that machine, with nothing in it to be filled in. */
  readonly command: string | null;
  /** What to know about it; whole sentences. */
  readonly note: string | null;
}

type Optional = "setting" | "scope" | "value" | "command" | "note";

export function step(given: Pick<FixStep, "host" | "what"> & Partial<Pick<FixStep, Optional>>): FixStep {
  return {
    setting: null,
    scope: null,
    value: null,
    command: null,
    note: null,
    ...given,
    host: given.host === null ? null : withoutHistory(given.host),
  };
}

/** A victim is a host with a history; the machine to go to is the host only. */
function withoutHistory({ mac, ip, role, name, vendor }: NamedHost): NamedHost {
  return {
    mac,
    ip,
    role,
    ...(name !== undefined && { name }),
    ...(vendor !== undefined && { vendor }),
  };
}

/** The step in one line of text. */
export function stepText({ host, what, command, note }: FixStep): string {
  const doing = host === null ? what : `On ${hostName(host)}: ${uncapitalise(what)}`;
  return [
    `${doing}.`,
    ...(note === null ? [] : [note]),
    ...(command === null ? [] : [`Run: ${command}`]),
  ].join(" ");
}

/** The card by which the kernel reaches an address; the shell finds it by itself. */
export function cardTowards(ip: string): string {
  return `"$(ip -o -4 route get ${ip} | sed 's/.* dev \\([^ ]*\\).*/\\1/')"`;
}

/** The card that has an address. */
export function cardWith(ip: string): string {
  return `"$(ip -o -4 address show to ${ip} | sed 's/^[0-9]*: \\([^ @]*\\).*/\\1/;q')"`;
}
