import { IN_FLIGHT_NS } from "../base/delays.ts";
import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";
import type { Ask } from "../claims/asks.ts";
import type { Binding } from "../claims/binding.ts";
import type { BindingTable } from "../claims/binding-table.ts";
import type { ClaimForm, HeardClaim } from "../claims/claim.ts";
import type { Possession } from "../claims/possession.ts";
import type { CacheCause, CacheEntry } from "./cache-entry.ts";
import type { Effect, Loss, NeighbourModel } from "./models/model.ts";
import { MANY_ENTRIES, SettledEntries } from "./settled-entries.ts";

/** Older than any locktime. */
const LONG_BEFORE_NS = -86_400_000_000_000;

/** What the hosts' traffic has to do with their caches. */
export interface CacheWitness {
  /** A host's belief about an address changed, and so may its traffic. */
  changed(entry: CacheEntry, before: Station | null): void;
  /** A frame of the host's own proved for the first time that it uses what the entry holds. */
  used(entry: CacheEntry): void;
  /** A host's own frame showed another MAC than the model had for it. */
  corrected(entry: CacheEntry, at: Position): void;
  /** When the host last sent by the entry; negative infinity where it never did. */
  lastUseNs(entry: CacheEntry): number;
}

/** For caches that no frame of a host shows: by another model, or in a second run. */
export const NO_TRAFFIC: CacheWitness = {
  changed: () => undefined,
  used: () => undefined,
  corrected: () => undefined,
  lastUseNs: () => Number.NEGATIVE_INFINITY,
};

/**
 * Every host's neighbour cache by one model, from the frames that the host could have received and those that it sent.
 *
 * Where the entries are kept is the subclass's.
 */
export abstract class Caches {
  readonly model: NeighbourModel;
  private readonly bindings: BindingTable;
  private readonly possession: Possession;
  /** By address: the entries that the claimant's broadcasts do nothing to. */
  private readonly settled = new Map<Binding, SettledEntries>();
  private readonly witness: CacheWitness;

  constructor(model: NeighbourModel, bindings: BindingTable, possession: Possession, witness: CacheWitness) {
    this.model = model;
    this.bindings = bindings;
    this.possession = possession;
    this.witness = witness;
  }

  /** All entries about an address. */
  abstract entriesOf(binding: Binding): Iterable<CacheEntry>;
  protected abstract entry(host: Station, binding: Binding): CacheEntry | undefined;
  protected abstract create(host: Station, binding: Binding, nowNs: number): CacheEntry;
  protected abstract overhearAll(binding: Binding, heard: HeardClaim): void;

  /** The address is no longer followed. */
  forget(binding: Binding): void {
    this.unsettle(binding);
  }

  /** Each entry about the address has to be looked at again. */
  unsettle(binding: Binding): void {
    this.settled.get(binding)?.end();
    this.settled.delete(binding);
  }

  /**
   * A host that answers a request learns its sender.
   *
   * The answer comes after the request: what the host heard in between is put after it again.
   */
  learnByAnswering(host: Station, heard: HeardClaim): void {
    const binding = this.bindings.of(heard.claimed.segment, heard.ip);
    const entry = this.entryOf(host, binding, heard.at.timeNs);
    const before = entry.owner;
    entry.rewindTo(heard.at);
    // Without the request in the capture the answer may be a forged one, and its sender no kernel that learned.
    if (!entry.valid) entry.certain = heard.form !== "addressed";
    const effect = this.model.learn(entry, heard.claimed, heard.at.timeNs);
    noteEffect(entry, effect, heard, "answered-request");
    this.hearLater(entry, binding, heard);
    if (entry.owner !== before) this.witness.changed(entry, before);
  }

  /** A claim that others than its sender heard: it updates what they have, and may create what its target has not. */
  overhear(binding: Binding, heard: HeardClaim): void {
    if (heard.isSnap && !this.model.takesSnap) return;
    // Of a router's address thousands have an entry, and most of its frames go to one of them.
    if (heard.sentTo !== null) this.overhearAs(this.entry(heard.sentTo, binding), heard);
    else this.overhearAll(binding, heard);
    if (this.model.learnsAsTarget && heard.targetIp !== heard.ip) this.learnAsTarget(binding, heard);
  }

