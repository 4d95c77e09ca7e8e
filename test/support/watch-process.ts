import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { WatchEvent } from "../../src/index.ts";
import { BUILT_COMMAND } from "./cli.ts";

const PATIENCE_MS = 15_000;

/** `lvs-pcap watch` as a process of its own, with a pipe on either side. */
export class WatchProcess {
  stdout = "";
  stderr = "";
  readonly ended: Promise<number | null>;
  readonly child: ChildProcess;

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(process.execPath, [BUILT_COMMAND, "watch", ...args], { env: environment });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    // Of a watch that has ended nobody reads what is still written.
    this.child.stdin?.on("error", () => undefined);
    this.ended = new Promise((resolve) => this.child.once("close", (code) => resolve(code)));
  }

  write(bytes: Uint8Array): void {
    this.child.stdin?.write(bytes);
  }

  /** The stream ends, and with it the watch. */
  async finish(): Promise<number | null> {
    this.child.stdin?.end();
    return this.ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  get events(): WatchEvent[] {
    return this.stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line): WatchEvent => JSON.parse(line));
  }

  async until(isSo: (watch: WatchProcess) => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!isSo(this)) {
      if (performance.now() > deadline) throw new Error(`it did not happen: ${this.stdout}${this.stderr}`);
      await sleep(5);
    }
  }
}
