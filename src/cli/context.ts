import type { WriteStream } from "node:tty";

/** What a command touches outside the process's memory. */
export interface CommandContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

type Output = Pick<WriteStream, "write"> & { readonly isTTY?: boolean | undefined };
