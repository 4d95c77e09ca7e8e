import type { Capture } from "../harness/captures.ts";
import type { Contender } from "../harness/contenders.ts";
import { disagreements } from "../harness/counts.ts";
import type { Cost, ProcessRunner } from "../harness/processes.ts";
import { runRounds, showProgress } from "../harness/rounds.ts";
import type { Outcome } from "./goals.ts";
import type { Trial } from "./trials.ts";

export interface Measured extends Outcome {
  readonly title: string;
  /** Null where it read none. */
  readonly capture: Capture | null;
}

export interface Result {
  readonly trial: Trial;
  readonly rounds: number;
  readonly measured: readonly Measured[];
  readonly skipped: readonly Contender[];
}

/**
 * Has everybody who can take part count first, and times them then.
 *
 * @throws where a count is not what the generator made: nobody is timed who does not see what is there
 */
export async function runTrial(trial: Trial, runner: ProcessRunner, asked: number): Promise<Result> {
  const able = trial.contenders.filter(({ missing }) => missing === null);
  const skipped = trial.contenders.filter(({ missing }) => missing !== null);
  const captures: (Capture | null)[] = [];
  for (const contender of able) {
    showProgress(`${trial.id}: making ${contender.file?.path ?? "nothing"}`);
    const capture = contender.file?.provide() ?? null;
    captures.push(capture);
    if (capture === null) continue;
    showProgress(`${trial.id}: ${contender.title} counts`);
    await insistOnCounts(contender, capture, runner);
  }
  const rounds = trial.rounds(asked);
  // Without anybody to compare with there is nothing to tell.
  const costs: Cost[][] = able.length < 2 ? [] : await runRounds(runner, able, rounds);
  const measured = costs.map((costsOfOne, index) => {
    const capture = captures[index] ?? null;
    const { id = "", title = "" } = able[index] ?? {};
    return { id, title, capture, frames: capture?.made.frames ?? 0, costs: costsOfOne };
  });
  return { trial, rounds, measured, skipped };
}

async function insistOnCounts(contender: Contender, capture: Capture, runner: ProcessRunner): Promise<void> {
  if (contender.counting === null) return;
  const { stdout, stderr, status } = await runner.run(contender.counting.command, true);
  if (status === null || !contender.goodStatuses.includes(status)) {
    throw new Error(`${contender.title}: exit status ${status}: ${stderr.trim()}`);
  }
  const problems = disagreements(contender.title, capture, contender.counting.count(stdout));
  if (problems.length > 0) throw new Error(problems.join("; "));
}
