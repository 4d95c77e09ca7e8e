import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildC } from "./harness/c-programs.ts";
import { DATA_DIRECTORY } from "./harness/captures.ts";
import { planDisk } from "./harness/data-files.ts";
import { describeMachine } from "./harness/machine.ts";
import { parseCount, parseKind } from "./harness/options.ts";
import { ProcessRunner } from "./harness/processes.ts";
import { formatBytes, parseBytes } from "./harness/sizes.ts";
import { profileAnalysis } from "./profile/profile-analysis.ts";
import { withFigures } from "./trials/readme-figures.ts";
import { resultsPage, tally } from "./trials/results-page.ts";
import { type Result, runTrial } from "./trials/run-trial.ts";
import { goalTable, plainTable, trialTable } from "./trials/tables.ts";
import { allTrials, LARGEST, type Trial } from "./trials/trials.ts";

const README = join(import.meta.dirname, "../README.md");

// npm run bench -- [--only ROW]... [--size 4GB] [--runs 5] [--data DIRECTORY] [--disk 14GB] [--results FILE]
// npm run bench -- --list
// npm run bench -- --profile [--kind mixed|small|storm] [--size 1GB] [--results FILE]
const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    size: { type: "string" },
    runs: { type: "string", default: "5" },
    data: { type: "string", default: DATA_DIRECTORY },
    disk: { type: "string", default: "14GB" },
    results: { type: "string" },
    list: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    kind: { type: "string", default: "mixed" },
  },
});

const given = process.argv.slice(2).join(" ");
const command = `npm run bench${given === "" ? "" : ` -- ${given}`}`;
try {
  if (values.profile) {
    const page = values.results ?? join(import.meta.dirname, "PROFILE.md");
    profileAnalysis(parseKind(values.kind), parseBytes(values.size ?? "1GB"), values.data, command, page);
  } else {
    await runBench();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function runBench(): Promise<void> {
  const trials = chooseTrials();
  if (values.list) {
    for (const { id, title } of trials) console.log(`${id.padEnd(18)} ${title}`);
    return;
  }
  const rounds = parseCount(values.runs);
  const runner = new ProcessRunner(values.data);
  const files = trials
    .flatMap(({ contenders }) => contenders)
    .flatMap(({ file, missing }) => (file === null || missing !== null ? [] : [file]));
  const facts = [
    ...describeMachine(),
    `\`${command}\`: medians of ${rounds} runs, where a row says nothing else, after one uncounted, each in a fresh process, in turn; page cache warm`,
    ...(runner.limitation === null ? [] : [`CPU time and memory are not known: ${runner.limitation}`]),
  ];
  const disk = planDisk(files, values.data, parseBytes(values.disk));
  for (const line of [...facts, `on disk: ${disk}`]) console.log(line);

  const results: Result[] = [];
  for (const trial of trials) {
    const result = await runTrial(trial, runner, rounds);
    results.push(result);
    console.log(`\n${trial.title} (--only ${trial.id})`);
    if (result.measured.length > 0) console.log(plainTable(trialTable(result)));
    for (const { title, missing } of result.skipped) console.log(`LEFT OUT: ${title}: ${missing}`);
  }
  console.log(`\n${plainTable(goalTable(results), 2)}\n\n${tally(results)}`);
  writeResults(results, facts);
}

/** The page is of a whole run; of a part only where a file is named for it. */
function writeResults(results: readonly Result[], facts: readonly string[]): void {
  const isWhole = values.only.length === 0 && results.every(({ trial }) => trial.isFull);
  if (values.results !== undefined) writeFileSync(values.results, resultsPage(results, command, facts));
  else if (isWhole) {
    writeFileSync(join(import.meta.dirname, "RESULTS.md"), resultsPage(results, command, facts));
    writeFileSync(README, withFigures(readFileSync(README, "utf8"), results));
  } else console.log("RESULTS.md is left as it is: this was not a whole run.");
}

function chooseTrials(): Trial[] {
  const mostBytes = parseBytes(values.size ?? formatBytes(LARGEST));
  const all = allTrials({ directory: values.data, mostBytes, floor: buildC("floor", values.data) });
  const isExact = (name: string) => all.some(({ id }) => id === name);
  const isWanted = (id: string, name: string) => id === name || (!isExact(name) && id.startsWith(`${name}-`));
  for (const name of values.only) {
    if (!all.some(({ id }) => isWanted(id, name)))
      throw new Error(`--only ${name}: expected one of ${all.map(({ id }) => id).join(", ")}`);
  }
  if (values.only.length === 0) return all;
  return all.filter(({ id }) => values.only.some((name) => isWanted(id, name)));
}
