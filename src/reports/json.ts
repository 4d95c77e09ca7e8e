import type { Report } from "./report.ts";

/** One object, indented for people who look at it all the same. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
