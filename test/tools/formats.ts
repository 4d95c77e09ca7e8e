import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportSchema } from "../../src/packaging/report-schema.ts";
import { plural } from "../../src/words/counts.ts";
import { reportValidator } from "../support/report-validator.ts";
import { countByCapinfos, READERS, type Understood } from "./formats/readers.ts";
import { SAMPLES } from "./formats/samples.ts";
import { fuzz } from "./fuzz/campaign.ts";
import { loadSeeds } from "./fuzz/seeds.ts";
import { allTargets } from "./fuzz/targets.ts";
import { hostileFiles } from "./hostile/files.ts";
import { FLOODS, floodCapture } from "./hostile/floods.ts";
import { type Measured, measure } from "./hostile/measure.ts";

/**
 * `npm run formats [FOLDER...]`: which tool reads what, tried; every capture of the folders beside capinfos; what harmful
 * input takes. Writes docs/formats-compared.md. Without folders: captures/, and ../shared/captures where it is there.
 */
const COMMAND = "npm run formats";
const ROOT = join(import.meta.dirname, "..", "..");
const OUTPUT = join(ROOT, "docs", "formats-compared.md");
const FUZZ_SECONDS = 60;
const FUZZ_SEED = 1;
const MEBIBYTE = 1 << 20;

const scratch = mkdtempSync(join(tmpdir(), "lvs-pcap-formats-"));

function cell(understood: Understood | null): string {
  if (understood === null) return "no";
  const { frames, arpFrames } = understood;
  const counted = plural(frames, "frame");
  return arpFrames === null ? counted : `${counted}, ${arpFrames} ARP`;
}

async function sampleRows(group: string): Promise<string[]> {
  const rows = [];
  for (const { name, bytes, why } of SAMPLES.filter((sample) => sample.group === group)) {
    if (bytes === null) {
      process.stderr.write(`SKIPPED: ${name}: ${why}\n`);
      continue;
    }
    const path = join(scratch, "sample");
    writeFileSync(path, bytes);
    const cells = [];
    for (const reader of READERS) cells.push(reader.version === null ? "" : cell(await reader.read(path)));
    rows.push(`| ${name} | ${cells.join(" | ")} |`);
  }
  return rows;
}

const NO_CAPTURE = /\.(md|json|yaml|ts|txt)$|LICEN[CS]E|\/licences\//;

interface Tried {
  files: number;
  readable: number;
  equal: number;
  slowestMs: number;
  mostBytes: number;
  ill: string[];
  differing: string[];
}

/** Every file through the built command, and by capinfos. */
async function tryAll(folders: readonly string[]): Promise<Tried> {
  const tried: Tried = {
    files: 0,
    readable: 0,
    equal: 0,
    slowestMs: 0,
    mostBytes: 0,
    ill: [],
    differing: [],
  };
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()) {
      const path = join(folder, name);
      if (NO_CAPTURE.test(path) || !statSync(path).isFile()) continue;
      const measured = await measure(["analyze", path, "--format", "json", "--fail-on", "never"]);
      tried.files++;
      tried.slowestMs = Math.max(tried.slowestMs, measured.elapsedMs);
      tried.mostBytes = Math.max(tried.mostBytes, measured.residentBytes ?? 0);
      if (isIll(measured)) tried.ill.push(name);
      const theirs = countByCapinfos(path);
      if (theirs === null) continue;
      tried.readable++;
      const frames = framesIn(measured);
      if (frames === theirs) tried.equal++;
      else tried.differing.push(`\`${name}\`: ${frames ?? "refused"}, capinfos ${theirs}`);
    }
  }
  return tried;
}

function isIll({ status, stderr }: Measured): boolean {
  return (status !== 0 && status !== 2) || /unexpected error|^\s+at /m.test(stderr);
}

function framesIn({ status, stdout }: Measured): number | null {
  if (status !== 0) return null;
  const report: { captures: { frames: number }[] } = JSON.parse(stdout);
  return report.captures[0]?.frames ?? null;
}

