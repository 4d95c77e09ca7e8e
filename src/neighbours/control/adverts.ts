import { Control, type FrameFacts } from "../../decode/facts.ts";
import { MOST_ADVERTISERS, MOST_TERMS, MOST_VIRTUAL_ADDRESSES, MOST_VIRTUAL_ROUTERS } from "../../limits.ts";
import type { Position, Timeline } from "../base/position.ts";
import type { Station, StationTable } from "../base/station.ts";

/** One station's advertisements for one virtual router. */
export interface Advertiser {
  readonly station: Station;
  readonly sourceIp: number;
  /** Those that its own advertisements list; none for CARP. */
  readonly addresses: Set<number>;
  readonly first: Position;
  last: Position;
  count: number;
  priority: number;
  /** Its newest advertisement of priority 0: it resigned then. */
  resigned: Position | null;
  /** How many of its advertisements came sooner than the interval that they declare, and how many were a frame's copies. */
  hurried: number;
  copies: number;
  /** Whether nobody else advertised for as long as a backup waits, or it took over from a master that was down. */
  heldOffice: boolean;
}

/** Advertisements of one member in a row, none of another's between them. */
export interface Term {
  readonly advertiser: Advertiser;
  readonly from: Position;
  last: Position;
  /** Of its newest advertisement that did not resign. */
  priority: number;
  /** Whose advertisements had gone on until right before, without resigning; null where nobody's had. */
  readonly interrupted: Advertiser | null;
}

/** A VRRP virtual router, or a CARP group, as its members advertise it. */
export interface VirtualRouter {
  readonly protocol: "vrrp" | "carp";
  readonly segment: number;
  readonly version: number;
  readonly virtualRouterId: number;
  /** Of all members. Empty for CARP, which does not name its addresses. */
  readonly addresses: Set<number>;
  readonly advertisers: Advertiser[];
  /** Times that an advertisement followed one of another member that had not resigned: two masters at once. */
  overlaps: number;
  /** Advertisements from the first overlap to the last. */
  overlapFrames: number;
  /** Advertisements since the last overlap. */
  framesSince: number;
  firstOverlap: Position | null;
  lastOverlap: Position | null;
  /** Of the member whose advertisement is the newest. */
  term: Term | null;
  /** The first terms and the newest ones; bounded. */
  readonly terms: Term[];
}

/** Who advertises which virtual router. */
export class Adverts {
  private readonly routers: VirtualRouter[] = [];

  /** @returns the virtual router whose office another member has taken, with nobody in it before; else null */
  note(facts: FrameFacts, stations: StationTable, timeline: Timeline): VirtualRouter | null {
    const router = this.routerOf(facts);
    if (router === null) return null;
    const { advert } = facts;
    const station = stations.of(facts.segment, facts.sourceMacHigh, facts.sourceMacLow);
    const at = timeline.here(facts);
    // With virtual MACs all members send from one and the same; only the packet's source tells them apart.
    let advertiser = router.advertisers.find(
      (known) => known.station === station && known.sourceIp === facts.sourceIp,
    );
    if (advertiser === undefined) {
      if (router.advertisers.length >= MOST_ADVERTISERS) return null;
      advertiser = {
        station,
        sourceIp: facts.sourceIp,
        addresses: new Set(),
        first: at,
        last: at,
        count: 0,
        priority: 0,
        resigned: null,
        hurried: 0,
        copies: 0,
        heldOffice: false,
      };
      router.advertisers.push(advertiser);
    }
    for (
      let index = 0;
      index < advert.addressCount && router.addresses.size < MOST_VIRTUAL_ADDRESSES;
      index++
    ) {
      const ip = advert.addresses[index] ?? 0;
      router.addresses.add(ip);
      advertiser.addresses.add(ip);
    }
    if (isCopy(advertiser, at)) advertiser.copies++;
    else if (isHurried(router, advertiser, at, advert.intervalMs)) advertiser.hurried++;
    noteOverlap(router, advertiser, at);
    const isNewTerm = noteTerm(router, advertiser, at);
    advertiser.count++;
    advertiser.last = at;
    if (router.protocol === "vrrp" && advert.priority === 0) advertiser.resigned = at;
    else advertiser.priority = advert.priority;
    const { term } = router;
    if (term !== null) {
      term.last = at;
      if (advertiser.resigned !== at) term.priority = advert.priority;
    }
    return isNewTerm && term?.interrupted === null && router.terms.length > 1 ? router : null;
  }

  /** The virtual routers that list the address; not all of their members need do. */
  routersFor(segment: number, ip: number): VirtualRouter[] {
    return this.routers.filter((router) => router.segment === segment && router.addresses.has(ip));
  }

  *[Symbol.iterator](): IterableIterator<VirtualRouter> {
    yield* this.routers;
  }

