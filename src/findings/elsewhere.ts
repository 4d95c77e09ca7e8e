import type { Station } from "../neighbours/base/station.ts";
import type { CacheChange } from "../neighbours/caches/cache-entry.ts";
import type { SentSoFar } from "../neighbours/caches/sent.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { Bout, Victim } from "./finding.ts";

/**
 * Frames that the victim sent for the address to other MACs from the first time that its cache was wrong until the last
 * time was over: where there is any, not all of its traffic went astray.
 */
export function framesElsewhere(
  state: NetworkView,
  binding: Binding,
  claimant: Station,
  victim: Victim,
): number {
  const { station, restored } = victim;
  const history = state.caches.entry(station, binding.ip)?.history ?? [];
  const begin = beginOf(history, claimant, victim);
  if (begin < 0) return 0;
  const end = restored === null ? -1 : history.findIndex(({ at }) => at.ordinal >= restored.ordinal);
  const until = end < 0 ? history.length : end;
  const others = new Set(history.slice(begin, until + 1).map(({ owner }) => owner));
  let frames = 0;
  for (const other of others) {
    if (other === null || other === claimant) continue;
    const before = sentBy(history, begin, other)?.frames ?? 0;
    const { segment, ip } = binding;
    const after =
      restored === null
        ? state.traffic.rowBetween(segment, ip, other, station)
        : history[until]?.owner === other
          ? history[until]?.sentBefore?.toOwner
          : sentBy(history, until, other);
    frames += Math.max(0, (after?.frames ?? before) - before);
  }
  return frames;
}

/** The change by which the bout began: the frame that taught the cache, or the one that gave it away. */
export function beginOf(
  history: readonly CacheChange[],
  claimant: Station,
  { learned, used }: Pick<Bout, "learned" | "used">,
): number {
  return history.findIndex(
    (change) =>
      change.owner === claimant &&
      (learned === null
        ? change.used !== null && change.used.ordinal === used?.ordinal
        : change.at.ordinal === learned.ordinal),
  );
}

/** What the host had sent to the station by the change: known where that was the owner before one. */
function sentBy(
  history: readonly CacheChange[],
  index: number,
  station: Station,
): SentSoFar | null | undefined {
  for (let at = Math.min(index, history.length - 1); at > 0; at--) {
    if (history[at - 1]?.owner === station) return history[at]?.sentBefore?.toFormer;
  }
  return undefined;
}
