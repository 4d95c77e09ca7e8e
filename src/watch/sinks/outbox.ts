import { BoundedQueue } from "./bounded-queue.ts";

/** Hands one item over; rejects where it had to be given up. `signal` says that there is no more time to try again. */
export type HandOver<Item> = (item: Item, signal: AbortSignal) => Promise<void>;

/** Whoever is told that there is no more time is waited for so long: a disk may hang. */
const LAST_WORDS_MS = 300;

/** Items on their way to somebody who may be slow or away: in order, one at a time, never more than a bound. */
export class Outbox<Item> {
  private readonly queue: BoundedQueue<Item>;
  private readonly handOver: HandOver<Item>;
  private readonly ending = new AbortController();
  private working: Promise<void> | null = null;
  private failed = 0;
  /** An item is being handed over. */
  private isBusy = false;
  /** Nobody waits any more: what was being handed over counts as given up. */
  private isOver = false;
  private closed = false;

  constructor(capacity: number, handOver: HandOver<Item>) {
    this.queue = new BoundedQueue(capacity);
    this.handOver = handOver;
  }

  /** Items that were given up. */
  get dropped(): number {
    return this.queue.dropped + this.failed;
  }

  put(item: Item): void {
    if (this.closed) {
      this.failed++;
      return;
    }
    this.queue.put(item);
    this.working ??= this.work();
  }

  /** Waits until all is handed over, but no longer than so many milliseconds; what is left then is given up. */
  async close(graceMs: number): Promise<void> {
    this.closed = true;
    if (this.working === null) return;
    let timer: NodeJS.Timeout | undefined;
    const timeIsUp = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.ending.abort();
        timer = setTimeout(resolve, LAST_WORDS_MS);
      }, graceMs);
    });
    await Promise.race([this.working, timeIsUp]);
    clearTimeout(timer);
    this.queue.drop();
    this.isOver = true;
    if (this.isBusy) this.failed++;
  }

  private async work(): Promise<void> {
    // Not within the call that delivers: between two chunks of frames there is no time for it.
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (let item = this.queue.take(); item !== undefined; item = this.queue.take()) {
      if (this.ending.signal.aborted) {
        this.failed++;
        this.queue.drop();
        break;
      }
      this.isBusy = true;
      try {
        await this.handOver(item, this.ending.signal);
      } catch {
        if (!this.isOver) this.failed++;
      }
      this.isBusy = false;
    }
    this.working = null;
  }
}
