import type { Report } from "./report.ts";

/** One object, indented for people who look at it all the same. */
export function renderJson(report: Report): string {
  return `${jsonText(report, 2)}\n`;
}

/** JSON in which nothing may steer a terminal. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu,
    escapeUnits,
  );
}

function escapeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
