import { describe, expect, it } from "vitest";
import { fittedPower, powerBetween } from "../../bench/growth/growth-line.ts";

const COUNTS = [1, 10, 100, 1_000];

function points(cost: (count: number) => number) {
  return COUNTS.map((count) => ({ count, milliseconds: cost(count) }));
}

describe("the power by which cost grows", () => {
  it("is 1 where ten times as many take ten times as long", () => {
    expect(fittedPower(points((count) => 60 * count))).toBeCloseTo(1);
  });

  it("is 2 where they take a hundred times as long", () => {
    expect(fittedPower(points((count) => 60 * count ** 2))).toBeCloseTo(2);
  });

  it("is told from one point to the next, too", () => {
    const [, before, point] = points((count) => 60 * count ** 2);
    expect(before && point && powerBetween(before, point)).toBeCloseTo(2);
  });

  it("is not made up from what takes too little to tell", () => {
    expect(fittedPower(points((count) => count / 1_000))).toBeNull();
    expect(powerBetween({ count: 1, milliseconds: 3 }, { count: 10, milliseconds: 90 })).toBeNull();
  });
});
