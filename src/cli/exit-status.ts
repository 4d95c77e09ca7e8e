import { SEVERITIES, type Severity } from "../kinds/severity.ts";
import type { Report } from "../reports/report.ts";

export const ExitStatus = { Clean: 0, Found: 1, Failed: 2, Undetermined: 3 } as const;
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

export const FAIL_ON = [...SEVERITIES, "never"] as const;
export type FailOn = Severity | "never";

/**
 * 1 where a finding is at least as bad as asked for, where the frames contradict what was expected, or where a second
 * decoder contradicts the first: the last two were asked for, whatever findings are let pass. 3 where nothing was found and
 * no frame could have shown it.
 */
export function exitStatusOf(report: Report, failOn: FailOn): ExitStatus {
  if (report.expectations.some(({ result }) => result === "violated")) return ExitStatus.Found;
  if (report.secondOpinion?.some(({ verified }) => verified === false)) return ExitStatus.Found;
  if (failOn === "never") return ExitStatus.Clean;
  const mildest = SEVERITIES.indexOf(failOn);
  const found = report.findings.some(
    ({ severity, suppressedBy }) => suppressedBy === null && SEVERITIES.indexOf(severity) <= mildest,
  );
  if (found) return ExitStatus.Found;
  return report.verdict === "undetermined" ? ExitStatus.Undetermined : ExitStatus.Clean;
}
