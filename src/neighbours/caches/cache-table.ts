import { MOST_CERTAIN_HOLDERS, MOST_HOLDERS } from "../../limits.ts";
import { SparseMap } from "../base/sparse.ts";
import type { Station } from "../base/station.ts";
import type { Binding } from "../claims/binding.ts";
import type { CacheEntry } from "./cache-entry.ts";

const FEW_BELIEVERS = 64;

const NO_ENTRIES: readonly CacheEntry[] = [];

/** All neighbour caches by the chosen model: the entries of each host, and those about each address. */
export class CacheTable {
  private readonly byHost = new Map<Station, SparseMap<number, CacheEntry>>();
  private readonly byAddress = new Map<Binding, CacheEntry[]>();
  /** For how many entries about an address there is room, where it was once filled. */
  private readonly limits = new Map<Binding, number>();
  private readonly onDropped: (binding: Binding, dropped: readonly CacheEntry[]) => void;

  /** @param onDropped called with the entries about an address that were too many to be kept */
  constructor(onDropped: (binding: Binding, dropped: readonly CacheEntry[]) => void) {
    this.onDropped = onDropped;
  }

  /** What the host has in its cache for the address. */
  entry(host: Station, ip: number): CacheEntry | undefined {
    return this.byHost.get(host)?.get(ip);
  }

  /** The host's whole cache. */
  entriesOf(host: Station): Iterable<CacheEntry> {
    return this.byHost.get(host)?.values() ?? NO_ENTRIES;
  }

  /** The entries of all hosts about one address. */
  about(binding: Binding): readonly CacheEntry[] {
    return this.byAddress.get(binding) ?? NO_ENTRIES;
  }

  add(binding: Binding, entry: CacheEntry): void {
    const { holder, ip } = entry;
    const ofHost = this.byHost.get(holder);
    if (ofHost !== undefined) ofHost.set(ip, entry);
    else {
      const first = new SparseMap<number, CacheEntry>();
      first.set(ip, entry);
      this.byHost.set(holder, first);
    }
    const known = this.byAddress.get(binding);
    if (known === undefined) {
      this.byAddress.set(binding, [entry]);
      return;
    }
    if (known.length >= (this.limits.get(binding) ?? MOST_HOLDERS)) this.makeRoom(binding, known);
    known.push(entry);
  }

  /**
   * Gives up the entries of hosts that asked before then, and were never seen to be answered.
   *
   * @returns how many there were
   */
  forgetUnanswered(binding: Binding, beforeNs: number): number {
    const entries = this.byAddress.get(binding);
    if (entries === undefined) return 0;
    const left = entries.filter(({ history, updatedNs }) => history.length > 0 || updatedNs >= beforeNs);
    const forgotten = entries.length - left.length;
    if (forgotten > 0) this.keep(binding, entries, left);
    return forgotten;
  }

  /** The address is no longer followed. */
  forget(binding: Binding): void {
    for (const { holder } of this.about(binding)) this.deleteOfHost(holder, binding.ip);
    this.byAddress.delete(binding);
    this.limits.delete(binding);
  }

  private makeRoom(binding: Binding, entries: CacheEntry[]): void {
    const certain = entries.filter(({ certain, history }) => certain && history.length > 0);
    const uncertain = entries.filter(({ certain, history }) => !certain || history.length === 0);
    this.keep(binding, entries, [
      ...(certain.length < MOST_CERTAIN_HOLDERS ? certain : worthiest(certain, MOST_CERTAIN_HOLDERS / 2)),
      ...uncertain.slice(Math.ceil(uncertain.length / 2)),
    ]);
  }

  private keep(binding: Binding, entries: CacheEntry[], left: readonly CacheEntry[]): void {
    const kept = new Set(left);
    const dropped = entries.filter((entry) => !kept.has(entry));
    for (const { holder } of dropped) this.deleteOfHost(holder, binding.ip);
    binding.forgottenParts += dropped.length;
    entries.splice(0, entries.length, ...kept);
    this.limits.set(binding, Math.max(MOST_HOLDERS, 2 * kept.size));
    this.onDropped(binding, dropped);
  }

  private deleteOfHost(host: Station, ip: number): void {
    const entries = this.byHost.get(host);
    entries?.delete(ip);
    if (entries?.size === 0) this.byHost.delete(host);
  }
}

/**
 * As many of them: first those that spoke ARP, which whoever forges packets of senders without end does not; then those
 * that believe what few others do; then the newest.
 */
function worthiest(entries: readonly CacheEntry[], most: number): CacheEntry[] {
  const believers = new Map<Station | null, number>();
  for (const { owner } of entries) believers.set(owner, (believers.get(owner) ?? 0) + 1);
  const worth = ({ holder, owner }: CacheEntry) =>
    holder.hasClaimed ? 2 : (believers.get(owner) ?? 0) <= FEW_BELIEVERS ? 1 : 0;
  const least = entries.toSorted((a, b) => worth(a) - worth(b));
  return least.slice(-most);
}
