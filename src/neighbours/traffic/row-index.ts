import type { Station } from "../base/station.ts";
import type { TrafficRow } from "./traffic-row.ts";

/**
 * Leads to the rows of one sender or of one destination, for the rules, which ask for each of thousands of addresses.
 * Of a row these never change, so only rows that came since have to be entered.
 */
export class RowIndex {
  private entered = 0;
  private readonly byDestinationIp = new Map<number, TrafficRow[]>();
  /** By the lower half of the MAC. */
  private readonly bySource = new Map<number, TrafficRow[]>();

  /** @param rows all that there are, those of the last time first */
  to(rows: readonly TrafficRow[], destinationIp: number): readonly TrafficRow[] {
    this.enter(rows);
    return this.byDestinationIp.get(destinationIp) ?? [];
  }

  /** @param rows all that there are, those of the last time first */
  from(rows: readonly TrafficRow[], { segment, macHigh, macLow }: Station): readonly TrafficRow[] {
    this.enter(rows);
    const sameLow = this.bySource.get(macLow) ?? [];
    return sameLow.filter((row) => row.sourceMacHigh === macHigh && row.segment === segment);
  }

  /** To be called when rows were given up. */
  clear(): void {
    this.entered = 0;
    this.byDestinationIp.clear();
    this.bySource.clear();
  }

  private enter(rows: readonly TrafficRow[]): void {
    for (; this.entered < rows.length; this.entered++) {
      const row = rows[this.entered];
      if (row === undefined) return;
      add(this.byDestinationIp, row.destinationIp, row);
      add(this.bySource, row.sourceMacLow, row);
    }
  }
}

function add(rows: Map<number, TrafficRow[]>, key: number, row: TrafficRow): void {
  const known = rows.get(key);
  if (known === undefined) rows.set(key, [row]);
  else known.push(row);
}
