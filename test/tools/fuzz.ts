import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reportSchema } from "../../src/packaging/report-schema.ts";
import { reportValidator } from "../support/report-validator.ts";
import { fuzz } from "./fuzz/campaign.ts";
import { loadSeeds } from "./fuzz/seeds.ts";
import { allTargets } from "./fuzz/targets.ts";

/**
 * `npm run fuzz -- [--seconds 120] [--seed N] [--keep FOLDER]`: mutated captures against every decoder and the whole
 * analysis. What goes wrong is kept as a capture, in captures/hostile unless said otherwise; exit status 1 where
 * anything did.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "120" },
    seed: { type: "string", default: String(Date.now() % 2 ** 32) },
    keep: { type: "string", default: join(import.meta.dirname, "..", "..", "captures", "hostile") },
  },
});
const seed = Number(values.seed);
const scratch = mkdtempSync(join(tmpdir(), "lvs-pcap-fuzz-"));
const seeds = loadSeeds();
const targets = allTargets(join(scratch, "mutated"), reportValidator(reportSchema()).validReport);
process.stdout.write(
  `seed ${seed}: ${seeds.length} captures, ${targets.length} targets, ${values.seconds} s\n`,
);
const until = performance.now() + Number(values.seconds) * 1000;
const outcome = await fuzz({
  seed,
  goesOn: () => performance.now() < until,
  seeds,
  targets,
  mostCrashes: 20,
});
rmSync(scratch, { recursive: true });

for (const [index, { target, seed: from, what, capture }] of outcome.crashes.entries()) {
  mkdirSync(values.keep, { recursive: true });
  const path = join(values.keep, `fuzz-${seed}-${index + 1}.pcap`);
  writeFileSync(path, capture);
  process.stdout.write(`${target}, from ${from}: ${what}\n  kept: ${path} (${capture.length} bytes)\n`);
}
const mebibytes = Math.round(outcome.residentBytes / 2 ** 20);
process.stdout.write(
  `${outcome.mutations} mutations, ${outcome.crashes.length} crashes; slowest ${outcome.slowestMs.toFixed(0)} ms, at most ${mebibytes} MiB resident\n`,
);
process.exitCode = outcome.crashes.length === 0 ? 0 : 1;
