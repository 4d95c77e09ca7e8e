import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { WatchEvent } from "../../src/index.ts";
import { BUILT_COMMAND } from "../../test/support/cli.ts";

/** The built command, watching what is written into it, and its events as they come. */
export class WatchedPipe {
  readonly exited: Promise<number | null>;
  stderr = "";
  private readonly child: ChildProcess;
  private readonly listener: (event: WatchEvent, atMs: number) => void;

  constructor(args: readonly string[], listener: (event: WatchEvent, atMs: number) => void) {
    this.listener = listener;
    this.child = spawn(process.execPath, [BUILT_COMMAND, "watch", "--format", "ndjson", ...args]);
    this.exited = new Promise((resolve) => this.child.once("exit", resolve));
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) throw new Error("the command has no output");
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    createInterface({ input: stdout }).on("line", (line) => {
      const event: WatchEvent = JSON.parse(line);
      this.listener(event, performance.now());
    });
  }

  /** @returns false where the pipe is full */
  write(bytes: Uint8Array): boolean {
    return this.child.stdin?.write(bytes) === true;
  }

  get waitingBytes(): number {
    return this.child.stdin?.writableLength ?? 0;
  }

  end(): void {
    this.child.stdin?.end();
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resident memory in bytes, as the kernel counts it. */
  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }
}
