import { KINDS, type Kind } from "../traffic/kinds.ts";

export function parseKind(text: string): Kind {
  const kind = KINDS.find((name) => name === text);
  if (kind === undefined) throw new Error(`${text}: expected one of ${KINDS.join(", ")}`);
  return kind;
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`${text}: expected a whole number above 0`);
  return count;
}
