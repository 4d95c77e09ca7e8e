import type { Report } from "../reports/report.ts";

/** What differs where the same frames have other numbers. */
const NUMBERED: ReadonlySet<string> = new Set(["capture", "frame", "summary", "displayFilter"]);

/** Whether two reports come to the same findings, though their captures number frames differently. */
export function haveSameFindings(a: Report, b: Report): boolean {
  return a.verdict === b.verdict && essenceOf(a) === essenceOf(b);
}

function essenceOf({ findings }: Report): string {
  return JSON.stringify(findings, (key, value: unknown) => (NUMBERED.has(key) ? undefined : value));
}
