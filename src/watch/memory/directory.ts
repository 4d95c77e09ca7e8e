import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "../../files/system-error.ts";

const OWNER_ONLY = 0o700;

/**
 * Makes a directory with those above it, for its owner only.
 *
 * Not by `recursive` of node:fs: where a file system lets nobody make a directory and says ENOENT, as /proc does, that never
 * returns.
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, OWNER_ONLY);
  } catch (error) {
    const code = systemCode(error);
    const above = dirname(path);
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || above === path || statSync(above, { throwIfNoEntry: false }) !== undefined)
      throw error;
    makeDirectory(above);
    mkdirSync(path, OWNER_ONLY);
  }
}