async function hostileRows(): Promise<string[]> {
  const rows: string[] = [];
  const add = async (name: string, input: Iterable<Buffer>) => {
    const args = ["analyze", "-", "--format", "json", "--vip", "192.168.1.2"];
    const { status, elapsedMs, residentBytes } = await measure(args, input);
    const memory = residentBytes === null ? "" : `${Math.round(residentBytes / MEBIBYTE)} MiB`;
    rows.push(`| ${name} | ${status} | ${(elapsedMs / 1000).toFixed(1)} s | ${memory} |`);
  };
  for (const { name, pieces } of hostileFiles(1024)) await add(name, pieces());
  for (const [index, flood] of FLOODS.entries()) {
    const frames = index === 0 ? 10_000_000 : 1_000_000;
    await add(`${frames.toLocaleString("en-US")} frames: ${flood.name}`, floodCapture(flood, frames));
  }
  return rows;
}

const given = process.argv.slice(2);
const folders = (
  given.length > 0 ? given : [join(ROOT, "captures"), join(ROOT, "..", "shared", "captures")]
).filter((folder) => existsSync(folder));
const head = `| | ${READERS.map(({ name }) => name).join(" | ")} |\n|---|${"---|".repeat(READERS.length)}`;
const versions = READERS.map(
  ({ name, version }) => `${name} ${version ?? "(not installed: its column is empty)"}`,
);
const tried = await tryAll(folders);
const targets = allTargets(join(scratch, "mutated"), reportValidator(reportSchema()).validReport);
const fuzzUntil = performance.now() + FUZZ_SECONDS * 1000;
const fuzzed = await fuzz({
  seed: FUZZ_SEED,
  goesOn: () => performance.now() < fuzzUntil,
  seeds: loadSeeds(),
  targets,
  mostCrashes: 100,
});

const text = [
  `<!-- Generated by \`${COMMAND}\`; do not edit. -->`,
  "",
  "# Who reads what",
  "",
  `Tried, not looked up: ${versions.join(", ")}.`,
  "Each file holds the same four frames, three of them ARP, unless its row says otherwise; ARP counts where the tool's own",
  'filter or decoder finds it without being told where to look. "no" is a refusal. pcap-parser looks into no frame.',
  "",
  "## Containers",
  "",
  head,
  ...(await sampleRows("containers")),
  "",
  "## Link types",
  "",
  head,
  ...(await sampleRows("link types")),
  "",
  "## Beside capinfos",
  "",
  `${tried.files} files, among them suites of malformed ones, each by the built command: ${tried.ill.length} ended in anything but a`,
  `report or one line of refusal; the slowest took ${(tried.slowestMs / 1000).toFixed(2)} s, the largest ${Math.round(tried.mostBytes / MEBIBYTE)} MiB. capinfos reads ${tried.readable} of them, and`,
  `counts the same frames in ${tried.equal}.`,
  ...(tried.differing.length === 0
    ? []
    : ["", "Differing:", "", ...tried.differing.map((line) => `- ${line}`)]),
  "",
  "## Mutations",
  "",
  `${fuzzed.mutations} mutations of ${fuzzed.seeds} captures (\`npm run fuzz -- --seed ${FUZZ_SEED} --seconds ${FUZZ_SECONDS}\`), against ${targets.length - 1} decoders of link types and the`,
  `whole analysis: ${fuzzed.crashes.length} did harm; the slowest took ${fuzzed.slowestMs.toFixed(0)} ms.`,
  "",
  "## Files and floods made to do harm",
  "",
  "By the built command, from a pipe; the files unpack to a gibibyte, or hold one. Exit status 2 is a refusal.",
  "",
  "| | exit status | time | memory |",
  "|---|---|---|---|",
  ...(await hostileRows()),
  "",
].join("\n");
rmSync(scratch, { recursive: true });
writeFileSync(OUTPUT, text);
process.stdout.write(text);
for (const { target, seed, what } of fuzzed.crashes)
  process.stderr.write(`${target}, from ${seed}: ${what}\n`);
for (const { name, version } of READERS) if (version === null) process.stderr.write(`SKIPPED: ${name}\n`);
