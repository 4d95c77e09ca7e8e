import type { TrafficRow } from "./traffic-row.ts";

/** Whether a frame to one of them came before the first to another, and one after it. */
export function areByTurns(rows: readonly TrafficRow[]): boolean {
  const sorted = rows.toSorted((a, b) => a.first.ordinal - b.first.ordinal);
  return sorted.some((row, index) => {
    const next = sorted[index + 1];
    return next !== undefined && next.first.ordinal < row.last.ordinal;
  });
}

/** Rows for one address in one broadcast domain, by sender: of senders that send to several MACs. */
export function sentToSeveral(rows: readonly TrafficRow[]): readonly TrafficRow[][] {
  const bySender = new Map<string, TrafficRow[]>();
  for (const row of rows) {
    const key = `${row.sourceMacHigh},${row.sourceMacLow}`;
    const known = bySender.get(key);
    if (known === undefined) bySender.set(key, [row]);
    else known.push(row);
  }
  return [...bySender.values()].filter((sent) => sent.length > 1);
}
