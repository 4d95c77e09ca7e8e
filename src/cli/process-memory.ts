/**
 * Keeps the engine from taking more room than it needs: left to itself it would take 48 MB for young objects in a flood,
 * which it does not give back as long as frames come, and let old ones grow to four times what is left of them after each
 * collection.
 */
export function keepMemorySmall(): void {
  setFlag("--semi-space-growth-factor=1");
  setFlag("--heap-growing-percent=100");
}

/**
 * Has the engine collect its garbage now, and give back what it no longer needs.
 *
 * Left to itself it does so once it has much more: a process that took 200 MB in a flood would keep them for months, and
 * of the pages that a flood filled it would keep each in which anything lives. The engine's `gc` is there for whoever asks
 * for it by a flag.
 */
export function releaseMemory(): void {
  setFlag("--expose-gc");
  const collect: unknown = process.getBuiltinModule("node:vm").runInNewContext("gc");
  setFlag("--compact-on-every-full-gc");
  if (typeof collect === "function") collect();
  setFlag("--no-compact-on-every-full-gc");
}

/** Loaded when it comes to that: it takes a start of 100 ms more than one of them. */
function setFlag(flag: string): void {
  process.getBuiltinModule("node:v8").setFlagsFromString(flag);
}
