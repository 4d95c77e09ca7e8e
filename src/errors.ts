/**
 * What can keep the work from being done. The codes are stable: scripts may switch on them.
 *
 * - `bad-usage`            an argument that cannot be understood
 * - `unreadable-file`      the operating system refuses to read the file
 * - `unwritable-file`      the operating system refuses to write the file
 * - `not-a-capture`        the bytes do not begin as a capture does
 * - `unsupported-version`  a capture of a format version that nobody writes
 * - `bad-topology`         a topology file with a key or value that cannot be meant
 * - `bad-inventory`        an inventory that is none, or with a line that cannot be meant
 * - `unverifiable`         the independent parser cannot read this kind of capture
 */
export type ErrorCode =
  | "bad-usage"
  | "unreadable-file"
  | "unwritable-file"
  | "not-a-capture"
  | "unsupported-version"
  | "bad-topology"
  | "bad-inventory"
  | "unverifiable";

/** The one error that this package throws on purpose: its message is one line, fit to be shown as it is. */
export class LvsPcapError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LvsPcapError";
    this.code = code;
  }
}
