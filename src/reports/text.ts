import type { Position } from "../neighbours/position.ts";

/** The one place where the integers of the inner rooms become text. */

export function ipText(ip: number): string {
  return `${ip >>> 24}.${(ip >>> 16) & 0xff}.${(ip >>> 8) & 0xff}.${ip & 0xff}`;
}

export function macText({ macHigh, macLow }: { macHigh: number; macLow: number }): string {
  const digits = macHigh.toString(16).padStart(4, "0") + (macLow >>> 0).toString(16).padStart(8, "0");
  return digits.replace(/(..)(?=.)/g, "$1:");
}

/** RFC 3339 in UTC, to the nanosecond. */
export function timeText({ seconds, nanoseconds }: Pick<Position, "seconds" | "nanoseconds">): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanoseconds).padStart(9, "0")}Z`;
}

/** The VLAN that hosts know of: of two stacked tags the inner one. Null where frames are not tagged. */
export function vlanOf(segment: number): number | null {
  return segment === 0 ? null : segment & 0xfff;
}

/** Text from outside, made fit for a terminal: no control character, escape sequence or direction mark survives. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, "\u{fffd}");
}

/** 1234567 → 1,234,567 */
export function countText(count: number): string {
  return count.toLocaleString("en-US");
}

export function plural(count: number, noun: string): string {
  const ending = count === 1 ? "" : noun.endsWith("s") ? "es" : "s";
  return `${countText(count)} ${noun}${ending}`;
}
