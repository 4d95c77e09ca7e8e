import { spreadOf, spreadOfAll } from "../harness/statistics.ts";
import type { Measured, Result } from "./run-trial.ts";
import { type Cells, markdownTable } from "./tables.ts";

const BEGIN = "<!-- figures of `npm run bench`, written by it -->\n";
const END = "<!-- end of the figures -->";

/** What a reader asks first: by trial, and who is beside us there. */
const QUOTED = [
  ["mixed-large", "tcpdump"],
  ["mixed", "tcpdump"],
  ["small", "tcpdump"],
  ["any", "tcpdump"],
  ["gzip", "unpacker"],
  ["tshark", "tshark"],
  ["start-up", "node"],
] as const;

/** @returns the README with the figures of these results in place of those that it has */
export function withFigures(readme: string, results: readonly Result[]): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error("README.md lacks the place for the figures");
  return `${readme.slice(0, begin + BEGIN.length)}\n${markdownTable(figures(results))}\n\n${readme.slice(end)}`;
}

function figures(results: readonly Result[]): Cells {
  const rows = QUOTED.flatMap(([trialId, otherId]) => {
    const result = results.find(({ trial }) => trial.id === trialId);
    const own = result?.measured.find(({ id }) => id === "lvs-pcap");
    const other = result?.measured.find(({ id }) => id === otherId);
    if (result === undefined || own === undefined || other === undefined) return [];
    const peak = spreadOfAll(own.costs.map(({ peakMiB }) => peakMiB));
    return [
      [
        result.trial.title,
        medianSeconds(own),
        peak === null ? "?" : `${peak.median.toFixed(0)} MiB`,
        medianSeconds(other),
        `\`${other.title}\``,
      ],
    ];
  });
  return [["", "lvs-pcap", "its memory", "beside it", ""], ...rows];
}

function medianSeconds({ costs }: Measured): string {
  return `${(spreadOf(costs.map(({ wallMs }) => wallMs)).median / 1000).toFixed(3)} s`;
}
