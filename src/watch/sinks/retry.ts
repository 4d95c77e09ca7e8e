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

const IN_WORDS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["ECONNREFUSED", "nobody listens there"],
  ["ECONNRESET", "the connection was cut"],
  ["EEXIST", "it is no directory"],
  ["EHOSTUNREACH", "it cannot be reached"],
  ["EISDIR", "it is a directory"],
  ["ENETUNREACH", "it cannot be reached"],
  ["ENOENT", "no such file or directory"],
  ["ENOSPC", "the disk is full"],
  ["ENOTDIR", "it is no directory"],
  ["ENOTFOUND", "no such host"],
  ["ENXIO", "a pipe that nobody reads"],
  ["EPIPE", "the connection was cut"],
  ["EROFS", "the disk is read-only"],
  ["ETIMEDOUT", "no answer"],
]);

/** What the operating system said, in words, without a path or a stack. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  return code === null ? error.message : (IN_WORDS.get(code) ?? code);
}

/** `ENOENT` and its like; null for an error that is not the operating system's. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
