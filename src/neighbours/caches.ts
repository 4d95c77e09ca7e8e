import type { Binding, BindingTable, ClaimForm, HeardClaim } from "./binding.ts";
import { type CacheCause, CacheEntry } from "./cache-entry.ts";
import { neighUpdate, overridesByHearing, probesExhausted } from "./linux.ts";
import type { Position } from "./position.ts";
import type { Possession } from "./possession.ts";
import type { Station } from "./station.ts";

/**
 * For so long a frame may still carry what its sender believed before the ARP frame captured ahead of it: it was on
 * its way, or two ports of a mirror were merged out of order.
 */
const IN_FLIGHT_NS = 2_000_000;

/** Who may be told that a host's belief about an address changed, and so may its traffic. */
export type CacheChanged = (entry: CacheEntry, before: Station | null) => void;

/** Every host's neighbour cache, by the frames that it could have received and those that it sent. */
export class Caches {
  private readonly bindings: BindingTable;
  private readonly possession: Possession;
  private readonly changed: CacheChanged;

  constructor(bindings: BindingTable, possession: Possession, changed: CacheChanged) {
    this.bindings = bindings;
    this.possession = possession;
    this.changed = changed;
  }

  /**
   * `neigh_event_ns`: a host that answers a request learns its sender, created or overridden at once, locktime or not.
   *
   * The answer comes after the request: what the host heard in between is put after it again.
   */
  learnByAnswering(host: Station, heard: HeardClaim): void {
    const binding = this.bindings.of(heard.claimed.segment, heard.ip);
    const entry = this.entryOf(host, binding, heard.at.timeNs);
    const before = entry.owner;
    entry.rewindTo(heard.at);
    const update = { owner: heard.claimed, state: "stale", override: true } as const;
    // Without the request in the capture the answer may be a forged one, and its sender no kernel that learned.
    if (!entry.valid) entry.certain = heard.form !== "addressed";
    if (neighUpdate(entry, update, heard.at.timeNs)) entry.record(heard.at, "answered-request", heard.form);
    for (const later of binding.recentClaims) {
      if (later.at.ordinal > heard.at.ordinal && later.sentBy !== host && reaches(later, host)) {
        this.hear(entry, later);
      }
    }
    if (entry.owner !== before) this.changed(entry, before);
  }

  /** A claim that `host` only heard: it updates what is there and creates nothing. */
  overhear(binding: Binding, heard: HeardClaim): void {
    for (const entry of binding.holders) {
      if (entry.holder === heard.sentBy || !reaches(heard, entry.holder)) continue;
      // arp_process ends at a request for one's own address, learning only if it is answered; that comes separately.
      if (heard.form === "request" && this.possession.holds(entry.holder, heard.targetIp)) continue;
      const before = entry.owner;
      this.hear(entry, heard);
      if (entry.owner !== before) this.changed(entry, before);
    }
  }

  /** The kernel asks the whole network only for what it has no MAC of: the entry is INCOMPLETE from here. */
  beginResolution(host: Station, binding: Binding, at: Position): void {
    const entry = this.entryOf(host, binding, at.timeNs);
    const before = entry.owner;
    this.expire(entry, at.timeNs);
    entry.lose(at, "asked-again", "incomplete", at.timeNs);
    if (before !== null) this.changed(entry, before);
  }

  /** NUD_PROBE: a kernel's unicast request goes to the MAC that its cache holds. */
  revealByProbe(host: Station, binding: Binding, owner: Station, at: Position): void {
    const entry = this.entryOf(host, binding, at.timeNs);
    this.reveal(entry, owner, at, "probe");
    if (entry.nud !== "probe") {
      entry.nud = "probe";
      entry.updatedNs = at.timeNs;
      entry.unansweredProbes = 0;
    }
    entry.unansweredProbes++;
    entry.lastProbe = at;
    this.markUsed(entry, at);
  }

