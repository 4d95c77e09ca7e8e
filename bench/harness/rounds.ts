import type { Cost, ProcessRunner } from "./processes.ts";

export interface Entrant {
  readonly title: string;
  readonly command: readonly string[];
  readonly goodStatuses: readonly number[];
}

/**
 * Runs all entrants in turn (A B C A B C ...), so that what else happens on the machine meets them alike; the first
 * round only warms the page cache.
 *
 * @returns each entrant's costs, in the order given
 */
export async function runRounds(
  runner: ProcessRunner,
  entrants: readonly Entrant[],
  rounds: number,
): Promise<Cost[][]> {
  const costs: Cost[][] = entrants.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, entrant] of entrants.entries()) {
      const { cost, status, stderr } = await runner.run(entrant.command, false);
      if (status === null || !entrant.goodStatuses.includes(status)) {
        throw new Error(`${entrant.title}: exit status ${status}: ${stderr.trim()}`);
      }
      if (round > 0) costs[index]?.push(cost);
      showProgress(`round ${round} of ${rounds}: ${entrant.title}: ${cost.wallMs.toFixed(0)} ms`);
    }
  }
  showProgress("");
  return costs;
}

/** Where somebody watches. */
export function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}
