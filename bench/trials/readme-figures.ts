import type { Result } from "./run-trial.ts";
import { type Cells, markdownTable, peakText, wallText } from "./tables.ts";

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
    const { title } = result.trial;
    return [[title, wallText(own.costs), peakText(own.costs), wallText(other.costs), `\`${other.title}\``]];
  });
  return [["", "lvs-pcap", "its memory", "beside it", ""], ...rows];
}
