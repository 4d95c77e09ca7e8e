import type { Position } from "../neighbours/base/position.ts";

/** The one place where the integers of the inner rooms become text. */

export function ipText(ip: number): string {
  return `${ip >>> 24}.${(ip >>> 16) & 0xff}.${(ip >>> 8) & 0xff}.${ip & 0xff}`;
}

export function macText({ macHigh, macLow }: { macHigh: number; macLow: number }): string {
  const digits = macHigh.toString(16).padStart(4, "0") + (macLow >>> 0).toString(16).padStart(8, "0");
  return digits.replace(/(..)(?=.)/g, "$1:");
}

/** Of a host that was named but that no frame shows. */
export const UNSEEN_MAC = "00:00:00:00:00:00";

/** RFC 3339 in UTC, to the nanosecond. */
export function timeText({ seconds, nanoseconds }: Pick<Position, "seconds" | "nanoseconds">): string {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanoseconds).padStart(9, "0")}Z`;
}

/** The VLAN that hosts know of: of two stacked tags the inner one. Null where frames are not tagged. */
export function vlanOf(segment: number): number | null {
  const vlan = segment & 0xfff;
  return vlan === 0 ? null : vlan;
}

/** Text from outside, made fit for a terminal: no control character, escape sequence or direction mark survives. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, "\u{fffd}");
}

/** What a capture is called; `-` says nothing to who reads it later. */
export function sourceName(file: string): string {
  return file === "-" ? "standard input" : printable(file);
}

/** `frame 7`; `frame 7 of file 2` where there are several captures, since each counts its own. */
export function frameText(
  { frame, capture }: Pick<Position, "frame" | "capture">,
  manyCaptures: boolean,
): string {
  return manyCaptures ? `frame ${frame} of file ${capture + 1}` : `frame ${frame}`;
}

/** 1234567 → 1,234,567 */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function plural(count: number, noun: string): string {
  const ending = count === 1 ? "" : noun.endsWith("s") ? "es" : "s";
  return `${countText(count)} ${noun}${ending}`;
}

/** `1 critical`, `3 warnings` */
export function severityCount(count: number, severity: "critical" | "warning" | "notice"): string {
  return severity === "critical" ? `${countText(count)} critical` : plural(count, severity);
}

/** From one time of a report to another; to the next few nanoseconds where they are months apart. */
export function nanosecondsBetween(from: string, to: string): number {
  const [start, end] = [from, to].map((time) => ({
    seconds: Math.floor(Date.parse(`${time.slice(0, 19)}Z`) / 1000),
    nanoseconds: Number(time.slice(20, 29)),
  }));
  if (start === undefined || end === undefined) return 0;
  return (end.seconds - start.seconds) * 1e9 + (end.nanoseconds - start.nanoseconds);
}

/** 13 µs, 1.5 ms, 2.0 s, 12.3 min: to what a person can compare. */
export function elapsedText(nanoseconds: number): string {
  const ns = Math.max(0, nanoseconds);
  if (ns < 1000) return `${ns} ns`;
  if (ns < 1e6) return `${trimmed(ns / 1e3)} µs`;
  if (ns < 1e9) return `${trimmed(ns / 1e6)} ms`;
  const seconds = ns / 1e9;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function trimmed(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0).replace(/\.0$/, "");
}
