import type { Report } from "../../src/index.ts";

/** The lines of a table but commands and filters, which stay whole so that they can be pasted. */
export function proseLines(table: string, { findings }: Report): string[] {
  const whole = new Set(
    findings.flatMap(({ fix, displayFilter }) => [...fix.map(({ command }) => command), displayFilter]),
  );
  return table.split("\n").filter((line) => !whole.has(line.trim()));
}
