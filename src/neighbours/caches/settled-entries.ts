import type { Station } from "../base/station.ts";
import type { ClaimForm, HeardClaim } from "../claims/claim.ts";
import type { CacheEntry } from "./cache-entry.ts";
import type { NeighbourModel } from "./models/model.ts";

/** With fewer entries than this to look at all of them costs less. */
export const MANY_ENTRIES = 64;
/** Far less than any model lets an entry live without being confirmed. */
const LONGEST_SILENCE_NS = 600_000_000_000;

/**
 * The entries about one address that hold the MAC of whoever broadcast it last, so that the next such broadcast changes
 * nothing but when they were last confirmed: that is kept once for all of them. Of a router's address thousands of hosts
 * have an entry, and it asks for all of them in turn.
 */
export class SettledEntries {
  private readonly claimant: Station;
  /** The newest broadcast. */
  timeNs: number;
  /** Entries that something happened to since, and new ones. */
  private unsettled: CacheEntry[] = [];
  private isOver = false;
  readonly forms: readonly ClaimForm[];
  private readonly model: NeighbourModel;

  /** Begins with a broadcast that every entry has heard. */
  constructor(
    model: NeighbourModel,
    heard: HeardClaim,
    entries: Iterable<CacheEntry>,
    forms: readonly ClaimForm[],
  ) {
    this.model = model;
    this.claimant = heard.claimed;
    this.timeNs = heard.at.timeNs;
    this.forms = [...forms.filter((form) => form !== heard.form), heard.form];
    for (const entry of entries) this.settle(entry, heard);
  }

  /** Whether the entries can do without hearing this one. */
  covers({ form, at, claimed }: HeardClaim): boolean {
    if (claimed !== this.claimant) return false;
    const silenceNs = at.timeNs - this.timeNs;
    if (silenceNs < 0 || silenceNs > LONGEST_SILENCE_NS) return false;
    return !this.model.notesConfirmations || this.forms.includes(form);
  }

  isOf(claimant: Station): boolean {
    return this.claimant === claimant;
  }

  /** Whether most entries wait for a broadcast of a form that no longer comes. */
  isMostlyUnsettled(entries: number): boolean {
    return this.unsettled.length > entries / 2;
  }

  disturb(entry: CacheEntry): void {
    if (!this.isOver) this.unsettled.push(entry);
  }

  /** Another one takes its place, or none: entries may still ask it for the time, and must not keep each other for it. */
  end(): void {
    this.isOver = true;
    this.unsettled = [];
  }

  /** @param hear passes the broadcast to an entry that is not settled */
  pass(heard: HeardClaim, hear: (entry: CacheEntry) => void): void {
    this.timeNs = heard.at.timeNs;
    const { unsettled } = this;
    if (unsettled.length === 0) return;
    this.unsettled = [];
    for (const entry of unsettled) {
      hear(entry);
      this.settle(entry, heard);
    }
  }

  private settle(entry: CacheEntry, { claimed }: HeardClaim): void {
    const { model } = this;
    const isSettled =
      entry.owner === claimed &&
      entry.holder !== claimed &&
      model.isSettled(entry) &&
      (!model.notesConfirmations || this.forms.every((form) => entry.isDueTo(form)));
    if (isSettled) entry.settle(this);
    else this.unsettled.push(entry);
  }
}
