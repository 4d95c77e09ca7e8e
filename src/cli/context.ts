import type { WriteStream } from "node:tty";

/** What a command touches outside the process's memory. */
export interface CommandContext {
  readonly stdout: Output;
  readonly stderr: Output;
  /** The command line, as it was given. */
  readonly args?: readonly string[];
  /** Standard input as it comes; not touched unless asked for. */
  readonly openStdin?: () => AsyncIterable<Uint8Array> & { readonly isTTY?: boolean; destroy?(): unknown };
  /** The descriptor of `stdout`, for whoever must not wait for its reader. */
  readonly stdoutFd?: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

type Output = Pick<WriteStream, "write"> & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number;
  on?(event: "resize", listener: () => void): unknown;
  off?(event: "resize", listener: () => void): unknown;
};
