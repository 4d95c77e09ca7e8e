import { isInstalled } from "../tools/lab/process.ts";

/** The end of the title of what is skipped: the reason, for the list after the last test. Empty where it runs. */
export function skippedFor(reason: string | null): string {
  return reason === null ? "" : ` (skipped: ${reason})`;
}

/** Which of these programs a test lacks; null where all are installed. */
export function notInstalled(...programs: readonly string[]): string | null {
  const missing = programs.filter((program) => !isInstalled(program));
  return missing.length === 0 ? null : `no ${missing.join(", no ")}`;
}
