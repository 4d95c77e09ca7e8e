import type { WriteStream } from "node:tty";

const BAR_CELLS = 30;
/** Below this a capture is done before a person has read the bar. */
const SMALLEST_BYTES = 64 << 20;
const INTERVAL_MS = 100;

/** A bar on a terminal, on one line that is wiped when the work is done. */
export class ProgressBar {
  private readonly terminal: Pick<WriteStream, "write">;
  private readonly now: () => number;
  private drawnAtMs = Number.NEGATIVE_INFINITY;
  private isDrawn = false;

  constructor(terminal: Pick<WriteStream, "write">, now: () => number) {
    this.terminal = terminal;
    this.now = now;
  }

  update(bytes: number, sizeBytes: number | null): void {
    if ((sizeBytes ?? bytes) < SMALLEST_BYTES) return;
    const nowMs = this.now();
    if (nowMs - this.drawnAtMs < INTERVAL_MS) return;
    this.drawnAtMs = nowMs;
    this.isDrawn = true;
    this.terminal.write(`\r\x1b[K${progressLine(bytes, sizeBytes)}`);
  }

  clear(): void {
    if (this.isDrawn) this.terminal.write("\r\x1b[K");
    this.isDrawn = false;
  }
}

function progressLine(bytes: number, sizeBytes: number | null): string {
  const read = `${(bytes / 1e6).toFixed(0)} MB`;
  if (sizeBytes === null) return `reading: ${read}`;
  const share = Math.min(1, bytes / sizeBytes);
  const filled = Math.round(share * BAR_CELLS);
  const bar = "█".repeat(filled) + "░".repeat(BAR_CELLS - filled);
  return `${bar} ${(share * 100).toFixed(0).padStart(3)} %  ${read} of ${(sizeBytes / 1e6).toFixed(0)} MB`;
}
