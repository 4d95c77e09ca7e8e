import { type ChildProcess, execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const { PATH: path = "" } = process.env;

/** The directories root's tools live in; a plain user's PATH often lacks the sbin ones. */
const SEARCH_PATH = [...path.split(delimiter), "/usr/sbin", "/sbin"].filter((d) => d !== "");

export const ENVIRONMENT = { ...process.env, PATH: SEARCH_PATH.join(delimiter), LC_ALL: "C" };

export function isInstalled(tool: string): boolean {
  return SEARCH_PATH.some((directory) => {
    try {
      accessSync(join(directory, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a command to its end and returns what it printed; a failure carries the command's own complaint. */
export function run(command: string, args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { env: ENVIRONMENT }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} ${args.join(" ")}: ${stderr.trim() || error.message}`));
    });
    if (input !== undefined) child.stdin?.end(input);
  });
}

/** A program that goes on running beside the recording. */
export class Program {
  readonly #child: ChildProcess;
  readonly #title: string;
  readonly #ended: Promise<number | null>;
  #output = "";

  constructor(command: string, args: readonly string[]) {
    this.#title = `${command} ${args.join(" ")}`;
    this.#child = spawn(command, args, { env: ENVIRONMENT, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        this.#output += error.message;
        resolve(null);
      });
      this.#child.once("close", (code) => resolve(code));
    });
  }

  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async printed(text: string, seconds = 10): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!this.#output.includes(text)) {
      if (!this.running || Date.now() > deadline)
        throw new Error(`${this.#title}: expected "${text}", got "${this.#output.trim()}"`);
      await sleep(10);
    }
  }

  async finished(): Promise<string> {
    const code = await this.#ended;
    if (code !== 0) throw new Error(`${this.#title}: exit status ${code}: ${this.#output.trim()}`);
    return this.#output;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<string> {
    if (this.running) this.#child.kill(signal);
    await this.#ended;
    return this.#output;
  }

  /** For the way out after a failure: asks nothing and waits for nothing. */
  kill(): void {
    if (this.running) this.#child.kill("SIGKILL");
  }
}
