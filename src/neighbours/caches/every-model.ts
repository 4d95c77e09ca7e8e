import type { Station } from "../base/station.ts";
import type { Beliefs, Binding } from "../claims/binding.ts";
import type { CacheEntry } from "./cache-entry.ts";
import type { CacheTable } from "./cache-table.ts";
import type { Caches } from "./caches.ts";

/** The caches by every model, the chosen one and the others: what is asked of all, or given up in all. */
export class EveryModel implements Beliefs {
  readonly chosen: CacheTable;
  private readonly models: readonly Caches[];

  /** @param models the caches by the chosen model, which are in `chosen`, and by the others */
  constructor(chosen: CacheTable, models: readonly Caches[]) {
    this.chosen = chosen;
    this.models = models;
  }

  *entriesAbout(binding: Binding): IterableIterator<CacheEntry> {
    for (const caches of this.models) yield* caches.entriesOf(binding);
  }

  *ownersOf(binding: Binding): IterableIterator<Station | null> {
    for (const { owner } of this.entriesAbout(binding)) yield owner;
  }

  /** The address is no longer followed. */
  forget(binding: Binding): void {
    for (const caches of this.models) caches.forget(binding);
  }
}
