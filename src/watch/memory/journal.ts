import { closeSync, fdatasync, fdatasyncSync, fsync, ftruncateSync, rmSync, write, writeSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { promisify } from "node:util";
import { systemCode, systemReason } from "../../files/system-error.ts";
import { MOST_STATE_BYTES } from "../../limits.ts";
import { printable } from "../../words/letters.ts";
import type { Say } from "../sinks/say.ts";
import { createFile } from "./directory.ts";
import { writeLine } from "./line.ts";
import { generationsIn, headerLine, journalPath, snapshotPath } from "./stored-state.ts";

/** A journal is folded into a new snapshot when it is larger than this, and than twice the snapshot. */
const SHORTEST_FOLD_BYTES = 4 << 20;
/** Lines of a snapshot that are written at a time. */
const SNAPSHOT_CHUNK = 512;
const RETRY_MS = 5000;
const SYNC_MS = 1000;

/**
 * A table on disk: a snapshot, and a journal of what changed since.
 *
 * What is written down is in the kernel's hands before `put` and `drop` return to `flush`: so it survives the death of this
 * process at any moment. Every second it is also told to reach the disk, for the death of the machine.
 */
export class Journal {
  private readonly directory: string;
  private readonly say: Say;
  /** What the files say, line by line. */
  private readonly lines = new Map<string, string>();
  private bytes = 0;
  private pending: string[] = [];
  private generation: number;
  private file: number | null = null;
  private journalBytes = 0;
  private snapshotBytes = 0;
  private folding: Promise<void> | null = null;
  private brokenAtMs: number | null = null;
  private syncedAtMs = 0;
  private isSyncing = false;
  /** Records that were too many. */
  omitted = 0;

  constructor(directory: string, generation: number, say: Say) {
    this.directory = directory;
    this.generation = generation;
    this.say = say;
  }

  /** What is known under the key from here on. */
  put(key: string, json: string): void {
    const line = writeLine(json);
    const before = this.lines.get(key);
    if (before === line) return;
    const bytes = this.bytes + line.length - (before?.length ?? 0);
    if (bytes > MOST_STATE_BYTES) {
      this.omitted++;
      return;
    }
    this.bytes = bytes;
    this.lines.set(key, line);
    this.pending.push(line);
  }

  drop(key: string): void {
    const before = this.lines.get(key);
    if (before === undefined) return;
    this.lines.delete(key);
    this.bytes -= before.length;
    this.pending.push(writeLine(JSON.stringify({ what: "gone", is: { key } })));
  }

  get(key: string): string | undefined {
    return this.lines.get(key);
  }

  /** Begins a new snapshot and journal; what is on disk is read by now. */
  async begin(): Promise<void> {
    this.fold();
    await this.folding;
  }

  /** Writes what was put since the last time. A disk that takes no more is said, and tried again later. */
  flush(): void {
    const nowMs = performance.now();
    if (this.brokenAtMs !== null) {
      // All of it is in the table, and goes into the next snapshot.
      this.pending = [];
      if (nowMs - this.brokenAtMs < RETRY_MS || this.folding !== null) return;
      this.fold();
      return;
    }
    if (this.pending.length > 0) {
      const text = this.pending.join("");
      this.pending = [];
      this.append(text);
    }
    if (this.journalBytes > Math.max(SHORTEST_FOLD_BYTES, 2 * this.snapshotBytes)) this.fold();
    if (nowMs - this.syncedAtMs >= SYNC_MS) this.sync(nowMs);
  }

  async close(): Promise<void> {
    await this.folding;
    this.flush();
    await this.folding;
    if (this.file !== null) {
      try {
        fdatasyncSync(this.file);
      } catch {
        // It is in the kernel's hands.
      }
      closeSync(this.file);
    }
    this.file = null;
  }

  private append(text: string): void {
    if (this.file === null) return;
    const bytes = Buffer.from(text);
    try {
      for (let written = 0; written < bytes.length; ) {
        written += writeSync(this.file, bytes, written, bytes.length - written, this.journalBytes + written);
      }
      this.journalBytes += bytes.length;
    } catch (error) {
      try {
        ftruncateSync(this.file, this.journalBytes);
      } catch {
        // A line that is cut short is known by its checksum.
      }
      this.breakDown(error);
    }
  }

  private sync(nowMs: number): void {
    if (this.file === null || this.isSyncing) return;
    this.syncedAtMs = nowMs;
    this.isSyncing = true;
    fdatasync(this.file, () => {
      this.isSyncing = false;
    });
  }

  private fold(): void {
    this.folding ??= this.writeSnapshot()
      .then(() => this.mend())
      .catch((error: unknown) => this.breakDown(error))
      .finally(() => {
        this.folding = null;
      });
  }

  /** From here on changes go to the next journal, and all that was before into the snapshot that it begins with. */
  private async writeSnapshot(): Promise<void> {
    const generation = this.generation + 1;
    const lines = [headerLine(generation, this.lines.size), ...this.lines.values()];
    this.pending = [];
    this.startJournal(generation);
    const temporary = `${snapshotPath(this.directory)}.tmp`;
    const file = createFile(temporary);
    let bytes = 0;
    try {
      for (let at = 0; at < lines.length; at += SNAPSHOT_CHUNK) {
        const chunk = Buffer.from(lines.slice(at, at + SNAPSHOT_CHUNK).join(""));
        await writeToEnd(file, chunk);
        bytes += chunk.length;
      }
      await sync(file);
    } finally {
      closeSync(file);
    }
    await rename(temporary, snapshotPath(this.directory));
    await syncDirectory(this.directory);
    this.snapshotBytes = bytes;
    for (const old of generationsIn(this.directory)) {
      if (old < generation) rmSync(journalPath(this.directory, old), { force: true });
    }
  }

  private startJournal(generation: number): void {
    const header = headerLine(generation);
    const file = createFile(journalPath(this.directory, generation));
    try {
      writeSync(file, header);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    if (this.file !== null) closeSync(this.file);
    this.file = file;
    this.generation = generation;
    this.journalBytes = Buffer.byteLength(header);
  }

  private mend(): void {
    if (this.brokenAtMs === null) return;
    this.brokenAtMs = null;
    this.say(`state ${printable(this.directory)}: is written again`);
  }

  private breakDown(error: unknown): void {
    const reason =
      systemCode(error) === "ENOSPC" ? systemReason(error) : `cannot be written: ${systemReason(error)}`;
    if (this.brokenAtMs === null) {
      this.say(
        `state ${printable(this.directory)}: ${reason}; watching goes on, what is new is not remembered`,
      );
    }
    this.brokenAtMs = performance.now();
  }
}

const [writeSome, sync] = [promisify(write), promisify(fsync)];

async function writeToEnd(file: number, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; )
    written += (await writeSome(file, bytes, written, bytes.length - written, null)).bytesWritten;
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
