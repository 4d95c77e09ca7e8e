import { LvsPcapError } from "../errors.ts";
import { type Mac, parseIpv4, parseMac } from "./address.ts";
import { oneLine, quote } from "./quoted.ts";

/** Something that is known and accepted: findings that match all that is set are suppressed. */
export interface KnownException {
  readonly mac: Mac | null;
  readonly ip: number | null;
  /** A kind of finding. */
  readonly kind: string | null;
  /** Seconds of the Unix epoch: a finding that begins then or later is not suppressed. Null for no end. */
  readonly untilSeconds: number | null;
  readonly why: string | null;
  /** As somebody wrote it, in one line. */
  readonly text: string;
}

const KEYS = ["mac", "ip", "kind", "until", "why"] as const;
type Key = (typeof KEYS)[number];

/** A list of exceptions is written by hand: a larger file is not one. */
export const MOST_EXCEPTIONS = 10_000;

/** RFC 3339 with a date, and a time of day where it matters. */
const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads an exception from `mac=…,ip=…,kind=…,until=2027-01-31,why=…`; the reason comes last and may hold commas.
 *
 * @throws LvsPcapError `bad-usage`
 */
export function parseException(text: string): KnownException {
  const [, fields = text, why = null] = /^(.*?)(?:(?:^|,)why=(.*))?$/s.exec(text) ?? [];
  const values = new Map<Key, string>();
  for (const field of fields.split(",").filter((part) => part !== "")) {
    const [name = "", ...rest] = field.split("=");
    const key = KEYS.find((known) => known === name.trim());
    if (key === undefined || rest.length === 0)
      throw bad("--ignore", `${quote(field)} is unknown; expected ${KEYS.join("=, ")}=`);
    values.set(key, rest.join("=").trim());
  }
  if (why !== null) values.set("why", why);
  return exceptionOf(values, "--ignore");
}

/**
 * @param where for messages: the option, or the file and line
 * @throws LvsPcapError `bad-usage`
 */
export function exceptionOf(values: ReadonlyMap<string, string>, where: string): KnownException {
  const unknown = [...values.keys()].find((key) => !KEYS.some((known) => known === key));
  if (unknown !== undefined) throw bad(where, `${quote(unknown)} is unknown; expected ${KEYS.join(", ")}`);
  const read = <Value>(key: Key, parse: (text: string) => Value | null, expected: string): Value | null => {
    const text = values.get(key);
    if (text === undefined) return null;
    const value = parse(text);
    if (value === null) throw bad(where, `${key} is ${quote(text)}; expected ${expected}`);
    return value;
  };
  const mac = read("mac", parseMac, "a MAC");
  const ip = read("ip", parseIpv4, "an IPv4 address");
  const kind = values.get("kind") ?? null;
  if (mac === null && ip === null && kind === null)
    throw bad(where, "has no mac, ip or kind; an exception for everything is none");
  return {
    mac,
    ip,
    kind,
    untilSeconds: read("until", parseDate, "a date such as 2027-01-31"),
    why: values.get("why") ?? null,
    text: oneLine(KEYS.flatMap((key) => (values.has(key) ? [`${key}=${values.get(key)}`] : [])).join(",")),
  };
}

function parseDate(text: string): number | null {
  const milliseconds = DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

function bad(where: string, what: string): LvsPcapError {
  return new LvsPcapError("bad-usage", `${where}: ${what}`);
}
