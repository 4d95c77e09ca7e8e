import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { LvsPcapError } from "../../errors.ts";
import { systemReason } from "../../files/system-error.ts";
import type { WatchEvent } from "../../reports/event.ts";
import { printable } from "../../words/letters.ts";
import type { EventSink } from "../event-sink.ts";
import { BoundedQueue } from "./bounded-queue.ts";
import { eventEnvironment } from "./event-environment.ts";
import { Outage } from "./outage.ts";
import type { Say } from "./say.ts";

const QUEUE = 256;
const CLOSING_MS = 3000;
/** Between SIGTERM and SIGKILL. */
const LAST_WORDS_MS = 1000;

export interface ExecSetting {
  readonly command: readonly [program: string, ...args: string[]];
  /** What a process may take until it is killed. */
  readonly timeoutMs: number;
  /** Processes at a time. */
  readonly most: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: Say;
}

/** `--exec`: a process of its own for every event, which finds it on standard input and in its environment. */
export class ExecSink implements EventSink {
  readonly name = "exec";
  private readonly setting: ExecSetting;
  private readonly outage: Outage;
  private readonly queue = new BoundedQueue<WatchEvent>(QUEUE);
  /** With the finding that each is about: the events of one are run in order. */
  private readonly running = new Map<ChildProcess, string>();
  private failed = 0;
  private isClosed = false;
  private idle: (() => void) | null = null;

  private constructor(setting: ExecSetting) {
    this.setting = setting;
    this.outage = new Outage(`exec ${printable(setting.command[0])}`, setting.say, () => this.dropped);
  }

  /** @throws LvsPcapError `bad-usage` where there is no such program */
  static async open(setting: ExecSetting): Promise<ExecSink> {
    const [program] = setting.command;
    const { PATH = "" } = setting.environment;
    if (!(await isProgram(program, PATH))) {
      throw new LvsPcapError("bad-usage", `--exec ${program}: no such program, or it may not be run`);
    }
    return new ExecSink(setting);
  }

  /** Events for which no process ran to its end with status 0. */
  get dropped(): number {
    return this.queue.dropped + this.failed;
  }

  deliver(event: WatchEvent): void {
    if (this.isClosed) {
      this.failed++;
      return;
    }
    this.queue.put(event);
    setImmediate(() => this.startWhatMay());
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.running.size > 0 || this.queue.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.queue.drop();
          for (const child of this.running.keys()) signalGroup(child, "SIGKILL");
          if (this.running.size === 0) resolve();
        }, CLOSING_MS);
        this.idle = () => {
          clearTimeout(timer);
          resolve();
        };
        this.startWhatMay();
      });
    }
  }

  private startWhatMay(): void {
    while (this.running.size < this.setting.most) {
      const busy = new Set(this.running.values());
      const event = this.queue.take((waiting) => !busy.has(subjectOf(waiting)));
      if (event === undefined) break;
      this.start(event);
    }
    if (this.running.size === 0 && this.queue.size === 0) this.idle?.();
  }

  private start(event: WatchEvent): void {
    const { command, environment, timeoutMs } = this.setting;
    const [program, ...args] = command;
    let child: ChildProcess;
    try {
      child = spawn(program, args, {
        // A group of its own, so that what it starts itself can be ended with it, and Ctrl-C does not reach it.
        detached: true,
        shell: false,
        stdio: ["pipe", "ignore", "pipe"],
        env: { ...environment, ...eventEnvironment(event) },
      });
    } catch (error) {
      // No memory, no process number or no descriptor left.
      this.failed++;
      this.outage.began(`cannot be run: ${systemReason(error)}`, false);
      return;
    }
    this.running.set(child, subjectOf(event));
    let complaint = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      if (complaint.length < 200) complaint += chunk.toString();
    });
    // A program need not read what it is told.
    child.stdin?.on("error", () => {});
    child.stdin?.end(`${JSON.stringify(event)}\n`);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      signalGroup(child, "SIGTERM");
      killer = setTimeout(() => signalGroup(child, "SIGKILL"), LAST_WORDS_MS);
    }, timeoutMs);
    let killer: NodeJS.Timeout | null = null;
    let isOver = false;
    const over = (problem: string | null) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      if (killer !== null) clearTimeout(killer);
      // What it left running in its group has had its time, too.
      if (isLate) signalGroup(child, "SIGKILL");
      child.stderr?.destroy();
      this.running.delete(child);
      if (problem === null) this.outage.ended();
      else {
        this.failed++;
        this.outage.began(problem, false);
      }
      this.startWhatMay();
    };
    child.on("error", (error) => over(`cannot be run: ${systemReason(error)}`));
    child.on("exit", (status, signal) => {
      const said = complaint === "" ? "" : `: ${printable(complaint.split("\n", 1)[0] ?? "")}`;
      if (isLate) over(`killed after ${timeoutMs / 1000} s`);
      else if (signal !== null) over(`ended by ${signal}${said}`);
      else over(status === 0 ? null : `exit status ${status}${said}`);
    });
  }
}

function subjectOf(event: WatchEvent): string {
  return event.event === "benign" ? `${event.vlan} ${event.ip}` : event.id;
}

function signalGroup(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

async function isProgram(program: string, path: string): Promise<boolean> {
  const candidates = program.includes("/")
    ? [program]
    : path.split(delimiter).map((directory) => join(directory || ".", program));
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK);
      if ((await stat(candidate)).isFile()) return true;
    } catch {
      // Not this one.
    }
  }
  return false;
}
