/** How long to wait before the next attempt, and who decides by how much. */
export interface RetryPace {
  readonly firstMs: number;
  readonly longestMs: number;
  /** From 0 to below 1: so that not everybody comes back at once to who was away. */
  readonly random: () => number;
}

export const UNHURRIED: RetryPace = { firstMs: 500, longestMs: 60_000, random: Math.random };

/** @param attempt 0 after the first failure; each doubles the wait, of which at least half is kept */
export function waitMs(pace: RetryPace, attempt: number): number {
  const most = Math.min(pace.longestMs, pace.firstMs * 2 ** Math.min(attempt, 30));
  return most / 2 + (most / 2) * pace.random();
}

/** Resolves after so many milliseconds, or as soon as there is no more time. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
