import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { LvsPcapError } from "../../errors.ts";
import { systemCode } from "../../files/system-error.ts";

const OWNER_ONLY_DIRECTORY = 0o700;
const OWNER_ONLY_FILE = 0o600;
const PERMISSIONS = 0o7777;
const OTHERS_MAY_WRITE = 0o022;

/**
 * Makes a directory with those above it, for its owner only.
 *
 * Not by `recursive` of node:fs: where a file system lets nobody make a directory and says ENOENT, as /proc does, that never
 * returns.
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, OWNER_ONLY_DIRECTORY);
  } catch (error) {
    const code = systemCode(error);
    const above = dirname(path);
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || above === path || statSync(above, { throwIfNoEntry: false }) !== undefined)
      throw error;
    makeDirectory(above);
    mkdirSync(path, OWNER_ONLY_DIRECTORY);
  }
}

/**
 * What is in the directory decides what is reported: nobody else may put files into it. The path may be a link, as systemd
 * makes one for a StateDirectory.
 *
 * @throws LvsPcapError `bad-usage`
 */
export function expectPrivate(path: string): void {
  const { uid, mode } = statSync(path);
  const user = process.geteuid?.();
  if (user !== undefined && uid !== user)
    throw new LvsPcapError("bad-usage", `--state ${path}: belongs to user ${uid}; expected user ${user}`);
  if (user !== undefined && (mode & OTHERS_MAY_WRITE) !== 0) {
    const permissions = (mode & PERMISSIONS).toString(8);
    throw new LvsPcapError(
      "bad-usage",
      `--state ${path}: others may write to it (mode ${permissions}); run chmod go-w on it`,
    );
  }
}

/** A new file in the place of whatever has its name, a link too. @returns its descriptor, for writing */
export function createFile(path: string): number {
  rmSync(path, { force: true });
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  return openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, OWNER_ONLY_FILE);
}

/**
 * Reads a regular file; a link is not followed, and a pipe is not waited for.
 *
 * @returns null where it is no regular file, or larger than so many bytes
 */
export function readRegularFile(path: string, mostBytes: number): Buffer | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // ELOOP: a link. ENXIO: a socket.
    if (["ELOOP", "ENXIO"].includes(systemCode(error) ?? "")) return null;
    throw error;
  }
  try {
    const status = fstatSync(file);
    return status.isFile() && status.size <= mostBytes ? readFileSync(file) : null;
  } finally {
    closeSync(file);
  }
}
