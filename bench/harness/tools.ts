import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Why the program cannot be run; null where it can. */
export function notInstalled(tool: string): string | null {
  const { PATH: path = "" } = process.env;
  const found = path.split(delimiter).some((directory) => isThere(join(directory, tool), constants.X_OK));
  return found ? null : `${tool} is not installed`;
}

/** @param mode of access(2) */
export function isThere(path: string, mode: number = constants.R_OK): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
