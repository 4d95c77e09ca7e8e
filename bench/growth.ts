import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureShape } from "./growth/measure-shape.ts";
import { conclusionOf, growthPage, type Series, tableOf } from "./growth/page.ts";
import { SHAPES } from "./growth/shapes.ts";
import { DATA_DIRECTORY } from "./harness/captures.ts";
import { describeMachine } from "./harness/machine.ts";
import { parseCount } from "./harness/options.ts";
import { ProcessRunner } from "./harness/processes.ts";
import { plainTable } from "./trials/tables.ts";

// npm run growth -- [--only SHAPE]... [--most 10000] [--runs 3] [--data DIRECTORY] [--results FILE]
const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    most: { type: "string", default: "1000000" },
    runs: { type: "string", default: "3" },
    data: { type: "string", default: DATA_DIRECTORY },
    results: { type: "string", default: join(import.meta.dirname, "GROWTH.md") },
  },
});
const unknown = values.only.find((id) => !SHAPES.some((shape) => shape.id === id));
if (unknown !== undefined) {
  throw new Error(`--only ${unknown}: expected one of ${SHAPES.map(({ id }) => id).join(", ")}`);
}
const rounds = parseCount(values.runs);
const most = parseCount(values.most);
const given = process.argv.slice(2).join(" ");
const command = `npm run growth${given === "" ? "" : ` -- ${given}`}`;
mkdirSync(values.data, { recursive: true });
const runner = new ProcessRunner(values.data);
const facts = [
  ...describeMachine(),
  `\`${command}\`: medians (runs counted: ${rounds}) after a run uncounted, each in a fresh process, page cache warm`,
  ...(runner.limitation === null ? [] : [`CPU time and memory are not known: ${runner.limitation}`]),
];
for (const fact of facts) console.log(fact);

const empty = { id: "empty", make: () => undefined, topology: () => null };
const start = await measureShape(empty, 0, runner, rounds, values.data);
const all: Series[] = [];
for (const shape of SHAPES) {
  if (values.only.length > 0 && !values.only.includes(shape.id)) continue;
  const points = [];
  for (const count of shape.counts) {
    if (count <= most) points.push(await measureShape(shape, count, runner, rounds, values.data));
  }
  const series = { title: shape.title, points };
  all.push(series);
  console.log(`\n${series.title}\n${plainTable(tableOf(series, start), 0)}\n${conclusionOf(series, start)}`);
}
writeFileSync(values.results, growthPage(command, facts, start, all));
