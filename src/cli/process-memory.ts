import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Keeps the engine from taking more room than it needs: left to itself it would take 48 MB for young objects in a flood,
 * which it does not give back as long as frames come, and let old ones grow to four times what is left of them after each
 * collection.
 */
export function keepMemorySmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=100");
}

/**
 * Has the engine collect its garbage now, and give back what it no longer needs.
 *
 * Left to itself it does so once it has much more: a process that took 200 MB in a flood would keep them for months. The
 * engine's `gc` is there for whoever asks for it by a flag.
 */
export function releaseMemory(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
}
