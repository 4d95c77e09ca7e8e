import { spawn } from "node:child_process";
import { systemCode, systemReason } from "../files/system-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const READY_CHECK_MS = 100;
/** As long as nothing asks for more often. */
const STATUS_MS = 30_000;
/** Of the time after which systemd takes the service for hung (sd_watchdog_enabled(3) has half of it). */
const WATCHDOG_SHARE = 0.4;

/**
 * Tells systemd that the watch has begun, how it stands, and that it is alive (sd_notify(3)).
 *
 * The messages are datagrams on a unix socket, which Node cannot send: `systemd-notify` does. They come from the event loop, so
 * that a watch that hangs misses the watchdog's time.
 */
export class ServiceNotifier {
  private readonly environment: Environment;
  private readonly report: (line: string) => void;
  private timer: NodeJS.Timeout | null = null;
  private isSending = false;
  private hasFailed = false;

  /** @param environment with the NOTIFY_SOCKET that systemd listens on */
  constructor(environment: Environment, report: (line: string) => void) {
    this.environment = environment;
    this.report = report;
  }

  /**
   * @param isReady whether frames can be seen from now on
   * @param status one line for a person
   */
  start(isReady: () => boolean, status: () => string): void {
    this.timer = setInterval(() => {
      if (!isReady()) return;
      this.send("READY=1", `STATUS=${status()}`);
      this.repeat(status);
    }, READY_CHECK_MS);
  }

  /** The watch is about to end. */
  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.isSending = false;
    this.send("STOPPING=1");
  }

  private repeat(status: () => string): void {
    if (this.timer !== null) clearInterval(this.timer);
    const watchdogMs = this.watchdogMs();
    const alive = watchdogMs === null ? [] : ["WATCHDOG=1"];
    this.timer = setInterval(
      () => this.send(...alive, `STATUS=${status()}`),
      Math.min(STATUS_MS, (watchdogMs ?? Number.POSITIVE_INFINITY) * WATCHDOG_SHARE),
    );
  }

  /** Null where the watchdog is off, or another process's. */
  private watchdogMs(): number | null {
    const { WATCHDOG_USEC = "", WATCHDOG_PID } = this.environment;
    const isOurs = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
    return isOurs && /^[1-9]\d{3,14}$/.test(WATCHDOG_USEC) ? Number(WATCHDOG_USEC) / 1000 : null;
  }

  private send(...messages: string[]): void {
    if (this.isSending) return;
    this.isSending = true;
    const child = spawn("systemd-notify", messages, { stdio: "ignore", env: { ...this.environment } });
    child.unref();
    child.once("error", (error) => {
      this.isSending = false;
      this.failed(systemCode(error) === "ENOENT" ? "not found" : systemReason(error));
    });
    child.once("exit", (status) => {
      this.isSending = false;
      if (status !== 0) this.failed(`exit status ${status ?? "unknown"}`);
    });
  }

  private failed(reason: string): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.report(`systemd-notify: ${reason}; systemd is not told that the watch runs`);
  }
}
