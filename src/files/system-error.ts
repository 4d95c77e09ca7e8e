import { LvsPcapError } from "../errors.ts";

/** Error codes of the operating system that a person may meet, as a reason that follows the name of a file or a peer. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EADDRINUSE", "the port is in use by another program"],
  ["EADDRNOTAVAIL", "no interface of this machine has that address"],
  ["EBADF", "it is closed"],
  ["EBUSY", "it is in use, or a mount point"],
  ["ECONNREFUSED", "nobody listens there"],
  ["ECONNRESET", "the connection was cut"],
  ["EDQUOT", "the disk quota is used up"],
  ["EEXIST", "a file of that name exists"],
  ["EFBIG", "the file would be too large"],
  ["EHOSTUNREACH", "it cannot be reached"],
  ["EIO", "the disk or the device failed"],
  ["EISDIR", "it is a directory"],
  ["ELOOP", "too many symbolic links"],
  ["EMFILE", "too many open files"],
  ["ENAMETOOLONG", "the name is too long"],
  ["ENETUNREACH", "it cannot be reached"],
  ["ENFILE", "too many open files on this machine"],
  ["ENODEV", "no such device"],
  ["ENOENT", "no such file or directory"],
  ["ENOSPC", "no space left on the disk"],
  ["ENOTDIR", "a part of the path is not a directory"],
  ["ENOTFOUND", "no such host"],
  ["ENXIO", "no such device, or a pipe that nobody reads"],
  ["EPERM", "operation not permitted"],
  ["EPIPE", "the other side has gone"],
  ["EROFS", "the file system is read-only"],
  ["ETIMEDOUT", "no answer"],
  ["ETXTBSY", "it is a program that is running"],
]);

/** The operating system's reason in words, without a path and without a stack. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  if (code !== null) return codeReason(code);
  return error instanceof Error ? error.message : String(error);
}

/** The error of a file that cannot be read, in one line. */
export function cannotRead(path: string, error: unknown): LvsPcapError {
  // The directory of a file that is read is seldom what is missing.
  const reason = systemCode(error) === "ENOENT" ? "no such file" : systemReason(error);
  return new LvsPcapError("unreadable-file", `${path}: cannot be read: ${reason}`, { cause: error });
}

export function cannotWrite(path: string, error: unknown): LvsPcapError {
  return new LvsPcapError("unwritable-file", `${path}: cannot be written: ${systemReason(error)}`, {
    cause: error,
  });
}

/** @param code `ENOENT` and the like */
export function codeReason(code: string): string {
  return REASONS.get(code) ?? code;
}

/** `ENOENT` and the like; null for an error that does not come from the operating system. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
