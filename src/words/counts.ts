/** Numbers and spans of time as people read them. */

/** 1234567 → 1,234,567 */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function plural(count: number, noun: string): string {
  const ending = count === 1 ? "" : noun.endsWith("s") ? "es" : "s";
  return `${countText(count)} ${noun}${ending}`;
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

/** 1 second, 20 minutes, 4 hours: a timer of whole seconds, in the largest unit that holds it whole. */
export function timerText(nanoseconds: number): string {
  const seconds = nanoseconds / 1e9;
  if (seconds % 3600 === 0) return plural(seconds / 3600, "hour");
  return seconds % 60 === 0 ? plural(seconds / 60, "minute") : plural(seconds, "second");
}

function trimmed(value: number): string {
  return value.toFixed(value < 10 ? 1 : 0).replace(/\.0$/, "");
}
