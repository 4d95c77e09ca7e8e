import type { ByteSource } from "../../bytes/byte-source.ts";
import type { CaptureOptions } from "../capture-options.ts";
import { type CaptureEnd, readCapture } from "../read-capture.ts";
import { FrameQueue } from "./frame-queue.ts";

/** A capture that is read chunk by chunk, each when it is asked for. */
export class CaptureCursor {
  readonly queue = new FrameQueue();
  /** How it ended; null while more may come. */
  end: CaptureEnd | null = null;
  private readonly source: ByteSource;
  private readonly options: CaptureOptions;
  private failure: unknown = null;
  private hasBegun = false;
  private isGivenUp = false;
  /** Lets the reader have its next chunk. */
  private proceed: () => void = () => undefined;
  /** Tells that the reader is through with what it had. */
  private arrive: () => void = () => undefined;

  constructor(source: ByteSource, options: CaptureOptions) {
    this.source = source;
    this.options = options;
  }

  /** Reads one more chunk, or finds that there is none. @throws LvsPcapError as `readCapture` does */
  async step(): Promise<void> {
    if (this.end !== null) return;
    const arrived = new Promise<void>((resolve) => {
      this.arrive = resolve;
    });
    if (this.hasBegun) this.proceed();
    else this.begin();
    await arrived;
    if (this.failure !== null) throw this.failure;
  }

  /** Whatever was not read is not wanted. */
  async close(): Promise<void> {
    this.isGivenUp = true;
    this.proceed();
    await this.source.close();
  }

  private begin(): void {
    this.hasBegun = true;
    const turn = async () => {
      this.arrive();
      await new Promise<void>((resolve) => {
        this.proceed = resolve;
      });
      if (this.isGivenUp) throw new GivenUp();
    };
    readCapture(this.source, this.queue, { ...this.options, turn })
      .then(
        (end) => {
          this.end = end;
        },
        (error: unknown) => {
          if (!(error instanceof GivenUp)) this.failure = error;
        },
      )
      .finally(() => this.arrive());
  }
}

class GivenUp extends Error {}
