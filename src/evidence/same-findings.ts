import type { Verdict } from "../findings/judge.ts";
import type { Report } from "../reports/report.ts";

/** What differs where the same frames have other numbers, and frames that went right are left out. */
const NUMBERED: ReadonlySet<string> = new Set(["capture", "frame", "summary", "displayFilter", "elsewhere"]);

/** Whether two reports come to the same findings, though their captures number frames differently. */
export function haveSameFindings(a: Report, b: Report): boolean {
  return severityOf(a) === severityOf(b) && essenceOf(a) === essenceOf(b);
}

/** Evidence of nothing holds no frame, and so is undetermined where the capture is clean. */
function severityOf({ verdict }: Report): Verdict {
  return verdict === "undetermined" ? "clean" : verdict;
}

function essenceOf({ findings }: Report): string {
  return JSON.stringify(findings, (key, value: unknown) => (NUMBERED.has(key) ? undefined : value));
}
