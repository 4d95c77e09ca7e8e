import { MOST_HOLDERS_BY_OTHER_MODEL } from "../../limits.ts";
import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";
import type { Ask } from "../claims/asks.ts";
import type { Binding } from "../claims/binding.ts";
import type { BindingTable } from "../claims/binding-table.ts";
import type { HeardClaim } from "../claims/claim.ts";
import type { Possession } from "../claims/possession.ts";
import { CacheEntry } from "./cache-entry.ts";
import type { CacheTable } from "./cache-table.ts";
import { Caches, NO_TRAFFIC } from "./caches.ts";
import type { Loss, NeighbourModel } from "./models/model.ts";

/**
 * The caches as they would be if every host learned by another model, from the same ARP frames.
 *
 * Where a host sends shows what the real one holds, and nothing of this one, as long as it is what the chosen model has
 * for it. Where it is not, a frame that any stack would have learned by is missing, and both are set right. A request
 * by which the real host only re-checked its entry, and the answer, count for a stack that re-checks, too.
 */
export class Alternative extends Caches {
  private readonly byAddress = new Map<Binding, Map<Station, CacheEntry>>();
  private readonly chosen: CacheTable;
  private readonly rechecks: boolean;

  /** @param chosen the caches by the chosen model */
  constructor(model: NeighbourModel, bindings: BindingTable, possession: Possession, chosen: CacheTable) {
    super(model, bindings, possession, NO_TRAFFIC);
    this.chosen = chosen;
    this.rechecks = model.timers.unicastProbes > 0;
  }

  override entriesOf(binding: Binding): Iterable<CacheEntry> {
    return this.byAddress.get(binding)?.values() ?? [];
  }

  override forget(binding: Binding): void {
    super.forget(binding);
    this.byAddress.delete(binding);
  }

  /** The chosen model's caches gave up these entries: nobody asks any more how this model's differ. */
  drop(binding: Binding, dropped: readonly CacheEntry[]): void {
    const entries = this.byAddress.get(binding);
    for (const { holder } of dropped) entries?.delete(holder);
    this.unsettle(binding);
  }

  /** Takes over an entry from before the first frame. */
  restore(binding: Binding, entry: CacheEntry): void {
    const entries = this.byAddress.get(binding);
    if (entries === undefined) this.byAddress.set(binding, new Map([[entry.holder, entry]]));
    else entries.set(entry.holder, entry);
  }

  override beginResolution(host: Station, binding: Binding, ask: Ask): void {
    const entry = this.entry(host, binding);
    if (entry !== undefined && this.wouldNotAsk(entry, ask)) return;
    super.beginResolution(host, binding, ask);
  }

  /** Counts the request where this stack would have sent it, too. */
  override revealByProbe(host: Station, binding: Binding, owner: Station, at: Position): void {
    const entry = this.entry(host, binding);
    if (this.rechecks && entry?.owner === owner) entry.addProbe(at);
  }

  /** The chosen model's cache was set right by a frame of its host. */
  correct(binding: Binding, { holder, owner }: CacheEntry, at: Position): void {
    const entry = this.entryOf(holder, binding, at.timeNs);
    if (owner === null || (entry.current?.at.ordinal ?? -1) > at.ordinal) return;
    this.adopt(entry, owner, at);
  }

  /** Applies what only shows once no frame follows. */
  finish(bindings: Iterable<Binding>, end: Position): void {
    for (const binding of bindings) for (const entry of this.entriesOf(binding)) this.expire(entry, end);
  }

  protected override overhearAll(binding: Binding, heard: HeardClaim): void {
    const entries = this.byAddress.get(binding);
    if (entries === undefined || entries.size === 0) return;
    if (this.isCrowded(binding, entries.size)) {
      this.overhearMany(binding, entries.size, heard);
      return;
    }
    for (const entry of entries.values()) this.overhearAs(entry, heard);
  }

  protected override entry(host: Station, binding: Binding): CacheEntry | undefined {
    const entry = this.byAddress.get(binding)?.get(host);
    entry?.disturb();
    return entry;
  }

  protected override create(host: Station, binding: Binding, nowNs: number): CacheEntry {
    const entry = new CacheEntry(host, binding.ip, nowNs);
    const entries = this.byAddress.get(binding);
    if (entries !== undefined && entries.size >= MOST_HOLDERS_BY_OTHER_MODEL) {
      this.forgetHalf(entries, binding);
      this.unsettle(binding);
    }
    this.restore(binding, entry);
    this.noteCreated(binding, entry);
    return entry;
  }

  protected override hear(entry: CacheEntry, heard: HeardClaim): void {
    if (!this.wouldNotAsk(entry, heard)) super.hear(entry, heard);
  }

  /** What has come of age is asked for anew; the answer is what the host itself holds by then. */
  protected override lose(entry: CacheEntry, loss: Loss): void {
    entry.disturb();
    const real = this.chosen.entry(entry.holder, entry.ip)?.owner ?? null;
    if (loss.cause === "aged-out" && real !== null) this.adopt(entry, real, loss.at);
    else super.lose(entry, loss);
  }

  /** A re-check, or its answer, that a stack without would never have seen; past its age it asks like any other. */
  private wouldNotAsk(entry: CacheEntry, { recheck, at }: Ask | HeardClaim): boolean {
    if (!recheck || this.rechecks) return false;
    this.expire(entry, at);
    return entry.valid;
  }

  private adopt(entry: CacheEntry, owner: Station, at: Position): void {
    if (entry.owner === owner) entry.confirmedNs = at.timeNs;
    else entry.adopt(owner, at, "traffic");
  }

  /** The oldest go first, and of all those first whose holder has none by the chosen model: nobody asks how they differ. */
  private forgetHalf(entries: Map<Station, CacheEntry>, binding: Binding): void {
    const [followed, others] = [true, false].map((isFollowed) =>
      [...entries.keys()].filter(
        (holder) => (this.chosen.entry(holder, binding.ip) !== undefined) === isFollowed,
      ),
    );
    const oldest = [...(others ?? []), ...(followed ?? [])].slice(0, MOST_HOLDERS_BY_OTHER_MODEL / 2);
    for (const holder of oldest) entries.delete(holder);
    binding.forgottenParts += oldest.length;
  }
}