  /**
   * A data frame that `host` sent to `owner` for an address of the segment.
   *
   * @returns false while the frame may have been on its way when the model changed: look at the next one, too
   */
  revealByTraffic(host: Station, binding: Binding, owner: Station, at: Position, certain: boolean): boolean {
    const existing = host.cache.get(binding.ip);
    if (existing !== undefined) {
      this.expire(existing, at.timeNs);
      const agrees = existing.owner === owner;
      if (!agrees && at.timeNs - existing.updatedNs < IN_FLIGHT_NS) return false;
    }
    const entry = existing ?? this.entryOf(host, binding, at.timeNs);
    if (existing === undefined) entry.certain = certain;
    this.reveal(entry, owner, at, "traffic");
    // `__neigh_event_send`: using a STALE entry starts its DELAY, and the locktime window with it.
    if (entry.nud === "stale") {
      entry.nud = "delay";
      entry.updatedNs = at.timeNs;
    }
    this.markUsed(entry, at);
    return true;
  }

  /**
   * A frame whose destination is not what its sender looked up: it uses the entry of the router, or of the real server,
   * whose MAC it wrote.
   *
   * Where the receiver has addresses of its own, too, the frame is put down to the one that it only claims: a router
   * that is nobody else's stand-in is asked for by its own address.
   */
  noteNextHop(host: Station, receiver: Station, at: Position): void {
    const entries = [...host.cache.values()].filter(({ owner }) => owner === receiver);
    const borrowed = entries.filter(({ ip }) => !receiver.ownAddresses.has(ip));
    for (const entry of borrowed.length > 0 ? borrowed : entries) this.markUsed(entry, at);
  }

  /** Applies what only the passing of time shows. */
  expire(entry: CacheEntry, nowNs: number): void {
    if (!probesExhausted(entry, nowNs) || entry.lastProbe === null) return;
    const before = entry.owner;
    entry.lose(entry.lastProbe, "probes-unanswered", "failed", entry.lastProbe.timeNs + 1_000_000_000);
    this.changed(entry, before);
  }

  private hear(entry: CacheEntry, heard: HeardClaim): void {
    this.expire(entry, heard.at.timeNs);
    const wasValid = entry.valid;
    const toMe = heard.sentTo === entry.holder;
    const isReply = heard.form === "reply" || heard.form === "unsolicited-reply";
    const update = {
      owner: heard.claimed,
      state: isReply && toMe ? "reachable" : "stale",
      override: overridesByHearing(entry, heard.gratuitous, heard.at.timeNs),
    } as const;
    const nudBefore = entry.nud;
    const replaced = neighUpdate(entry, update, heard.at.timeNs);
    // A reply that keeps a wrong entry alive is as much to blame as what created it.
    const confirmed = !replaced && entry.owner === heard.claimed && entry.nud !== nudBefore;
    if (!replaced && !(confirmed && !entry.isDueTo(heard.form))) return;
    entry.certain = true;
    entry.record(heard.at, causeOf(heard.form, toMe, wasValid), heard.form);
  }

  private reveal(entry: CacheEntry, owner: Station, at: Position, cause: CacheCause): void {
    if (entry.owner === owner) return;
    const before = entry.owner;
    entry.owner = owner;
    entry.nud = "reachable";
    entry.updatedNs = at.timeNs;
    entry.record(at, cause, null);
    this.changed(entry, before);
  }

  private markUsed(entry: CacheEntry, at: Position): void {
    const current = entry.current;
    if (current !== undefined && current.owner === entry.owner) current.used ??= at;
  }

  private entryOf(host: Station, binding: Binding, nowNs: number): CacheEntry {
    let entry = host.cache.get(binding.ip);
    if (entry === undefined) {
      entry = new CacheEntry(host, binding.ip, nowNs);
      host.cache.set(binding.ip, entry);
      binding.holders.push(entry);
    }
    return entry;
  }
}

function reaches(heard: HeardClaim, host: Station): boolean {
  return heard.sentTo === null || heard.sentTo === host;
}

function causeOf(form: ClaimForm, toMe: boolean, wasValid: boolean): CacheCause {
  if (form === "reply" && toMe) return wasValid ? "confirmed" : "resolved";
  if (form === "unsolicited-reply" && toMe) return "unsolicited-reply";
  return "overheard";
}
