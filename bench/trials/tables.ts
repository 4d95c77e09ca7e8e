import type { Cost } from "../harness/processes.ts";
import { spreadOf, spreadOfAll } from "../harness/statistics.ts";
import { type Goal, judge, type Verdict } from "./goals.ts";
import type { Measured, Result } from "./run-trial.ts";

/** Rows of cells, the first being the headings. */
export type Cells = readonly (readonly string[])[];

const GOAL_HEADINGS = ["what is read", "claim", "to reach", "measured", "min – max", ""];

/** Every claim with what was measured. */
export function goalTable(results: readonly Result[]): Cells {
  return [
    GOAL_HEADINGS,
    ...results.flatMap((result) => {
      const { trial, measured } = result;
      return trial.goals.map((goal) => {
        const found = goal.measure(measured);
        const value = (number: number) => `${round(number)} ${goal.unit}`;
        return [
          trial.title,
          goal.claim,
          boundText(goal),
          found === null ? "–" : value(found.value),
          found === null ? "–" : `${round(found.least)} – ${round(found.most)}`,
          verdictOf(result, goal),
        ];
      });
    }),
  ];
}

export function verdictOf({ trial, measured }: Result, goal: Goal): Verdict {
  return judge(goal, measured, trial.isFull);
}

function boundText({ bound, unit }: Goal): string {
  return "atMost" in bound ? `≤ ${bound.atMost} ${unit}` : `≥ ${bound.atLeast} ${unit}`;
}

/** As many digits as decide about it. */
function round(number: number): string {
  return number.toFixed(Math.abs(number) < 10 ? 2 : Math.abs(number) < 100 ? 1 : 0);
}

/** One row a contender: the medians of its runs. */
export function trialTable({ trial, measured }: Result): Cells {
  const reference = measured.find(({ id }) => id === trial.reference);
  const headings = ["", "wall", "min – max", "MB/s", "ns/frame", "CPU", "peak RSS"];
  if (reference === undefined) return [headings, ...measured.map(rowOf)];
  const referenceMs = spreadOf(reference.costs.map(({ wallMs }) => wallMs)).median;
  return [
    [...headings, `time to ${reference.id}'s`],
    ...measured.map((row) => {
      const { median } = spreadOf(row.costs.map(({ wallMs }) => wallMs));
      return [...rowOf(row), (median / referenceMs).toFixed(2)];
    }),
  ];
}

function rowOf({ title, capture, costs }: Measured): string[] {
  const wall = spreadOf(costs.map(({ wallMs }) => wallMs));
  const cpu = spreadOfAll(costs.map(({ cpuMs }) => cpuMs));
  return [
    title,
    seconds(wall.median),
    `${seconds(wall.least)} – ${seconds(wall.most)}`,
    capture === null ? "–" : (capture.bytes / 1e3 / wall.median).toFixed(0),
    capture === null ? "–" : ((wall.median * 1e6) / capture.made.frames).toFixed(1),
    cpu === null ? "?" : seconds(cpu.median),
    peakText(costs),
  ];
}

export function wallText(costs: readonly Cost[]): string {
  return seconds(spreadOf(costs.map(({ wallMs }) => wallMs)).median);
}

export function peakText(costs: readonly Cost[]): string {
  const peak = spreadOfAll(costs.map(({ peakMiB }) => peakMiB));
  return peak === null ? "?" : `${peak.median.toFixed(0)} MiB`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}

/** @param left how many columns, from the first, are words */
export function plainTable(cells: Cells, left = 1): string {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const pad = (cell: string, column: number) =>
    column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return cells.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

export function markdownTable(cells: Cells, left = 1): string {
  const [headings = [], ...rows] = cells;
  const line = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    line(headings),
    line(headings.map((_, column) => (column < left ? ":--" : "--:"))),
    ...rows.map(line),
  ].join("\n");
}