  /** A host asks the whole network only for what it has no MAC of: the entry is INCOMPLETE from here. */
  beginResolution(host: Station, binding: Binding, { at }: Ask): void {
    const entry = this.entryOf(host, binding, at.timeNs);
    const before = entry.owner;
    this.expire(entry, at);
    entry.lose(at, "asked-again", "incomplete", at.timeNs);
    if (before !== null) this.witness.changed(entry, before);
  }

  /** NUD_PROBE: a kernel's unicast request goes to the MAC that its cache holds. */
  revealByProbe(host: Station, binding: Binding, owner: Station, at: Position, isSeen = true): void {
    const entry = this.entryOf(host, binding, at.timeNs);
    this.reveal(entry, owner, at, "probe");
    entry.addProbe(at);
    if (isSeen) this.markUsed(entry, at);
  }

  /**
   * A data frame that `host` sent to `owner` for an address of the segment.
   *
   * @returns false while the frame may have been on its way when the model changed: look at the next one, too
   */
  revealByTraffic(host: Station, binding: Binding, owner: Station, at: Position, certain: boolean): boolean {
    const existing = this.entry(host, binding);
    if (existing !== undefined) {
      this.expire(existing, at);
      const agrees = existing.owner === owner;
      if (!agrees && at.timeNs - existing.updatedNs < IN_FLIGHT_NS) return false;
    }
    const entry = existing ?? this.entryOf(host, binding, at.timeNs);
    if (existing === undefined) entry.certain = certain;
    this.reveal(entry, owner, at, "traffic");
    this.model.use(entry, at.timeNs);
    this.markUsed(entry, at);
    return true;
  }

  /** What the host's cache held before the first frame; its history begins with the frame that confirms or changes it. */
  remember(host: Station, binding: Binding, owner: Station): void {
    const entry = this.entryOf(host, binding, LONG_BEFORE_NS);
    entry.owner = owner;
    entry.nud = "stale";
    // Where entries have an age nothing tells this one's: it is taken for fresh.
    entry.confirmedNs = 0;
  }

  /** Applies what only the passing of time shows. */
  expire(entry: CacheEntry, now: Position): void {
    let loss = this.model.lossOf(entry, now);
    if (loss?.cause === "aged-out") {
      // A host that sent by the entry past its age had it confirmed by a frame that was not captured.
      const usedNs = this.witness.lastUseNs(entry);
      if (usedNs >= loss.timeNs) {
        entry.confirmedNs = usedNs;
        loss = this.model.lossOf(entry, now);
      }
    }
    if (loss !== null) this.lose(entry, loss);
  }

  protected entryOf(host: Station, binding: Binding, nowNs: number): CacheEntry {
    return this.entry(host, binding) ?? this.create(host, binding, nowNs);
  }

  protected hear(entry: CacheEntry, heard: HeardClaim): void {
    this.expire(entry, heard.at);
    const wasValid = entry.valid;
    const effect = this.model.hear(entry, heard);
    const cause = causeOf(heard.form, heard.sentTo === entry.holder, wasValid);
    if (noteEffect(entry, effect, heard, cause)) entry.certain = true;
  }

  protected lose(entry: CacheEntry, { at, timeNs, cause }: Loss): void {
    const before = entry.owner;
    entry.disturb();
    entry.lose(at, cause, "failed", timeNs);
    this.witness.changed(entry, before);
  }

  /** The entries about the address are so many, or settled, that a look at each is to be spared. */
  protected isCrowded(binding: Binding, count: number): boolean {
    return count >= MANY_ENTRIES || this.settled.has(binding);
  }

  /** An entry is new among those about the address. */
  protected noteCreated(binding: Binding, entry: CacheEntry): void {
    this.settled.get(binding)?.disturb(entry);
  }

  /** Where one station says it again and again, only those entries are looked at to which that may do something. */
  protected overhearMany(binding: Binding, count: number, heard: HeardClaim): void {
    const maySettle = count >= MANY_ENTRIES && heard.sentBy === heard.claimed && !heard.recheck;
    const settled = maySettle ? this.settled.get(binding) : undefined;
    if (settled?.covers(heard) === true && !settled.isMostlyUnsettled(count)) {
      settled.pass(heard, (entry) => this.overhearAs(entry, heard));
      return;
    }
    for (const entry of this.entriesOf(binding)) this.overhearAs(entry, heard);
    this.unsettle(binding);
    if (maySettle) {
      const forms =
        settled?.isOf(heard.claimed) !== true || settled.isMostlyUnsettled(count) ? [] : settled.forms;
      this.settled.set(binding, new SettledEntries(this.model, heard, this.entriesOf(binding), forms));
    }
  }

