import type { Report } from "../../../src/index.ts";
import type { HostRecord, Mark } from "./model.ts";

/** What the kernels held at the mark, an entry a line. */
export function heldEntries(mark: Mark): string[] {
  return Object.entries(mark.neighbours)
    .flatMap(([name, entries]) =>
      entries.flatMap(({ dst, lladdr }) => (lladdr === undefined ? [] : [`${name}: ${dst} at ${lladdr}`])),
    )
    .toSorted();
}

/** What the model says that they hold. A host whose link is down lost its table with it, which no frame shows. */
export function modelledEntries(report: Report, hosts: readonly HostRecord[], mark: Mark): string[] {
  return report.caches
    .flatMap(({ host, entries }) => {
      const name = hosts.find(({ mac }) => mac === host.mac)?.name ?? host.mac;
      if (!(name in mark.neighbours)) return [];
      return entries.flatMap(({ ip, mac, state }) => (state === "known" ? [`${name}: ${ip} at ${mac}`] : []));
    })
    .toSorted();
}
