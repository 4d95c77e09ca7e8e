import { fork } from "node:child_process";
import { describeMachine } from "./harness/machine.ts";
import { spreadOf } from "./harness/statistics.ts";
import type { Benchmark } from "./micro/benchmark.ts";
import { BENCHMARKS } from "./micro/benchmarks.ts";

// npx tsx bench/micro.ts [WORDS OF A NAME]
const WARM_UP_ROUNDS = 4;
const ROUNDS = 11;

const [wanted = "", mode] = process.argv.slice(2);
if (mode === "--here") {
  const benchmark = BENCHMARKS.find(({ name }) => name === wanted);
  if (benchmark === undefined) throw new Error(`${wanted}: no such benchmark`);
  measure(benchmark);
} else {
  for (const line of describeMachine()) console.log(line);
  console.log(`ns per frame: median of ${ROUNDS} rounds (min – max)\n`);
  for (const { name } of BENCHMARKS) if (name.includes(wanted)) await measureApart(name);
}

/** In a process of its own, or what V8 learnt from one benchmark would decide about the next. */
function measureApart(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1] ?? "", [name, "--here"]);
    child.once("error", reject);
    child.once("exit", (status) => {
      if (status === 0) resolve();
      else reject(new Error(`${name}: exit status ${status}`));
    });
  });
}

function measure({ name, prepare }: Benchmark): void {
  const { round, expected } = prepare();
  const nsPerFrame: number[] = [];
  for (let index = 0; index < WARM_UP_ROUNDS + ROUNDS; index++) {
    const start = process.hrtime.bigint();
    const counted = round();
    const took = Number(process.hrtime.bigint() - start);
    if (counted !== expected) throw new Error(`${name}: counted ${counted}, expected ${expected}`);
    if (index >= WARM_UP_ROUNDS) nsPerFrame.push(took / counted);
  }
  const { median, least, most } = spreadOf(nsPerFrame);
  console.log(
    `${name.padEnd(58)} ${median.toFixed(1).padStart(8)}  (${least.toFixed(1)} – ${most.toFixed(1)})`,
  );
}
