import type { Report } from "./report.ts";

/** One object, indented for people who look at it all the same: so nothing in it may steer a terminal. */
export function renderJson(report: Report): string {
  const json = JSON.stringify(report, null, 2).replace(
    /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu,
    escapeUnits,
  );
  return `${json}\n`;
}

function escapeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
