import { LvsPcapError } from "../errors.ts";

const IN_WORDS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such file"],
  ["EACCES", "permission denied"],
  ["EISDIR", "is a directory; expected a capture file"],
  ["EMFILE", "too many open files"],
  ["EBADF", "it is closed"],
]);

/** What the operating system said, in one line that names the file. */
export function unreadable(path: string, error: unknown): LvsPcapError {
  const reason = systemCode(error) ?? String(error);
  return new LvsPcapError("unreadable-file", `${path}: cannot be read: ${IN_WORDS.get(reason) ?? reason}`, {
    cause: error,
  });
}

/** `ENOENT` and its like; null for an error that is not the operating system's. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && "code" in error ? String(error.code) : null;
}
