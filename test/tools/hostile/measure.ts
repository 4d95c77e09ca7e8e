import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BUILT_COMMAND } from "../../support/cli.ts";

export interface Measured {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
  /** What it had of a processor, whatever else the machine had to do; null where the system does not tell. */
  readonly processorMs: number | null;
  /** The highest resident size of the process; null where the system does not tell (it takes Linux's /proc). */
  readonly residentBytes: number | null;
}

const INTERVAL_MS = 20;

/** The built command as a process of its own, with what it took. */
export async function measure(args: readonly string[], input: Iterable<Buffer> = []): Promise<Measured> {
  const started = performance.now();
  const child = spawn(process.execPath, [BUILT_COMMAND, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  let residentBytes: number | null = null;
  let processorMs: number | null = null;
  const timer = setInterval(() => {
    residentBytes = highWaterMark(child.pid) ?? residentBytes;
    processorMs = processorTime(child.pid) ?? processorMs;
  }, INTERVAL_MS);
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  // Whoever refuses a capture at its first bytes reads no more of it.
  await pipeline(Readable.from(input, { objectMode: true, highWaterMark: 2 }), child.stdin).catch(
    () => undefined,
  );
  const status = await closed;
  clearInterval(timer);
  return { status, ...output, elapsedMs: performance.now() - started, processorMs, residentBytes };
}

/** Of a process that is still there. */
function highWaterMark(pid: number | undefined): number | null {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}

/** Fields 14 and 15 of proc(5)'s stat, in hundredths of a second. */
function processorTime(pid: number | undefined): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}
