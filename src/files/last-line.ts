import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

const LINE_FEED = 0x0a;

/** Whether a file breaks off within a line, as a full disk or a lost power leaves it: what is appended has to end it first. */
export function endsWithinLine(path: string): boolean {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = fstatSync(file);
      if (!status.isFile() || status.size === 0) return false;
      const last = Buffer.alloc(1);
      return readSync(file, last, 0, 1, status.size - 1) === 1 && last[0] !== LINE_FEED;
    } finally {
      closeSync(file);
    }
  } catch {
    // A file that may be written but not read.
    return false;
  }
}
