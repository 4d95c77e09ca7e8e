import type { Station } from "../neighbours/base/station.ts";
import type { CacheEntry } from "../neighbours/caches/cache-entry.ts";
import type { ClaimLog } from "../neighbours/caches/claim-log.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { HeardClaim } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";

/** Second runs of the model, within a bound: a flood of claimants would have each of them run thousands. */
export class SecondRuns {
  private readonly state: NetworkView;
  private eventsLeft: number;

  /** @param events how many events all runs together may go through */
  constructor(state: NetworkView, events: number) {
    this.state = state;
    this.eventsLeft = events;
  }

  get areOver(): boolean {
    return this.eventsLeft <= 0;
  }

  /** Allows so many events from here on. */
  allow(events: number): void {
    this.eventsLeft = events;
  }

  /**
   * The caches' entries about an address as they would have become without the frames that are suppressed.
   *
   * @param wrong the stations that should not be believed
   */
  without(
    isSuppressed: (heard: HeardClaim) => boolean,
    binding: Binding,
    wrong: ReadonlySet<Station>,
    log: ClaimLog,
  ): readonly CacheEntry[] {
    this.eventsLeft -= log.events.length + 1;
    return this.state.replay(binding, wrong, isSuppressed, log);
  }
}
