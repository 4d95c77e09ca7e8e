import type { Cost } from "../harness/processes.ts";
import { spreadOf } from "../harness/statistics.ts";

/** What a contender's runs cost, and how much it had to read. */
export interface Outcome {
  readonly id: string;
  readonly frames: number;
  readonly costs: readonly Cost[];
}

/** One claim about a trial's outcomes. */
export interface Goal {
  readonly claim: string;
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
  readonly unit: string;
  /** What is claimed of captures of any size can be judged by a small one. */
  readonly isOfAnySize?: true;
  /** Null where a contender is missing, or its cost is not known. */
  readonly measure: (outcomes: readonly Outcome[]) => Measurement | null;
}

/** The least and the most of the runs. */
interface Measurement {
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

export type Verdict = "met" | "missed" | "not measured" | "not judged";

/** @param isFull whether the captures were as large as the claim says; of smaller ones start-up is a larger part */
export function judge(goal: Goal, outcomes: readonly Outcome[], isFull: boolean): Verdict {
  const measured = goal.measure(outcomes);
  if (measured === null) return "not measured";
  if (!isFull && goal.isOfAnySize !== true) return "not judged";
  return isWithin(measured.value, goal.bound) ? "met" : "missed";
}

function isWithin(value: number, bound: Goal["bound"]): boolean {
  return "atMost" in bound ? value <= bound.atMost : value >= bound.atLeast;
}

/** `a` takes at most so many times `b`'s time. The value is of the medians, the spread of each round's two runs. */
export function timeOf(a: string, b: string, atMost: number, claim: string): Goal {
  return { claim, bound: { atMost }, unit: "×", measure: (outcomes) => ratio(outcomes, a, b) };
}

/** `a` is at least so many times as fast as `b`. */
export function speedOf(a: string, b: string, atLeast: number, claim: string): Goal {
  return { claim, bound: { atLeast }, unit: "×", measure: (outcomes) => ratio(outcomes, b, a) };
}

/** The largest that any run of a contender whose name begins so was; one that leaks is not saved by the others. */
export function memoryOf(prefix: string, atMostMiB: number): Goal {
  return {
    claim: "resident memory",
    bound: { atMost: atMostMiB },
    unit: "MiB",
    isOfAnySize: true,
    measure(outcomes) {
      const ours = outcomes.filter(({ id }) => id.startsWith(prefix));
      const peaks = ours.flatMap(({ costs }) => costs.map(({ peakMiB }) => peakMiB));
      const known = peaks.filter((peak) => peak !== null);
      if (known.length === 0 || known.length < peaks.length) return null;
      const { least, most } = spreadOf(known);
      return { value: most, least, most };
    },
  };
}

export function wallOf(id: string, atMostMs: number, claim: string): Goal {
  return {
    claim,
    bound: { atMost: atMostMs },
    unit: "ms",
    measure(outcomes) {
      const walls = wallsOf(outcomes, id);
      return walls === null ? null : measurementOf(walls);
    },
  };
}

export function framesPerSecond(id: string, atLeastMillions: number, claim: string): Goal {
  return {
    claim,
    bound: { atLeast: atLeastMillions },
    unit: "million/s",
    measure(outcomes) {
      const walls = wallsOf(outcomes, id);
      const frames = outcomes.find((outcome) => outcome.id === id)?.frames;
      if (walls === null || frames === undefined) return null;
      const { median, least, most } = spreadOf(walls);
      const rate = (wallMs: number) => frames / 1e3 / wallMs;
      return { value: rate(median), least: rate(most), most: rate(least) };
    },
  };
}

/**
 * Each further frame costs what the ones before did: the cost of those that the third contender reads more than the
 * second, in relation to those that the second reads more than the first. So start-up is in neither.
 */
export function linearIn(ids: readonly [string, string, string], atMost: number, claim: string): Goal {
  return {
    claim,
    bound: { atMost },
    unit: "×",
    measure(outcomes) {
      const points = ids.map((id) => {
        const walls = wallsOf(outcomes, id);
        const frames = outcomes.find((outcome) => outcome.id === id)?.frames;
        return walls === null || frames === undefined ? null : { walls, frames };
      });
      const [first = null, second = null, third = null] = points;
      if (first === null || second === null || third === null) return null;
      const growth = (firstMs: number, secondMs: number, thirdMs: number) =>
        (thirdMs - secondMs) /
        (third.frames - second.frames) /
        ((secondMs - firstMs) / (second.frames - first.frames));
      const [a = Number.NaN, b = Number.NaN, c = Number.NaN] = [first, second, third].map(
        ({ walls }) => spreadOf(walls).median,
      );
      const { least, most } = spreadOf(
        first.walls.map((wallMs, round) =>
          growth(wallMs, second.walls[round] ?? Number.NaN, third.walls[round] ?? Number.NaN),
        ),
      );
      return { value: growth(a, b, c), least, most };
    },
  };
}

function ratio(outcomes: readonly Outcome[], above: string, below: string): Measurement | null {
  const aboves = wallsOf(outcomes, above);
  const belows = wallsOf(outcomes, below);
  if (aboves === null || belows === null) return null;
  const { least, most } = spreadOf(aboves.map((wallMs, round) => wallMs / (belows[round] ?? Number.NaN)));
  return { value: spreadOf(aboves).median / spreadOf(belows).median, least, most };
}

function wallsOf(outcomes: readonly Outcome[], id: string): number[] | null {
  const costs = outcomes.find((outcome) => outcome.id === id)?.costs ?? [];
  return costs.length === 0 ? null : costs.map(({ wallMs }) => wallMs);
}

function measurementOf(values: readonly number[]): Measurement {
  const { median, least, most } = spreadOf(values);
  return { value: median, least, most };
}
