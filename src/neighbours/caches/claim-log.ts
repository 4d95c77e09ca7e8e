import { EVENTS_KEPT_BEFORE_CONFLICT, EVENTS_KEPT_IN_CONFLICT, MOST_EVENTS } from "../../limits.ts";
import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";
import type { Ask } from "../claims/asks.ts";
import type { Binding } from "../claims/binding.ts";
import type { BindingTable } from "../claims/binding-table.ts";
import type { HeardClaim } from "../claims/claim.ts";
import type { Possession } from "../claims/possession.ts";
import type { CacheEntry } from "./cache-entry.ts";
import type { CacheTable } from "./cache-table.ts";
import type { Caches } from "./caches.ts";

/** What had to do with the caches' entries about one address, as it happened. */
export type CacheEvent =
  | { readonly what: "heard"; readonly heard: HeardClaim }
  | { readonly what: "answered"; readonly host: Station; readonly heard: HeardClaim }
  | { readonly what: "asked"; readonly host: Station; readonly ask: Ask }
  | { readonly what: "probed"; readonly host: Station; readonly owner: Station; readonly at: Position }
  /** A frame of the host's own showed another MAC than the model had. */
  | { readonly what: "corrected"; readonly host: Station; readonly owner: Station; readonly at: Position }
  /** The host's first frame by an entry that its kernel then starts to check. */
  | { readonly what: "used"; readonly host: Station; readonly at: Position };

/** An entry as it was when a log begins. */
export interface EntryBefore {
  readonly holder: Station;
  readonly owner: Station;
  readonly nud: CacheEntry["nud"];
  readonly updatedNs: number;
  readonly confirmedNs: number;
  readonly at: Position;
}

/** The events of one address, from its first frame or from when a conflict began, up to a bound. */
export class ClaimLog {
  readonly events: CacheEvent[] = [];
  before: readonly EntryBefore[] = [];
  /** Claims that came after the log was full. */
  omittedClaims = 0;
  inConflict = false;
  /** Events from before the conflict were given up. */
  hasForgotten = false;
}

/** Keeps what a second run of the model needs. To be told before the caches are, since it notes what they held. */
export class ClaimRecorder
  implements Pick<Caches, "overhear" | "learnByAnswering" | "beginResolution" | "revealByProbe">
{
  private readonly bindings: BindingTable;
  private readonly possession: Possession;
  private readonly caches: CacheTable;
  private readonly logs = new Map<Binding, ClaimLog>();
  private eventCount = 0;

  constructor(bindings: BindingTable, possession: Possession, caches: CacheTable) {
    this.bindings = bindings;
    this.possession = possession;
    this.caches = caches;
  }

  logOf(binding: Binding): ClaimLog | undefined {
    return this.logs.get(binding);
  }

  /** The address is no longer followed. */
  forget(binding: Binding): void {
    this.logs.delete(binding);
  }

  overhear(binding: Binding, heard: HeardClaim): void {
    this.add(binding, { what: "heard", heard });
  }

  learnByAnswering(host: Station, heard: HeardClaim): void {
    this.add(this.bindings.of(heard.claimed.segment, heard.ip), { what: "answered", host, heard });
  }

  beginResolution(host: Station, binding: Binding, ask: Ask): void {
    this.add(binding, { what: "asked", host, ask });
  }

  revealByProbe(host: Station, binding: Binding, owner: Station, at: Position): void {
    this.add(binding, { what: "probed", host, owner, at });
  }

  noteCorrected({ holder, ip, owner }: CacheEntry, at: Position): void {
    if (owner === null) return;
    const binding = this.bindings.of(holder.segment, ip);
    this.add(binding, { what: "corrected", host: holder, owner, at });
  }

  noteUsed(host: Station, binding: Binding, at: Position): void {
    this.add(binding, { what: "used", host, at });
  }

  /** Begins the address's log anew, from what is held now: what it led up to is long past. */
  restart(binding: Binding, at: Position): void {
    const log = this.logs.get(binding);
    if (log === undefined || !log.inConflict) return;
    this.eventCount -= log.events.length;
    log.events.length = 0;
    log.omittedClaims = 0;
    log.before = this.entriesNow(binding, at);
  }

  private add(binding: Binding, event: CacheEvent): void {
    const log = this.logs.get(binding) ?? this.begin(binding, positionOf(event));
    if (!log.inConflict && (binding.isContested || this.possession.isVip(binding.ip)))
      this.beginConflict(log, binding, positionOf(event));
    if (!log.inConflict) {
      if (log.events.length >= EVENTS_KEPT_BEFORE_CONFLICT) {
        log.events.shift();
        log.hasForgotten = true;
      }
      log.events.push(event);
    } else if (log.events.length < EVENTS_KEPT_IN_CONFLICT && this.eventCount < MOST_EVENTS) {
      this.eventCount++;
      log.events.push(event);
    } else if (event.what === "heard") {
      log.omittedClaims++;
    }
  }

  private begin(binding: Binding, at: Position): ClaimLog {
    const log = new ClaimLog();
    log.before = this.entriesNow(binding, at);
    this.logs.set(binding, log);
    return log;
  }

  /** Where events were given up, what they led to takes their place. */
  private beginConflict(log: ClaimLog, binding: Binding, at: Position): void {
    log.inConflict = true;
    if (!log.hasForgotten) return;
    log.events.length = 0;
    log.before = this.entriesNow(binding, at);
  }

  /** What was held before the first frame has no place of its own: it is put to where the log begins. */
  private entriesNow(binding: Binding, at: Position): EntryBefore[] {
    return this.caches
      .about(binding)
      .flatMap(({ holder, owner, nud, updatedNs, confirmedNs, current }) =>
        owner === null ? [] : [{ holder, owner, nud, updatedNs, confirmedNs, at: current?.at ?? at }],
      );
  }
}

function positionOf(event: CacheEvent): Position {
  switch (event.what) {
    case "heard":
    case "answered":
      return event.heard.at;
    case "asked":
      return event.ask.at;
    default:
      return event.at;
  }
}
