import { readFileSync } from "node:fs";

const SCHEMA = new URL("../../src/reports/report.schema.json", import.meta.url);

/** The words that the published schema allows for a property: those of the first list below all of these keys. */
export function wordsInSchema(...keys: readonly string[]): unknown {
  let value: unknown = JSON.parse(readFileSync(SCHEMA, "utf8"));
  for (const key of ["$defs", ...keys, "enum"]) {
    value = below(value, key);
    if (value === undefined) throw new Error(`no ${key} in the schema where it was looked for`);
  }
  return value;
}

/** The value of the key, in the object itself or nearest below it. */
function below(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value);
  const own = entries.find(([name]) => name === key);
  if (own !== undefined) return own[1];
  for (const [, child] of entries) {
    const found = below(child, key);
    if (found !== undefined) return found;
  }
  return undefined;
}