  protected overhearAs(entry: CacheEntry | undefined, heard: HeardClaim): void {
    if (entry === undefined || entry.holder === heard.sentBy) return;
    // Where a request for one's own address teaches only if it is answered, that comes separately.
    const answersFirst = heard.form === "request" && !this.model.learnsAsTarget;
    if (answersFirst && this.possession.holds(entry.holder, heard.targetIp)) return;
    const before = entry.owner;
    this.hear(entry, heard);
    if (entry.owner !== before) this.witness.changed(entry, before);
  }

  /** What the host heard between a request and its answer. */
  private hearLater(entry: CacheEntry, { recentClaims }: Binding, { at }: HeardClaim): void {
    const host = entry.holder;
    for (let index = 0; index < recentClaims.length; index++) {
      const later = recentClaims[index];
      if (later === undefined || later.at.ordinal <= at.ordinal || later.sentBy === host) continue;
      if (later.isSnap && !this.model.takesSnap) continue;
      if (reaches(later, host)) this.hear(entry, later);
    }
  }

  /** "Am I the target protocol address?": who says yes, and has no entry yet, creates one. */
  private learnAsTarget(binding: Binding, heard: HeardClaim): void {
    if (heard.sentTo !== null) {
      this.learnIfTarget(heard.sentTo, binding, heard);
      return;
    }
    const target = this.bindings.get(binding.segment, heard.targetIp);
    if (target === undefined) return;
    const { claims } = target;
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index];
      if (claim !== undefined) this.learnIfTarget(claim.station, binding, heard);
    }
  }

  private learnIfTarget(host: Station, binding: Binding, heard: HeardClaim): void {
    if (host === heard.sentBy || host === heard.claimed || this.entry(host, binding)?.valid === true) return;
    // A host that has not spoken yet is believed to have the address for which it alone gets a frame.
    const isNew = heard.sentTo === host && host.ownAddresses.size === 0;
    if (!isNew && !this.possession.holds(host, heard.targetIp)) return;
    if (this.possession.holds(host, heard.ip)) return;
    const entry = this.entryOf(host, binding, heard.at.timeNs);
    const effect = this.model.learn(entry, heard.claimed, heard.at.timeNs);
    const cause = heard.form === "request" ? "answered-request" : causeOf(heard.form, true, false);
    if (noteEffect(entry, effect, heard, cause)) entry.certain = true;
    this.witness.changed(entry, null);
  }

  private reveal(entry: CacheEntry, owner: Station, at: Position, cause: CacheCause): void {
    if (entry.owner === owner && entry.current !== undefined) return;
    const before = entry.owner;
    entry.adopt(owner, at, cause);
    this.witness.changed(entry, before);
    this.witness.corrected(entry, at);
  }

  protected markUsed(entry: CacheEntry, at: Position): void {
    const current = entry.current;
    if (current === undefined || current.owner !== entry.owner || current.used !== null) return;
    current.used = at;
    this.witness.used(entry);
  }
}

function reaches(heard: HeardClaim, host: Station): boolean {
  return heard.sentTo === null || heard.sentTo === host;
}

/**
 * Writes down what a claim did; a reply that keeps a wrong entry alive is as much to blame as what created it.
 *
 * @returns whether there was anything to write down
 */
function noteEffect(entry: CacheEntry, effect: Effect, heard: HeardClaim, cause: CacheCause): boolean {
  if (effect === "none" || (effect === "confirmed" && entry.isDueTo(heard.form))) return false;
  entry.record(heard.at, cause, heard.form);
  return true;
}

function causeOf(form: ClaimForm, toMe: boolean, wasValid: boolean): CacheCause {
  if (form === "reply" && toMe) return wasValid ? "confirmed" : "resolved";
  if (form === "unsolicited-reply" && toMe) return "unsolicited-reply";
  return "overheard";
}
