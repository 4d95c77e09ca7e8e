import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";
import { Binding } from "../claims/binding.ts";
import { BindingTable } from "../claims/binding-table.ts";
import type { HeardClaim } from "../claims/claim.ts";
import type { Possession } from "../claims/possession.ts";
import { CacheEntry } from "./cache-entry.ts";
import { Caches, NO_TRAFFIC } from "./caches.ts";
import type { CacheEvent, ClaimLog } from "./claim-log.ts";
import type { NeighbourModel } from "./models/model.ts";

/** No claim of a second run has to go: it hears no more than the first one kept. */
const NOBODY = { ownersOf: () => [] };

/** The address' own binding afresh, and the others as they are, to tell whose address a frame is for. */
class BindingsAgain extends BindingTable {
  private readonly all: BindingTable;
  private readonly fresh: Binding;

  constructor(all: BindingTable, fresh: Binding) {
    super();
    this.all = all;
    this.fresh = fresh;
  }

  override get(segment: number, ip: number): Binding | undefined {
    return this.isFresh(segment, ip) ? this.fresh : this.all.get(segment, ip);
  }

  override of(segment: number, ip: number): Binding {
    return this.isFresh(segment, ip) ? this.fresh : this.all.named(segment, ip);
  }

  private isFresh(segment: number, ip: number): boolean {
    return segment === this.fresh.segment && ip === this.fresh.ip;
  }
}

/**
 * The model's second run over what was heard of one address, without some of the frames.
 *
 * What the hosts did because they were fooled did not happen then: a re-check of the wrong entry, its answer, and the
 * traffic that showed it are left out where the entry is another.
 */
export class Replay extends Caches {
  private readonly entries = new Map<Station, CacheEntry>();
  private readonly fresh: Binding;
  private readonly wrong: ReadonlySet<Station>;
  private readonly isSuppressed: (heard: HeardClaim) => boolean;
  /** The wrong stations whose newest frame was left out. */
  private readonly silenced = new Set<Station>();

  /**
   * @param wrong the stations that should not be believed
   * @param isSuppressed which frames were never sent
   */
  constructor(
    model: NeighbourModel,
    bindings: BindingTable,
    possession: Possession,
    { segment, ip }: Binding,
    wrong: ReadonlySet<Station>,
    isSuppressed: (heard: HeardClaim) => boolean,
  ) {
    const fresh = new Binding(segment, ip);
    super(model, new BindingsAgain(bindings, fresh), possession, NO_TRAFFIC);
    this.fresh = fresh;
    this.wrong = wrong;
    this.isSuppressed = isSuppressed;
  }

  /** @returns every entry about the address as it would have become */
  run(log: ClaimLog): readonly CacheEntry[] {
    for (const { holder, owner, nud, updatedNs, confirmedNs, at } of log.before) {
      const entry = this.create(holder, this.fresh, updatedNs);
      Object.assign(entry, { owner, nud, confirmedNs });
      entry.record(at, "traffic", null);
    }
    for (const event of log.events) this.apply(event);
    return [...this.entries.values()];
  }

  override entriesOf(): Iterable<CacheEntry> {
    return this.entries.values();
  }

  protected override overhearAll(_binding: Binding, heard: HeardClaim): void {
    for (const entry of this.entries.values()) this.overhearAs(entry, heard);
  }

  protected override entry(host: Station): CacheEntry | undefined {
    return this.entries.get(host);
  }

  protected override create(host: Station, binding: Binding, nowNs: number): CacheEntry {
    const entry = new CacheEntry(host, binding.ip, nowNs);
    this.entries.set(host, entry);
    return entry;
  }

  private apply(event: CacheEvent): void {
    switch (event.what) {
      case "heard":
        this.applyHeard(event.heard);
        return;
      case "answered":
        if (!this.isSuppressed(event.heard)) this.learnByAnswering(event.host, event.heard);
        return;
      case "asked":
        // It asked everybody because the wrong station had not answered.
        if (!event.ask.recheck || this.isWrong(event.host))
          this.beginResolution(event.host, this.fresh, event.ask);
        return;
      case "probed": {
        const entry = this.entry(event.host);
        if (entry?.owner === event.owner) entry.addProbe(event.at);
        return;
      }
      case "corrected":
        if (!this.silenced.has(event.owner)) this.adopt(event.host, event.owner, event.at);
        return;
      case "used": {
        const entry = this.entry(event.host);
        if (entry?.valid === true) this.model.use(entry, event.at.timeNs);
        return;
      }
    }
  }

  private applyHeard(heard: HeardClaim): void {
    const { sentBy, claimed, sentTo } = heard;
    if (this.isSuppressed(heard)) {
      this.silenced.add(claimed);
      return;
    }
    const asksAnother =
      heard.recheck && this.wrong.has(sentBy) && sentTo !== null && this.entry(sentTo)?.owner !== sentBy;
    if (asksAnother) return;
    this.silenced.delete(claimed);
    this.fresh.addClaim(heard, NOBODY);
    this.overhear(this.fresh, heard);
  }

  private isWrong(host: Station): boolean {
    const owner = this.entry(host)?.owner;
    return owner == null || this.wrong.has(owner);
  }

  private adopt(host: Station, owner: Station, at: Position): void {
    const entry = this.entryOf(host, this.fresh, at.timeNs);
    if (entry.owner !== owner) entry.adopt(owner, at, "traffic");
  }
}
