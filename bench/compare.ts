import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Capture, DATA_DIRECTORY, provideCapture } from "./harness/captures.ts";
import { countReport, disagreements } from "./harness/counts.ts";
import { parseCount, parseKind } from "./harness/options.ts";
import { ProcessRunner } from "./harness/processes.ts";
import { runRounds } from "./harness/rounds.ts";
import { parseBytes } from "./harness/sizes.ts";
import { spreadOf } from "./harness/statistics.ts";
import { ROLE_FLAGS } from "./traffic/cluster.ts";

// npx tsx bench/compare.ts REVISION_A REVISION_B [--kind mixed]... [--size 512MB] [--runs 7] [--data DIRECTORY]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kind: { type: "string", multiple: true, default: ["mixed", "small"] },
    size: { type: "string", default: "512MB" },
    runs: { type: "string", default: "7" },
    data: { type: "string", default: DATA_DIRECTORY },
  },
});
if (positionals.length !== 2) throw new Error("expected two revisions, such as: main HEAD");

const ROOT = join(import.meta.dirname, "..");

interface Checkout {
  readonly revision: string;
  readonly directory: string;
}

const workshop = mkdtempSync(join(tmpdir(), "lvs-pcap-compare-"));
const checkouts: Checkout[] = [];
process.once("SIGINT", () => process.exit(130));
process.once("exit", removeCheckouts);

for (const [index, revision] of positionals.entries()) checkouts.push(checkOut(revision, `${"ab"[index]}`));
const rounds = parseCount(values.runs);
const runner = new ProcessRunner(values.data);
for (const kind of values.kind.map(parseKind)) {
  const capture = provideCapture(kind, parseBytes(values.size), values.data);
  await compare(`${kind}, without roles`, capture, []);
  await compare(`${kind}, roles given`, capture, ROLE_FLAGS);
}

async function compare(title: string, capture: Capture, roles: readonly string[]): Promise<void> {
  const entrants = checkouts.map(({ revision, directory }) => ({
    title: revision,
    command: [
      process.execPath,
      join(directory, "dist/cli/main.js"),
      ...["analyze", capture.path, "--no-progress", "--format", "json", "--fail-on", "never"],
      ...roles,
    ],
    goodStatuses: [0],
  }));
  console.log(title);
  for (const { title: revision, command } of entrants) {
    const { stdout } = await runner.run(command, true);
    // Told and no more: an older revision may well have been wrong, and its time is of interest all the same.
    for (const problem of disagreements(revision, capture, countReport(stdout))) console.log(`  ${problem}`);
  }
  const costs = await runRounds(runner, entrants, rounds);
  const walls = costs.map((runs) => spreadOf(runs.map(({ wallMs }) => wallMs)));
  const [a, b] = walls;
  if (a === undefined || b === undefined) throw new Error("nothing was measured");
  for (const [index, { median, least, most }] of walls.entries()) {
    const { revision = "" } = checkouts[index] ?? {};
    console.log(`  ${revision}: ${median.toFixed(0)} ms (${least.toFixed(0)} – ${most.toFixed(0)})`);
  }
  console.log(`  ${positionals[1]} takes ${(b.median / a.median).toFixed(3)} of ${positionals[0]}'s time`);
}

function checkOut(revision: string, name: string): Checkout {
  const directory = join(workshop, name);
  execFileSync("git", ["worktree", "add", "--detach", directory, revision], { cwd: ROOT, stdio: "pipe" });
  const checkout = { revision, directory };
  if (hasSameDependencies(revision)) symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"));
  else execFileSync("npm", ["ci", "--ignore-scripts"], { cwd: directory, stdio: "pipe" });
  execFileSync("npm", ["run", "build"], { cwd: directory, stdio: "pipe" });
  return checkout;
}

/** Whether the revision's lock file is the one that the dependencies here were installed by. */
function hasSameDependencies(revision: string): boolean {
  if (!existsSync(join(ROOT, "node_modules"))) return false;
  const changed = execFileSync("git", ["diff", "--name-only", revision, "--", "package-lock.json"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return changed === "";
}

function removeCheckouts(): void {
  for (const name of ["a", "b"]) {
    const directory = join(workshop, name);
    if (!existsSync(directory)) continue;
    execFileSync("git", ["worktree", "remove", "--force", directory], { cwd: ROOT, stdio: "pipe" });
  }
  rmSync(workshop, { recursive: true, force: true });
}
