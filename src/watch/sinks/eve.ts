import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { LvsPcapError } from "../../errors.ts";
import { endsWithinLine } from "../../files/last-line.ts";
import { systemReason } from "../../files/system-error.ts";
import type { WatchEvent } from "../../reports/event.ts";
import { printable } from "../../words/letters.ts";
import type { EventSink } from "../event-sink.ts";
import { eveLine } from "./eve-record.ts";
import { Outage } from "./outage.ts";
import { Outbox } from "./outbox.ts";
import { pause, type RetryPace, waitMs } from "./retry.ts";
import type { Say } from "./say.ts";

const QUEUE = 4096;
const CLOSING_MS = 2000;
/** Without O_NONBLOCK a named pipe that nobody reads would hold a thread for ever; files do not mind it. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
const MODE = 0o640;

export interface EveSetting {
  readonly path: string;
  readonly pace: RetryPace;
  readonly say: Say;
}

/** `--eve`: one line per event, appended, as Suricata writes its alerts. */
export class EveSink implements EventSink {
  readonly name = "eve";
  private readonly setting: EveSetting;
  private readonly outage: Outage;
  private readonly outbox: Outbox<WatchEvent>;
  private file: FileHandle | null;
  /** A line was cut short by a full disk. */
  private isCut = false;

  private constructor(setting: EveSetting, file: FileHandle) {
    this.setting = setting;
    this.file = file;
    this.isCut = endsWithinLine(setting.path);
    this.outage = new Outage(`eve ${printable(setting.path)}`, setting.say, () => this.dropped);
    this.outbox = new Outbox(QUEUE, (event, signal) => this.write(`${eveLine(event)}\n`, signal));
  }

  /** @throws LvsPcapError `bad-usage` where the file cannot be written */
  static async open(setting: EveSetting): Promise<EveSink> {
    try {
      return new EveSink(setting, await open(setting.path, FLAGS, MODE));
    } catch (error) {
      const reason = systemReason(error);
      throw new LvsPcapError("bad-usage", `--eve ${setting.path}: cannot be written: ${reason}`, {
        cause: error,
      });
    }
  }

  get dropped(): number {
    return this.outbox.dropped;
  }

  deliver(event: WatchEvent): void {
    this.outbox.put(event);
  }

  async close(): Promise<void> {
    await this.outbox.close(CLOSING_MS);
    await this.file?.close().catch(() => {});
  }

  private async write(line: string, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.append(line);
        this.outage.ended();
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        this.outage.began(systemReason(error));
        await pause(waitMs(this.setting.pace, attempt), signal);
        if (signal.aborted) throw error;
      }
    }
  }

  private async append(line: string): Promise<void> {
    const file = await this.current();
    const bytes = Buffer.from(this.isCut ? `\n${line}` : line);
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten === bytes.length) {
      this.isCut = false;
      return;
    }
    this.isCut = bytesWritten > 0 || this.isCut;
    throw new Error("no space left on the disk");
  }

  /** logrotate moves the file away, and the next line shall go to a new one: looked at for every event, they are few. */
  private async current(): Promise<FileHandle> {
    if (this.file !== null && (await isStillAt(this.file, this.setting.path))) return this.file;
    await this.file?.close().catch(() => {});
    this.file = null;
    this.file = await open(this.setting.path, FLAGS, MODE);
    this.isCut = endsWithinLine(this.setting.path);
    return this.file;
  }
}

async function isStillAt(file: FileHandle, path: string): Promise<boolean> {
  const [ours, there] = await Promise.all([file.stat(), stat(path).catch(() => null)]);
  return there !== null && there.ino === ours.ino && there.dev === ours.dev;
}
