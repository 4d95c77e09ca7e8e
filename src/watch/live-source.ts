import type { ByteSource } from "../bytes/byte-source.ts";
import { cannotRead } from "../files/system-error.ts";

/** Once somebody wants to stop: what is still in the pipe is taken, but not waited for. */
const QUIET_MS = 50;
const LONGEST_DRAIN_MS = 1_000;

/** A stream of Node's, or anything that gives bytes as they come. */
export interface LiveStream extends AsyncIterable<Uint8Array> {
  /** Lets go of it, though it may be waiting. */
  destroy?(): unknown;
}

/** Whoever follows the stream. */
export interface StreamListener {
  /** Bytes came, and are about to be decoded. */
  arrived(bytes: number): void;
  /** All that came was decoded, and more is waited for. */
  decoded(): void;
}

/**
 * A stream of bytes as it comes: each read gives what is there, and tells when what the last one gave was decoded.
 *
 * Nothing here waits for a buffer to fill, and nothing blocks: timers, signals and sinks have their turn meanwhile.
 */
export class LiveSource implements ByteSource {
  readonly name: string;
  readonly sizeBytes = null;
  /** Whether `stop` ended it. */
  stopped = false;
  private readonly stream: LiveStream;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly listener: StreamListener;
  private pending: Uint8Array | null = null;
  private readonly nowMs: () => number;
  private giveUp: (() => void) | null = null;
  private deadlineMs = Number.POSITIVE_INFINITY;

  constructor(name: string, stream: LiveStream, listener: StreamListener, nowMs: () => number) {
    this.name = name;
    this.stream = stream;
    this.chunks = stream[Symbol.asyncIterator]();
    this.listener = listener;
    this.nowMs = nowMs;
  }

  async read(target: Uint8Array, offset: number, length: number): Promise<number> {
    this.listener.decoded();
    const chunk = this.pending ?? (await this.next());
    if (chunk === null) return 0;
    const taken = Math.min(length, chunk.length);
    target.set(taken === chunk.length ? chunk : chunk.subarray(0, taken), offset);
    this.pending = taken === chunk.length ? null : chunk.subarray(taken);
    this.listener.arrived(taken);
    return taken;
  }

  /** The stream ends with what it holds now. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.deadlineMs = this.nowMs() + LONGEST_DRAIN_MS;
    if (this.giveUp !== null) setTimeout(this.giveUp, QUIET_MS);
  }

  async close(): Promise<void> {
    this.giveUp?.();
    // To end the iteration would wait for the bytes that it waits for.
    this.stream.destroy?.();
  }

  /** @returns null at the end */
  private next(): Promise<Uint8Array | null> {
    // Not Promise.race: what waits for the stop would pile up over months.
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (settled: () => void) => {
        this.giveUp = null;
        clearTimeout(timer);
        settled();
      };
      this.giveUp = () => settle(() => resolve(null));
      if (this.stopped) {
        timer = setTimeout(this.giveUp, Math.max(0, Math.min(QUIET_MS, this.deadlineMs - this.nowMs())));
      }
      this.chunks.next().then(
        ({ done, value }) => settle(() => resolve(done === true ? null : value)),
        (error: unknown) => settle(() => reject(cannotRead(this.name, error))),
      );
    });
  }
}
