import type { Position } from "../neighbours/base/position.ts";
import { countText, plural } from "../words/counts.ts";
import { printable } from "../words/letters.ts";

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
  const vlan = segment & 0xfff;
  return vlan === 0 ? null : vlan;
}

/** What was given up where tables were full. */
export function forgottenText({ addresses, stations }: { addresses: number; stations: number }): string {
  return `memory limit reached: ${plural(addresses, "address")} and ${plural(stations, "station")} are no longer tracked`;
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
