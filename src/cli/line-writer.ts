import { close, fstatSync, open, write, writeSync } from "node:fs";
import { endsWithinLine } from "../files/last-line.ts";
import { MOST_UNREAD_BYTES } from "../limits.ts";

/** A pipe that is full and does not wait is tried again after this. */
const RETRY_MS = 5;

export interface WriterTroubles {
  /** The reader went away (EPIPE): nothing written from here on would be read. */
  readonly onGone: () => void;
  /** Something could not be written, for the first time or again after it could. */
  readonly onTrouble: (code: string) => void;
}

/**
 * Writes lines to a file or a pipe beside everything else: Node's own standard output waits for whoever reads a pipe,
 * and the decoding with it.
 *
 * A line that cannot be written, on a full disk, is given up and said once; the next one is tried again.
 */
export class LineWriter {
  /** Lines that were given up. */
  dropped = 0;
  /** Whether the disk refused one of them. */
  hasFailed = false;
  private fd: number | null;
  private readonly path: string | null;
  private readonly troubles: WriterTroubles;
  private readonly queue: Buffer[] = [];
  private queuedBytes = 0;
  private isWriting = false;
  private inTrouble = false;
  /** A line broke off in the middle. */
  private isTorn = false;
  /** What is written next goes on with a line that has begun. */
  private isWithin = false;
  private isGone = false;
  private idle: (() => void)[] = [];

  constructor(
    target: { readonly fd: number } | { readonly fd: number; readonly path: string },
    troubles: WriterTroubles,
  ) {
    this.fd = target.fd;
    this.path = "path" in target ? target.path : null;
    this.isTorn = this.path !== null && endsWithinLine(this.path);
    this.troubles = troubles;
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    if (this.isGone || this.queuedBytes + bytes.length > MOST_UNREAD_BYTES) {
      this.dropped++;
      return;
    }
    const written = this.isWriting ? 0 : this.writeToFile(bytes);
    if (written === bytes.length) return;
    this.isWithin = written > 0;
    this.queue.push(bytes.subarray(written));
    this.queuedBytes += bytes.length - written;
    if (!this.isWriting) this.writeNext();
  }

  /** Lets go of the file and opens it by its name anew: somebody moved it away. */
  reopen(): void {
    const { path } = this;
    if (path === null) return;
    open(path, "a", (error, fd) => {
      if (error !== null) {
        this.troubled(error);
        return;
      }
      const old = this.fd;
      this.fd = fd;
      this.isTorn = endsWithinLine(path);
      if (old !== null) close(old, () => undefined);
    });
  }

  /** Resolves when all that was taken is written or given up. */
  flushed(): Promise<void> {
    if (!this.isWriting) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /**
   * A file takes a line at once, so that it is there when the process is killed in the next moment.
   *
   * @returns how many bytes it took; 0 for what may have to be waited for, and where there is trouble
   */
  private writeToFile(bytes: Buffer): number {
    if (this.fd === null || this.inTrouble || this.isTorn) return 0;
    try {
      return fstatSync(this.fd).isFile() ? writeSync(this.fd, bytes) : 0;
    } catch {
      return 0;
    }
  }

  private writeNext(): void {
    const bytes = this.queue.shift();
    if (bytes === undefined || this.fd === null) {
      this.isWriting = false;
      for (const resolve of this.idle.splice(0)) resolve();
      return;
    }
    this.isWriting = true;
    this.queuedBytes -= bytes.length;
    // What broke off in the middle must not take the next line with it.
    this.writeOut(this.isTorn ? Buffer.concat([Buffer.from("\n"), bytes]) : bytes, 0);
  }

  private writeOut(bytes: Buffer, offset: number): void {
    write(this.fd ?? -1, bytes, offset, bytes.length - offset, null, (error, written) => {
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.writeOut(bytes, offset), RETRY_MS);
        return;
      }
      if (error !== null) {
        this.dropped++;
        this.isTorn ||= offset > 0 || this.isWithin;
        this.isWithin = false;
        this.troubled(error);
        this.writeNext();
        return;
      }
      if (offset + written < bytes.length) {
        this.writeOut(bytes, offset + written);
        return;
      }
      this.isTorn = false;
      this.isWithin = false;
      this.inTrouble = false;
      this.writeNext();
    });
  }

  private troubled(error: NodeJS.ErrnoException): void {
    const code = error.code ?? error.message;
    if (code === "EPIPE") {
      if (this.isGone) return;
      this.isGone = true;
      this.queue.length = 0;
      this.queuedBytes = 0;
      this.troubles.onGone();
      return;
    }
    this.hasFailed = true;
    if (!this.inTrouble) {
      this.inTrouble = true;
      this.troubles.onTrouble(code);
    }
  }
}
