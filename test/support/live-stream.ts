import { setTimeout as sleep } from "node:timers/promises";
import {
  type Report,
  type WatchControls,
  type WatchEvent,
  type WatchOptions,
  watchCapture,
} from "../../src/index.ts";
import { type CapturedFrame, pcapHeader, writePcap } from "./pcap.ts";

const PATIENCE_MS = 5_000;

/** Not one piece ends where a frame does. */
const PIECE_BYTES = 1_499;

/** A capture's bytes as a pipe gives them. */
export async function* inPieces(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** A capture stream that a test writes into, as tcpdump -U does. */
export class LiveCapture implements AsyncIterable<Uint8Array> {
  private readonly pieces: Uint8Array[] = [];
  private wake: (() => void) | null = null;
  private isOver = false;

  constructor(start: Uint8Array = pcapHeader()) {
    this.pieces.push(start);
  }

  write(...frames: readonly CapturedFrame[]): void {
    this.writeBytes(writePcap(frames).subarray(pcapHeader().length));
  }

  writeBytes(bytes: Uint8Array): void {
    this.pieces.push(bytes);
    this.wake?.();
  }

  end(): void {
    this.isOver = true;
    this.wake?.();
  }

  /** Resolves when all that was written was taken, looked at, and more is waited for. */
  async taken(): Promise<void> {
    while (this.pieces.length > 0 || this.wake === null) await sleep(0);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const piece = this.pieces.shift();
      if (piece !== undefined) yield piece;
      else if (this.isOver) return;
      else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        this.wake = null;
      }
    }
  }
}

/** A watch that is under way, and what it has told so far. */
export class Watching {
  readonly events: WatchEvent[] = [];
  readonly capture: LiveCapture;
  readonly report: Promise<Report>;
  private controlsOrNull: WatchControls | null = null;

  constructor(options: WatchOptions = {}, capture = new LiveCapture()) {
    this.capture = capture;
    this.report = watchCapture(capture, {
      ...options,
      onStart: (controls) => {
        this.controlsOrNull = controls;
        options.onStart?.(controls);
      },
      onEvent: (event) => {
        this.events.push(event);
        options.onEvent?.(event);
      },
    });
    // Who waits for the report is told; who does not has no use for an unhandled rejection.
    this.report.catch(() => undefined);
  }

  get controls(): WatchControls {
    if (this.controlsOrNull === null) throw new Error("the watch has not begun");
    return this.controlsOrNull;
  }

  /** `opened F1 vip-reply`, in order. */
  get told(): string[] {
    return this.events.map((event) =>
      event.event === "benign" ? `benign ${event.kind}` : `${event.event} ${event.id} ${event.kind}`,
    );
  }

  /** Waits until so many events were told; the clock that the watch runs by is the system's. */
  async until(count: number): Promise<string[]> {
    const deadline = performance.now() + PATIENCE_MS;
    while (this.events.length < count) {
      if (performance.now() > deadline) throw new Error(`only ${this.told.join(", ") || "nothing"} was told`);
      await sleep(2);
    }
    return this.told;
  }

  async end(): Promise<Report> {
    this.capture.end();
    return this.report;
  }
}

/** All that a watch tells of these frames when they come at one time, and its report. */
export async function watchAll(
  frames: readonly CapturedFrame[],
  options: WatchOptions = {},
): Promise<{ told: string[]; events: readonly WatchEvent[]; report: Report }> {
  const watching = new Watching(options);
  watching.capture.write(...frames);
  const report = await watching.end();
  return { told: watching.told, events: watching.events, report };
}
