/** So much waits for the reader before unpacking pauses: enough for both to be busy. */
const FULL_BYTES = 2 << 20;

/** What was unpacked and not yet read. One side fills it and pauses where it is full, the other empties it. */
export class UnpackedQueue {
  private readonly chunks: Uint8Array[] = [];
  private waitingBytes = 0;
  private failure: unknown = null;
  private hasEnded = false;
  private wake: () => void = () => undefined;
  private readonly onRoom: () => void;
  /** Bytes put in so far. */
  putBytes = 0;

  /** @param onRoom called when the queue is full no more, and when it is empty */
  constructor(onRoom: () => void = () => undefined) {
    this.onRoom = onRoom;
  }

  put(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.waitingBytes += chunk.length;
    this.putBytes += chunk.length;
    this.wake();
  }

  get isEmpty(): boolean {
    return this.chunks.length === 0;
  }

  get isFull(): boolean {
    return this.waitingBytes >= FULL_BYTES;
  }

  end(): void {
    this.hasEnded = true;
    this.wake();
  }

  /** @param error what the reader gets to see after all that was put in before */
  fail(error: unknown): void {
    this.failure = error;
    this.end();
  }

  /** As `ByteSource.read`. */
  async read(target: Uint8Array, offset: number, length: number): Promise<number> {
    while (this.chunks.length === 0) {
      if (this.failure !== null) throw this.failure;
      if (this.hasEnded) return 0;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    let filled = 0;
    while (filled < length) {
      const [chunk] = this.chunks;
      if (chunk === undefined) break;
      const taken = Math.min(length - filled, chunk.length);
      target.set(chunk.subarray(0, taken), offset + filled);
      filled += taken;
      if (taken === chunk.length) this.chunks.shift();
      else this.chunks[0] = chunk.subarray(taken);
    }
    const wasFull = this.isFull;
    this.waitingBytes -= filled;
    if (this.isEmpty || (wasFull && !this.isFull)) this.onRoom();
    return filled;
  }
}
