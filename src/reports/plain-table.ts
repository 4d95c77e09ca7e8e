import Table from "cli-table3";

/** A table without colour; whoever fills it may bring some. */
export function plainTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [], compact: false } });
}
