import { describe, expect, it } from "vitest";
import {
  framesPerSecond,
  judge,
  linearIn,
  memoryOf,
  type Outcome,
  speedOf,
  timeOf,
  wallOf,
} from "../../bench/trials/goals.ts";

function outcome(id: string, wallsMs: readonly number[], frames = 0, peakMiB: number | null = 60): Outcome {
  return { id, frames, costs: wallsMs.map((wallMs) => ({ wallMs, cpuMs: wallMs, peakMiB })) };
}

describe("a claim about time", () => {
  const goal = timeOf("ours", "theirs", 0.5, "time");

  it("is met up to its bound, by the medians", () => {
    expect(judge(goal, [outcome("ours", [40, 50, 900]), outcome("theirs", [100, 90, 110])], true)).toBe(
      "met",
    );
  });

  it("is missed beyond it", () => {
    expect(judge(goal, [outcome("ours", [51]), outcome("theirs", [100])], true)).toBe("missed");
  });

  it("shows the least and the most of what each round's two runs say", () => {
    const outcomes = [outcome("ours", [40, 60, 50]), outcome("theirs", [100, 100, 200])];
    expect(goal.measure(outcomes)).toEqual({ value: 0.5, least: 0.25, most: 0.6 });
  });

  it("is not measured where the other is missing", () => {
    expect(judge(goal, [outcome("ours", [40])], true)).toBe("not measured");
  });

  it("is not judged by captures smaller than it says", () => {
    expect(judge(goal, [outcome("ours", [40]), outcome("theirs", [100])], false)).toBe("not judged");
  });
});

describe("a claim about speed", () => {
  it("is the other's time to ours", () => {
    const goal = speedOf("ours", "theirs", 100, "speed");
    const outcomes = [outcome("ours", [10]), outcome("theirs", [1000])];
    expect([goal.measure(outcomes)?.value, judge(goal, outcomes, true)]).toEqual([100, "met"]);
  });

  it("is told in frames a second, too", () => {
    const goal = framesPerSecond("ours", 3, "frames");
    expect(goal.measure([outcome("ours", [1000, 2000, 4000], 6e6)])).toEqual({
      value: 3,
      least: 1.5,
      most: 6,
    });
  });
});

describe("the claim about memory", () => {
  const goal = memoryOf("lvs-pcap", 128);

  it("looks at the largest run of all that are ours", () => {
    const outcomes = [
      outcome("lvs-pcap", [1], 0, 90),
      outcome("lvs-pcap-roles", [1], 0, 129),
      outcome("tshark", [1], 0, 400),
    ];
    expect(goal.measure(outcomes)).toEqual({ value: 129, least: 90, most: 129 });
  });

  it("holds for any size, so a small capture can miss it", () => {
    expect(judge(goal, [outcome("lvs-pcap", [1], 0, 129)], false)).toBe("missed");
  });

  it("is not measured where memory is not known", () => {
    expect(judge(goal, [outcome("lvs-pcap", [1], 0, null)], true)).toBe("not measured");
  });
});

describe("the claim that time is linear", () => {
  const goal = linearIn(["few", "more", "most"], 1.15, "cost of a further frame");

  it("leaves start-up out", () => {
    const outcomes = [outcome("few", [110], 1e6), outcome("more", [120], 2e6), outcome("most", [140], 4e6)];
    expect(goal.measure(outcomes)?.value).toBeCloseTo(1);
  });

  it("is missed where further frames cost more", () => {
    const outcomes = [outcome("few", [110], 1e6), outcome("more", [120], 2e6), outcome("most", [160], 4e6)];
    expect(judge(goal, outcomes, true)).toBe("missed");
  });
});

describe("a claim about time alone", () => {
  it("is of the median", () => {
    expect(judge(wallOf("ours", 100, "time"), [outcome("ours", [90, 100, 300])], true)).toBe("met");
  });
});
