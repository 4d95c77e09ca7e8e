const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

/** `512MB`, `1.5GB`, `4GiB`, or bytes alone. */
export function parseBytes(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([KMG]i?B)?$/i.exec(text.trim()) ?? [];
  const factor = UNITS[unit.toUpperCase()];
  if (number === undefined || factor === undefined)
    throw new Error(`${text}: expected a size such as 512MB or 1GB`);
  return Math.round(Number(number) * factor);
}

/** A short name of a size, fit for a file's name. */
export function formatBytes(bytes: number): string {
  if (bytes % 1e9 === 0) return `${bytes / 1e9}GB`;
  if (bytes % 1e6 === 0) return `${bytes / 1e6}MB`;
  if (bytes % 1e3 === 0) return `${bytes / 1e3}KB`;
  return `${bytes}B`;
}
