import { Control, type FrameFacts } from "../../decode/facts.ts";
import type { Position, Timeline } from "../base/position.ts";
import type { Station, StationTable } from "../base/station.ts";

/** One station's advertisements for one virtual router. */
export interface Advertiser {
  readonly station: Station;
  readonly sourceIp: number;
  readonly first: Position;
  last: Position;
  count: number;
  priority: number;
  /** Its newest advertisement of priority 0: it resigned then. */
  resigned: Position | null;
}

/** A VRRP virtual router, or a CARP group, as its members advertise it. */
export interface VirtualRouter {
  readonly protocol: "vrrp" | "carp";
  readonly segment: number;
  readonly version: number;
  readonly virtualRouterId: number;
  /** Empty for CARP, which does not name its addresses. */
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
  newest: Advertiser | null;
}

/** A segment has 255 VRIDs, each of two versions; past that somebody plays. */
const MOST_ROUTERS = 1024;
const MOST_ADVERTISERS = 32;
const MOST_ADDRESSES = 1024;

/** Who advertises which virtual router. */
export class Adverts {
  private readonly routers: VirtualRouter[] = [];

  note(facts: FrameFacts, stations: StationTable, timeline: Timeline): void {
    const router = this.routerOf(facts);
    if (router === null) return;
    const { advert } = facts;
    for (let index = 0; index < advert.addressCount && router.addresses.size < MOST_ADDRESSES; index++) {
      router.addresses.add(advert.addresses[index] ?? 0);
    }
    const station = stations.of(facts.segment, facts.sourceMacHigh, facts.sourceMacLow);
    const at = timeline.here(facts);
    // With virtual MACs all members send from one and the same; only the packet's source tells them apart.
    let advertiser = router.advertisers.find(
      (known) => known.station === station && known.sourceIp === facts.sourceIp,
    );
    if (advertiser === undefined) {
      if (router.advertisers.length >= MOST_ADVERTISERS) return;
      advertiser = {
        station,
        sourceIp: facts.sourceIp,
        first: at,
        last: at,
        count: 0,
        priority: 0,
        resigned: null,
      };
      router.advertisers.push(advertiser);
    }
    noteOverlap(router, advertiser, at);
    advertiser.count++;
    advertiser.last = at;
    if (router.protocol === "vrrp" && advert.priority === 0) advertiser.resigned = at;
    else advertiser.priority = advert.priority;
  }

  /** The virtual router that lists the address. */
  routersFor(segment: number, ip: number): VirtualRouter[] {
    return this.routers.filter((router) => router.segment === segment && router.addresses.has(ip));
  }

  *[Symbol.iterator](): IterableIterator<VirtualRouter> {
    yield* this.routers;
  }

  private routerOf({ segment, control, advert }: FrameFacts): VirtualRouter | null {
    const protocol = control === Control.Carp ? "carp" : "vrrp";
    const { version, virtualRouterId } = advert;
    const known = this.routers.find(
      (router) =>
        router.segment === segment &&
        router.protocol === protocol &&
        router.virtualRouterId === virtualRouterId &&
        router.version === version,
    );
    if (known !== undefined || this.routers.length >= MOST_ROUTERS) return known ?? null;
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
      newest: null,
    };
    this.routers.push(router);
    return router;
  }
}

/** Three intervals and a skew of a slow master (RFC 9568, section 6.1): whoever was silent for longer is down. */
const MASTER_DOWN_NS = 4_000_000_000;

function noteOverlap(router: VirtualRouter, advertiser: Advertiser, at: Position): void {
  const { newest } = router;
  const isOverlap =
    newest !== null &&
    newest !== advertiser &&
    newest.resigned !== newest.last &&
    at.timeNs - newest.last.timeNs < MASTER_DOWN_NS;
  if (router.firstOverlap !== null) router.framesSince++;
  if (isOverlap) {
    // The first overlap is of two: the advertisement before it belongs to it.
    router.overlapFrames += router.firstOverlap === null ? 2 : router.framesSince;
    router.framesSince = 0;
    router.overlaps++;
    router.firstOverlap ??= newest.last;
    router.lastOverlap = at;
  }
  router.newest = advertiser;
}
