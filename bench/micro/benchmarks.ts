import type { Benchmark } from "./benchmark.ts";
import { DECODERS } from "./decoders.ts";
import { LOOKUPS } from "./lookups.ts";
import { WALKS } from "./walks.ts";

export const BENCHMARKS: readonly Benchmark[] = [...WALKS, ...DECODERS, ...LOOKUPS];
