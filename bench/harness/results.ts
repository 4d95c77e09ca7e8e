import type { Capture } from "./captures.ts";
import type { Cost } from "./processes.ts";
import { type Spread, spreadOf, spreadOfAll } from "./statistics.ts";

export interface Measured {
  readonly title: string;
  readonly capture: Capture;
  readonly costs: readonly Cost[];
  readonly isReference: boolean;
}

const HEADINGS = ["", "wall", "min – max", "MB/s", "ns/frame", "CPU", "peak RSS", "time to tcpdump's"];

/**
 * One row a contender. Ratios are of time per byte, so that one who read less is not the faster for it.
 *
 * @returns cells, the first row being the headings
 */
export function tableOf(measured: readonly Measured[]): string[][] {
  const reference = measured.find(({ isReference }) => isReference);
  const perByte = reference === undefined ? null : wallOf(reference).median / reference.capture.bytes;
  return [
    HEADINGS,
    ...measured.map((row) => {
      const wall = wallOf(row);
      const cpu = spreadOfAll(row.costs.map(({ cpuMs }) => cpuMs));
      const peak = spreadOfAll(row.costs.map(({ peakMiB }) => peakMiB));
      return [
        row.title,
        seconds(wall.median),
        `${seconds(wall.least)} – ${seconds(wall.most)}`,
        (row.capture.bytes / 1e3 / wall.median).toFixed(0),
        ((wall.median * 1e6) / row.capture.made.frames).toFixed(1),
        cpu === null ? "?" : seconds(cpu.median),
        peak === null ? "?" : `${peak.median.toFixed(0)} MiB`,
        perByte === null ? "?" : (wall.median / row.capture.bytes / perByte).toFixed(2),
      ];
    }),
  ];
}

export function plainTable(cells: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

export function markdownTable(cells: readonly (readonly string[])[]): string {
  const [headings = [], ...rows] = cells;
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  return [
    line(headings),
    line(headings.map((_, column) => (column === 0 ? ":--" : "--:"))),
    ...rows.map(line),
  ].join("\n");
}

function wallOf({ costs }: Measured): Spread {
  return spreadOf(costs.map(({ wallMs }) => wallMs));
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}
