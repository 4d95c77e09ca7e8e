/** Looking into JSON of whatever shape: what is not there, or is of another type, is null. */

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What lies at the end of the path, keys of objects and indices of arrays. */
function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return null;
    found = Object.entries(found).find(([name]) => name === String(key))?.[1];
  }
  return found ?? null;
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | null {
  const found = valueAt(value, ...path);
  return typeof found === "number" ? found : null;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | null {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : null;
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] | null {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : null;
}
