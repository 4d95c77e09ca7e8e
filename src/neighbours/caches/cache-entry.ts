import { MOST_CACHE_CHANGES } from "../../limits.ts";
import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";
import type { ClaimForm } from "../claims/claim.ts";
import type { Sent, SentSoFar } from "./sent.ts";

/** The states of a neighbour entry that show in frames; the names are the kernel's (include/net/neighbour.h). */
export type NudState = "incomplete" | "reachable" | "stale" | "delay" | "probe" | "failed";

/**
 * Why a cache entry changed.
 *
 * - `answered-request`   the host answered a request, and learned its sender by it
 * - `resolved`           the answer to its own request
 * - `confirmed`          the answer to its unicast request, or to one that its kernel did not send
 * - `overheard`          a broadcast that it heard updated what it already had
 * - `unsolicited-reply`  a reply sent to it that it had not asked for
 * - `traffic`, `probe`   its own frames show that its cache holds this, whatever the model thought
 * - `probes-unanswered`  the unicast requests of a re-check went unanswered: the entry is lost
 * - `aged-out`           nothing confirmed it for as long as an entry may live
 * - `asked-again`        it asks the network anew: the entry was lost
 */
export type CacheCause =
  | "answered-request"
  | "resolved"
  | "confirmed"
  | "overheard"
  | "unsolicited-reply"
  | "traffic"
  | "probe"
  | "probes-unanswered"
  | "aged-out"
  | "asked-again";

/**
 * One change of an entry: from here on the host sends to `owner`, or to nobody where it is null. The owner may be the
 * one before, where a claim of another form confirmed it.
 */
export interface CacheChange {
  readonly at: Position;
  readonly owner: Station | null;
  readonly cause: CacheCause;
  /** The form of the claim that did it; null where no claim did. */
  readonly form: ClaimForm | null;
  /** First frame that proves the host uses this: a data frame or a unicast request of its own. */
  used: Position | null;
  /** What the host sent by it, counted while the address is contested. */
  readonly sent: Sent[];
  /**
   * What the host had sent for the address by then, in all, to the owner before and to this one: each null where that was
   * nothing. Null where the owner stayed the same, or by a model that has no traffic.
   */
  sentBefore: { readonly toFormer: SentSoFar | null; readonly toOwner: SentSoFar | null } | null;
}

/** What confirms entries together, without a look at each. */
interface Confirmations {
  /** When the newest frame confirmed them. */
  readonly timeNs: number;
  /** The entry is to be looked at by itself from here on. */
  disturb(entry: CacheEntry): void;
}

/** What one host believes about one address. */
export class CacheEntry {
  readonly holder: Station;
  readonly ip: number;
  nud: NudState = "incomplete";
  owner: Station | null = null;
  /** When `owner` or `nud` last changed: `neigh->updated`, from which locktime counts. */
  updatedNs: number;
  private confirmedAtNs: number;
  private settled: Confirmations | null = null;
  /** Unicast requests that went unanswered, or were not answered yet, since the entry last became valid. */
  unansweredProbes = 0;
  lastProbe: Position | null = null;
  /** False where only a tunnel's outer header shows the entry: LVS may not have asked the neighbour cache. */
  certain = true;
  readonly history: CacheChange[] = [];

  constructor(holder: Station, ip: number, createdNs: number) {
    this.holder = holder;
    this.ip = ip;
    this.updatedNs = createdNs;
    this.confirmedAtNs = createdNs;
  }

  /** When a frame last said what it holds: where entries have an age, from here on. */
  get confirmedNs(): number {
    return this.settled === null ? this.confirmedAtNs : Math.max(this.confirmedAtNs, this.settled.timeNs);
  }

  set confirmedNs(timeNs: number) {
    this.confirmedAtNs = timeNs;
  }

  /** From here on the owner's broadcasts only confirm it. */
  settle(settled: Confirmations): void {
    this.settled = settled;
  }

  /** To be called before anything else happens to it. */
  disturb(): void {
    const { settled } = this;
    if (settled === null) return;
    this.confirmedAtNs = this.confirmedNs;
    this.settled = null;
    settled.disturb(this);
  }

  /** `NUD_VALID`: there is a MAC to send to. */
  get valid(): boolean {
    return this.owner !== null;
  }

  get current(): CacheChange | undefined {
    return this.history.at(-1);
  }

  /** Whether a claim of this form brought, or confirmed, what the entry holds now. */
  isDueTo(form: ClaimForm): boolean {
    for (let index = this.history.length - 1; index >= 0; index--) {
      const change = this.history[index];
      if (change?.owner !== this.owner) return false;
      if (change.form === form) return true;
    }
    return false;
  }

  record(at: Position, cause: CacheCause, form: ClaimForm | null): void {
    if (this.history.length >= MOST_CACHE_CHANGES)
      this.history.splice(MOST_CACHE_CHANGES / 2, MOST_CACHE_CHANGES / 4);
    this.history.push({ at, owner: this.owner, cause, form, used: null, sent: [], sentBefore: null });
  }

  /** A unicast request of the holder to the MAC that it has. */
  addProbe(at: Position): void {
    if (this.nud !== "probe") {
      this.nud = "probe";
      this.updatedNs = at.timeNs;
      this.unansweredProbes = 0;
    }
    this.unansweredProbes++;
    this.lastProbe = at;
  }

  lose(at: Position, cause: CacheCause, nud: "incomplete" | "failed", updatedNs: number): void {
    const wasValid = this.valid;
    this.owner = null;
    this.nud = nud;
    this.updatedNs = updatedNs;
    if (wasValid) this.record(at, cause, null);
  }

  /** A frame of the holder's own shows that it has this MAC, whatever the model thought. */
  adopt(owner: Station, at: Position, cause: CacheCause): void {
    this.owner = owner;
    this.nud = "reachable";
    this.updatedNs = at.timeNs;
    this.confirmedNs = at.timeNs;
    this.unansweredProbes = 0;
    this.record(at, cause, null);
  }

  /** Takes back what happened after `at`, so that an earlier frame, understood only now, can be put in its place. */
  rewindTo(at: Position): void {
    let rewound = false;
    while ((this.current?.at.ordinal ?? -1) > at.ordinal) {
      this.history.pop();
      rewound = true;
    }
    if (!rewound) return;
    this.owner = this.current?.owner ?? null;
    this.nud = this.owner === null ? "incomplete" : "stale";
    this.updatedNs = this.current?.at.timeNs ?? Number.NEGATIVE_INFINITY;
  }
}
