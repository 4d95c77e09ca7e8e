import { spawn } from "node:child_process";
import { buildC } from "./c-programs.ts";

/** What one process cost; CPU and memory are null where nothing on this machine can tell. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number | null;
  readonly peakMiB: number | null;
}

export interface Finished {
  readonly cost: Cost;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly status: number | null;
}

/** Runs programs, each in a process of its own, and tells what it cost. */
export class ProcessRunner {
  /** Why CPU and memory are not measured; null where they are. */
  readonly limitation: string | null;
  private readonly wrapper: string | null;

  /** @param directory where the wrapper, a small C program around wait4, may be built */
  constructor(directory: string) {
    const built = buildC("measure", directory);
    this.wrapper = "path" in built ? built.path : null;
    this.limitation =
      "path" in built ? null : `${built.reason}; wall time only, and with Node's own start of a process`;
  }

  /** @param keepOutput whether stdout is wanted; else it goes to /dev/null, so that nobody waits for the reader */
  run(command: readonly string[], keepOutput: boolean): Promise<Finished> {
    const [program = "", ...args] = this.wrapper === null ? command : [this.wrapper, ...command];
    return new Promise((resolve, reject) => {
      const startMs = performance.now();
      const child = spawn(program, args, {
        stdio: ["ignore", keepOutput ? "pipe" : "ignore", "pipe", "pipe"],
      });
      const collected: Record<"stdout" | "stderr" | "report", Buffer[]> = {
        stdout: [],
        stderr: [],
        report: [],
      };
      child.stdout?.on("data", (chunk: Buffer) => collected.stdout.push(chunk));
      child.stderr?.on("data", (chunk: Buffer) => collected.stderr.push(chunk));
      child.stdio[3]?.on("data", (chunk: Buffer) => collected.report.push(chunk));
      let wallMs = 0;
      child.once("exit", () => {
        wallMs = performance.now() - startMs;
      });
      child.once("error", reject);
      child.once("close", (status) => {
        resolve({
          cost: parseReport(Buffer.concat(collected.report).toString()) ?? {
            wallMs,
            cpuMs: null,
            peakMiB: null,
          },
          stdout: Buffer.concat(collected.stdout),
          stderr: Buffer.concat(collected.stderr).toString(),
          status,
        });
      });
    });
  }
}

function parseReport(text: string): Cost | null {
  const [wallNs, userUs, systemUs, residentKiB] = text.trim().split(" ").map(Number);
  if (wallNs === undefined || userUs === undefined || systemUs === undefined || residentKiB === undefined)
    return null;
  return { wallMs: wallNs / 1e6, cpuMs: (userUs + systemUs) / 1e3, peakMiB: residentKiB / 1024 };
}
