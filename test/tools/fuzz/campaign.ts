import { mutate } from "./mutate.ts";
import { Random } from "./random.ts";
import type { Seed } from "./seeds.ts";
import { shrink } from "./shrink.ts";
import type { Target } from "./targets.ts";

/** No input may take longer. */
const LONGEST_MS = 1000;

interface Crash {
  readonly target: string;
  readonly seed: string;
  /** The message, or how long it took. */
  readonly what: string;
  /** Shrunk; as a capture file. */
  readonly capture: Buffer;
}

export interface Outcome {
  readonly mutations: number;
  readonly seeds: number;
  readonly slowestMs: number;
  /** Of the process, at its highest. */
  readonly residentBytes: number;
  readonly crashes: readonly Crash[];
}

export interface Campaign {
  readonly seed: number;
  /** Asked before each mutation, with the number of those before. */
  readonly goesOn: (mutations: number) => boolean;
  readonly seeds: readonly [Seed, ...Seed[]];
  readonly targets: readonly [Target, ...Target[]];
  readonly mostCrashes: number;
}

/** Feeds mutated captures to the targets as long as it goes on; decoders get more turns, because they take less time. */
export async function fuzz({ seed, goesOn, seeds, targets, mostCrashes }: Campaign): Promise<Outcome> {
  const random = new Random(seed);
  const crashes = new Map<string, Crash>();
  const [pipeline] = targets;
  let mutations = 0;
  let slowestMs = 0;
  let residentBytes = 0;
  while (goesOn(mutations) && crashes.size < mostCrashes) {
    const target = random.below(20) === 0 ? pipeline : random.pick(targets);
    const from = random.pick(seeds);
    const bytes = mutate(target.seed(from, random), random, random.pick(seeds).bytes);
    const { failure, elapsedMs } = await attempt(target, bytes);
    mutations++;
    slowestMs = Math.max(slowestMs, elapsedMs);
    if (mutations % 1000 === 0) residentBytes = Math.max(residentBytes, process.memoryUsage.rss());
    const what = failure ?? (elapsedMs > LONGEST_MS ? `took longer than ${LONGEST_MS} ms` : null);
    const key = `${target.name}: ${what}`;
    if (what === null || crashes.has(key)) continue;
    const isSame = async (candidate: Buffer) => {
      const again = await attempt(target, candidate);
      return failure === null ? again.elapsedMs > LONGEST_MS : again.failure === failure;
    };
    const capture = target.asCapture(await shrink(bytes, isSame));
    crashes.set(key, { target: target.name, seed: from.name, what, capture });
  }
  return {
    mutations,
    seeds: seeds.length,
    slowestMs,
    residentBytes: Math.max(residentBytes, process.memoryUsage.rss()),
    crashes: [...crashes.values()],
  };
}

async function attempt(
  target: Target,
  bytes: Buffer,
): Promise<{ failure: string | null; elapsedMs: number }> {
  const begun = performance.now();
  const failure = await target.feed(bytes).then(
    () => null,
    (error: unknown) => describe(error),
  );
  return { failure, elapsedMs: performance.now() - begun };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = error.stack
    ?.split("\n")
    .find((line) => /\/src\//.test(line))
    ?.replace(/^.*\/src\//, "src/");
  return `${error.name}: ${error.message.slice(0, 200)}${place === undefined ? "" : ` (${place.replace(/\)$/, "")})`}`;
}
