import { readFileSync } from "node:fs";

/** The version in package.json, which lies one folder up from the sources and from what is built of them. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest)
    return String(manifest.version);
  return "0.0.0";
}
