import type { Station } from "../../base/station.ts";
import type { CacheEntry } from "../cache-entry.ts";

/**
 * Writes what a frame says into the entry, as the stacks do that ask nothing of its age.
 *
 * @returns whether it now holds another MAC than before
 */
export function overwrite(entry: CacheEntry, owner: Station, nowNs: number): boolean {
  const same = entry.owner === owner;
  if (!same) entry.updatedNs = nowNs;
  entry.confirmedNs = nowNs;
  entry.unansweredProbes = 0;
  entry.nud = "reachable";
  entry.owner = owner;
  return !same;
}
