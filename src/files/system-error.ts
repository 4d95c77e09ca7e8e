/** Error codes of the operating system that a person may meet, as a reason that follows the name of a file. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EBUSY", "it is in use, or a mount point"],
  ["EDQUOT", "the disk quota is used up"],
  ["EEXIST", "a file of that name exists"],
  ["EFBIG", "the file would be too large"],
  ["EIO", "the disk or the device failed"],
  ["EISDIR", "it is a directory"],
  ["ELOOP", "too many symbolic links"],
  ["EMFILE", "too many open files"],
  ["ENAMETOOLONG", "the name is too long"],
  ["ENFILE", "too many open files on this machine"],
  ["ENODEV", "no such device"],
  ["ENOENT", "no such file or directory"],
  ["ENOSPC", "no space left on the disk"],
  ["ENOTDIR", "a part of the path is not a directory"],
  ["ENXIO", "no such device, or a pipe that nobody reads"],
  ["EPERM", "operation not permitted"],
  ["EPIPE", "the reader has gone"],
  ["EROFS", "the file system is read-only"],
  ["ETXTBSY", "it is a program that is running"],
]);

/** The operating system's reason in words, without a path and without a stack. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  if (code !== null) return codeReason(code);
  return error instanceof Error ? error.message : String(error);
}

/** @param code `ENOENT` and the like */
export function codeReason(code: string): string {
  return REASONS.get(code) ?? code;
}

/** `ENOENT` and the like; null for an error that does not come from the operating system. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
