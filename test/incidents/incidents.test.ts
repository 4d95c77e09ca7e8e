import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { lvsPcap, reportIn } from "../support/cli.ts";
import { INCIDENTS, loadIncidents, problemsOf } from "./incident.ts";

/** Runs that are still judged wrong or not at all, with the reason; a run that is mended must be taken out. */
const OPEN: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(INCIDENTS, "open.json"), "utf8"));
const RUNS = loadIncidents();

async function judge(capture: string, args: readonly string[]): Promise<{ report: Report; exit: number }> {
  const outcome = await lvsPcap(["analyze", capture, "--format", "json", ...args]);
  return { report: reportIn(outcome), exit: outcome.status ?? 2 };
}

describe("a reported incident is judged right", () => {
  it.each(RUNS)("$name", async ({ name, capture, args, expect: expectation }) => {
    const { report, exit } = await judge(capture, args);
    const problems = problemsOf(report, exit, expectation).map(({ sort, what }) => `${sort}: ${what}`);
    if (name in OPEN) expect(problems, "it is right now: take it out of open.json").not.toEqual([]);
    else expect(problems).toEqual([]);
  });
});

describe("the list of open incidents", () => {
  it("names only runs that exist", () => {
    const names = new Set(RUNS.map(({ name }) => name));
    expect(Object.keys(OPEN).filter((name) => !names.has(name))).toEqual([]);
  });
});