  /**
   * The members of a virtual router list the same addresses, or nearly so while they are being reconfigured. Where they
   * have none in common, two clusters share an identifier, and neither advertises the other's addresses.
   */
  private routerOf({ segment, control, advert }: FrameFacts): VirtualRouter | null {
    const protocol = control === Control.Carp ? "carp" : "vrrp";
    const { version, virtualRouterId } = advert;
    const known = this.routers.find(
      (router) =>
        router.segment === segment &&
        router.protocol === protocol &&
        router.virtualRouterId === virtualRouterId &&
        router.version === version &&
        sharesAddress(router, advert),
    );
    if (known !== undefined || this.routers.length >= MOST_VIRTUAL_ROUTERS) return known ?? null;
    const addresses = new Set<number>();
    const router: VirtualRouter = {
      protocol,
      segment,
      version,
      virtualRouterId,
      addresses,
      advertisers: [],
      overlaps: 0,
      overlapFrames: 0,
      framesSince: 0,
      firstOverlap: null,
      lastOverlap: null,
      term: null,
      terms: [],
    };
    this.routers.push(router);
    return router;
  }
}

function sharesAddress({ addresses }: VirtualRouter, advert: FrameFacts["advert"]): boolean {
  if (addresses.size === 0 || advert.addressCount === 0) return true;
  for (let index = 0; index < advert.addressCount; index++) {
    if (addresses.has(advert.addresses[index] ?? 0)) return true;
  }
  return false;
}

/**
 * Whether it ever was master, so far as its frames and the others' tell. An advertisement between two of a master that
 * goes on is a standby's error or a forger's, and makes nobody a member.
 */
export function hasHeldOffice({ term }: VirtualRouter, advertiser: Advertiser, nowNs: number): boolean {
  if (advertiser.heldOffice) return true;
  if (term?.advertiser !== advertiser) return false;
  return term.interrupted === null || nowNs - term.from.timeNs >= MASTER_DOWN_NS;
}

/** Three intervals and a skew of a slow master (RFC 9568, section 6.1): a master that is silent for longer is down. */
const MASTER_DOWN_NS = 4_000_000_000;

/** How long backups wait for the member's next advertisement, by the interval that it keeps. */
export function patienceNs({ first, last, count }: Advertiser): number {
  const intervalNs = count < 2 ? 0 : (last.timeNs - first.timeNs) / (count - 1);
  return Math.max(MASTER_DOWN_NS, 4 * intervalNs);
}

/** A master advertises when its timer fires, give or take a busy machine. */
const SHORTEST_INTERVAL = 0.8;
/** A mirror's second copy of a frame comes sooner. */
const COPY_NS = 10_000_000;

function isCopy({ count, last }: Advertiser, at: Position): boolean {
  return count > 0 && at.timeNs - last.timeNs <= COPY_NS;
}

/** Whether the member had advertised too short a while ago, and no other member made it speak up since. */
function isHurried(
  { term }: VirtualRouter,
  advertiser: Advertiser,
  at: Position,
  intervalMs: number,
): boolean {
  if (advertiser.count === 0 || term?.advertiser !== advertiser || advertiser.resigned === advertiser.last)
    return false;
  const waitedNs = at.timeNs - advertiser.last.timeNs;
  return waitedNs < intervalMs * 1e6 * SHORTEST_INTERVAL;
}

/** Whether the member's newest advertisement still counts: it did not resign, and is not down. */
function isInOffice({ resigned, last }: Advertiser, at: Position): boolean {
  return resigned !== last && at.timeNs - last.timeNs < MASTER_DOWN_NS;
}

/**
 * Called before the advertiser's own record changes.
 *
 * @returns whether a term began
 */
function noteTerm(router: VirtualRouter, advertiser: Advertiser, at: Position): boolean {
  const { term } = router;
  if (term?.advertiser === advertiser) {
    advertiser.heldOffice ||= at.timeNs - term.from.timeNs >= MASTER_DOWN_NS;
    return false;
  }
  const before = term?.advertiser;
  if (before !== undefined && term?.interrupted === null) before.heldOffice = true;
  const interrupted = before !== undefined && isInOffice(before, at) ? before : null;
  router.term = { advertiser, from: at, last: at, priority: 0, interrupted };
  if (router.terms.length >= MOST_TERMS) router.terms.splice(MOST_TERMS / 2, MOST_TERMS / 4);
  router.terms.push(router.term);
  return true;
}

function noteOverlap(router: VirtualRouter, advertiser: Advertiser, at: Position): void {
  const newest = router.term?.advertiser ?? null;
  const isOverlap = newest !== null && newest !== advertiser && isInOffice(newest, at);
  if (router.firstOverlap !== null) router.framesSince++;
  if (isOverlap) {
    // The first overlap is of two: the advertisement before it belongs to it.
    router.overlapFrames += router.firstOverlap === null ? 2 : router.framesSince;
    router.framesSince = 0;
    router.overlaps++;
    router.firstOverlap ??= newest.last;
    router.lastOverlap = at;
  }
}
