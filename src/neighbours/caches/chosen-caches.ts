import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";
import type { Binding } from "../claims/binding.ts";
import type { BindingTable } from "../claims/binding-table.ts";
import type { HeardClaim } from "../claims/claim.ts";
import type { Possession } from "../claims/possession.ts";
import { CacheEntry } from "./cache-entry.ts";
import type { CacheTable } from "./cache-table.ts";
import { Caches, type CacheWitness } from "./caches.ts";
import type { NeighbourModel } from "./models/model.ts";

/** The caches by the chosen model, which the report is about. */
export class ChosenCaches extends Caches {
  readonly table: CacheTable;

  constructor(
    model: NeighbourModel,
    bindings: BindingTable,
    possession: Possession,
    table: CacheTable,
    witness: CacheWitness,
  ) {
    super(model, bindings, possession, witness);
    this.table = table;
  }

  override entriesOf(binding: Binding): Iterable<CacheEntry> {
    return this.table.about(binding);
  }

  override forget(binding: Binding): void {
    super.forget(binding);
    this.table.forget(binding);
  }

  /**
   * A frame whose destination is not what its sender looked up: it uses the entry of the router, or of the real server,
   * whose MAC it wrote.
   *
   * Where the receiver has addresses of its own, too, the frame is put down to the one that it only claims: a router
   * that is nobody else's stand-in is asked for by its own address.
   */
  noteNextHop(host: Station, receiver: Station, at: Position): void {
    const entries = [...this.table.entriesOf(host)].filter(({ owner }) => owner === receiver);
    const borrowed = entries.filter(({ ip }) => !receiver.ownAddresses.has(ip));
    for (const entry of borrowed.length > 0 ? borrowed : entries) this.markUsed(entry, at);
  }

  protected override entry(host: Station, binding: Binding): CacheEntry | undefined {
    const entry = this.table.entry(host, binding.ip);
    entry?.disturb();
    return entry;
  }

  protected override create(host: Station, binding: Binding, nowNs: number): CacheEntry {
    const entry = new CacheEntry(host, binding.ip, nowNs);
    this.table.add(binding, entry);
    this.noteCreated(binding, entry);
    return entry;
  }

  protected override overhearAll(binding: Binding, heard: HeardClaim): void {
    const entries = this.table.about(binding);
    if (this.isCrowded(binding, entries.length)) {
      this.overhearMany(binding, entries.length, heard);
      return;
    }
    for (let index = 0; index < entries.length; index++) this.overhearAs(entries[index], heard);
  }
}
