import {
  MOST_CARDS_OF_BOND,
  MOST_CLAIMS,
  MOST_IP_SENDERS,
  MOST_PASSINGS,
  MOST_RECEIVERS,
  PROBINGS_KEPT,
  TURNS_KEPT,
} from "../../limits.ts";
import type { Position } from "../base/position.ts";
import { keepRecent } from "../base/recent.ts";
import { SparseMap, SparseSet } from "../base/sparse.ts";
import type { Station } from "../base/station.ts";
import { type Ask, Asks } from "./asks.ts";
import { Claim, type ClaimForm, type ClaimTally, type HeardClaim } from "./claim.ts";

/** From here on it was another station that claimed the address, until the next turn. */
export interface Turn {
  readonly station: Station;
  readonly at: Position;
  /** Of the frame that began it. */
  readonly form: ClaimForm;
}

/** Looking an address over before using it (RFC 5227, section 2.1.1): claims nothing. */
export interface Probing {
  readonly station: Station;
  readonly first: Position;
  last: Position;
  count: number;
}

/** A bridge that rewrites MACs sends on what it hears within this: it does so in the kernel, or the card's firmware. */
const ECHO_NS = 1_000_000;

/** A station that holds the address, or gets its frames, passed one of them on to another. */
export interface Passing {
  readonly from: Station;
  readonly to: Station;
  /** The frame that it sent. */
  readonly at: Position;
  /** Whether the same packet was seen arriving at it right before. */
  proven: boolean;
  /** From whom such packets had come, as far as they were looked at. */
  readonly sources: SparseSet<Station>;
  /** Whether nobody had spoken for the address by ARP before. */
  readonly isUnclaimed: boolean;
  tries: number;
}

/** `RLB_UPDATE_DELAY` of bond_alb.h, and a few of its timer's ticks for the burst that follows. */
const REMINDER_NS = 2_500_000_000;
/** A flood makes hundreds of claims for one address; among so few a search is faster than an index. */
const FEW_CLAIMS = 16;

/** What the hosts' caches hold, as far as claims need to know it. */
export interface Beliefs {
  /** The stations whose MAC some cache has for the address; null where an entry has none. */
  ownersOf(binding: Binding): Iterable<Station | null>;
}

/** What is known of one address in one broadcast domain, but for what the hosts' caches hold of it. */
export class Binding {
  readonly segment: number;
  readonly ip: number;
  readonly claims: Claim[] = [];
  /** The stations to which frames for the address were sent, each with those that sent them. */
  readonly receivers = new SparseMap<Station, Set<Station>>();
  readonly passings: Passing[] = [];
  /** Those that were seen to pass its frames on, each with one that it sent; to whom the link layer did not say. */
  readonly passedOn = new SparseMap<Station, Position>();
  /** Those that passed frames on, its directors: what reaches them has not gone astray. */
  readonly passers = new SparseSet<Station>();
  /** Those whose frames for it went to several MACs by turns before anybody spoke for it: they have routes to it. */
  readonly routers = new SparseSet<Station>();
  /** Those of them to which a holder of the address passed its frames on: real servers, or who stands in for one. */
  readonly served = new SparseSet<Station>();
  /** The stations that sent IPv4 packets from the address once it was known on the segment, with a first frame's TTL. */
  readonly ipSenders = new SparseMap<Station, { readonly at: Position; readonly ttl: number }>();
  readonly turns: Turn[] = [];
  turnCount = 0;
  /** How often another station claimed the address, or took over the virtual router that has it. */
  holderChanges = 0;
  readonly probings: Probing[] = [];
  readonly recentClaims: HeardClaim[] = [];
  readonly asks = new Asks();
  /** Whose turn it is. */
  lastTurn: Station | null = null;
  /** Whose turn the newest one ended. */
  turnBefore: Station | null = null;
  /** Claims, cache entries and receivers that were too many to be kept. */
  forgottenParts = 0;
  /** Null until there are many claims. */
  private claimIndex: Map<Station, Claim> | null = null;

  constructor(segment: number, ip: number) {
    this.segment = segment;
    this.ip = ip;
  }

  /**
   * Whether several stations act as its owner: they claim it, one passes its packets on and another claims it, or a
   * virtual router that has it got another master.
   */
  get isContested(): boolean {
    const { claims, passers } = this;
    if (this.holderChanges > this.turnCount) return true;
    return claims.length > 1 || (passers.size > 0 && claims.some(({ station }) => !passers.has(station)));
  }

  claimOf(station: Station): Claim | undefined {
    const { claims } = this;
    if (claims.length > FEW_CLAIMS) return this.claimsByStation().get(station);
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index];
      if (claim?.station === station) return claim;
    }
    return undefined;
  }

  private claimsByStation(): ReadonlyMap<Station, Claim> {
    this.claimIndex ??= new Map(this.claims.map((claim) => [claim.station, claim]));
    return this.claimIndex;
  }

  /** @param beliefs tells whose claims the caches hold: where claims have to go, those stay */
  addClaim(heard: HeardClaim, beliefs: Beliefs): Claim {
    let claim = this.claimOf(heard.claimed);
    if (claim === undefined) {
      claim = new Claim(heard.claimed);
      if (this.claims.length >= MOST_CLAIMS) this.forgetClaims(MOST_CLAIMS / 2, beliefs);
      this.claims.push(claim);
      this.claimIndex?.set(heard.claimed, claim);
    }
    claim.add(heard.form, heard);
    if (heard.sentTo === null && heard.sentBy === heard.claimed) claim.firstToAll ??= heard.at;
    if (heard.form !== "addressed" && heard.sentBy === heard.claimed) this.noteTurn(heard);
    if (
      heard.form === "unsolicited-reply" &&
      heard.sentBy === heard.claimed &&
      !this.wasAskedInItsName(heard.at)
    )
      claim.unprompted++;
    const isBroadcast = heard.form === "request" || heard.form === "announcement";
    if (isBroadcast && heard.sentBy === heard.claimed) this.noteEcho(claim, heard);
    // Nobody heard what was only said of a station.
    if (heard.form !== "addressed") keepRecent(this.recentClaims, heard);
    return claim;
  }

  /** What is left of an address at peace that had to be given up: one station claimed it so often. */
  recall(
    station: Station,
    form: ClaimForm,
    tally: Pick<ClaimTally, "count" | "first" | "last">,
    targetIp: number,
  ): void {
    const claim = new Claim(station);
    claim.recall(form, tally, targetIp);
    this.claims.push(claim);
    this.claimIndex?.set(station, claim);
    this.takeTurn(station, tally.first, form);
  }

  /**
   * Gives up claims until so many are left: the oldest of those first of which there is least to tell, one frame that
   * nobody believed, and that answered nobody.
   */
  forgetClaims(left: number, beliefs: Beliefs): void {
    let excess = this.claims.length - left;
    if (excess <= 0) return;
    const believed = new Set<Station | null>([this.lastTurn]);
    for (const owner of beliefs.ownersOf(this)) believed.add(owner);
    const kept = this.claims.filter(
      (claim) =>
        believed.has(claim.station) || claim.frames > 1 || claim.tallies.has("reply") || excess-- <= 0,
    );
    // Those that are left are worth more, but a forger can make them without end, too.
    const surplus = kept.length - Math.max(left, MOST_CLAIMS / 2);
    if (surplus > 0) kept.splice(left / 2, surplus);
    this.forgottenParts += this.claims.length - kept.length;
    this.claims.splice(0, this.claims.length, ...kept);
    this.claimIndex = null;
  }

  /** @returns whether it was not known as one */
  addIpSender(station: Station, at: Position, ttl: number): boolean {
    if (this.ipSenders.has(station) || this.ipSenders.size >= MOST_IP_SENDERS) return false;
    this.ipSenders.set(station, { at, ttl });
    return true;
  }

  /** @returns whether the sender is new to the receiver */
  addReceiver(receiver: Station, sender: Station): boolean {
    const senders = this.receivers.get(receiver);
    if (senders !== undefined) {
      if (senders.has(sender) || senders.size >= MOST_RECEIVERS) return false;
      senders.add(sender);
    } else if (this.receivers.size < MOST_RECEIVERS) this.receivers.set(receiver, new Set([sender]));
    else this.forgottenParts++;
    return true;
  }

  /** @returns the passing between these two, remembered from here on */
  passing(from: Station, to: Station, at: Position): Passing {
    const known = this.passings.find((passing) => passing.from === from && passing.to === to);
    if (known !== undefined) return known;
    const isUnclaimed = this.claims.length === 0;
    const passing: Passing = { from, to, at, proven: false, sources: new SparseSet(), isUnclaimed, tries: 0 };
    this.passers.add(from);
    if (this.passings.length < MOST_PASSINGS) this.passings.push(passing);
    return passing;
  }

  addNeedless(station: Station): void {
    const claim = this.claimOf(station);
    if (claim !== undefined) claim.needless++;
  }

  addProbe(station: Station, at: Position): void {
    const known = this.probings.find((probing) => probing.station === station);
    if (known !== undefined) {
      known.last = at;
      known.count++;
    } else if (this.probings.length < PROBINGS_KEPT) {
      this.probings.push({ station, first: at, last: at, count: 1 });
    }
  }

  /** Two hosts do not broadcast the same in one name within a millisecond; a frame that is passed on does. */
  private noteEcho(claim: Claim, heard: HeardClaim): void {
    const before = this.saidBefore(heard, (form) => form === heard.form);
    if (before !== undefined) claim.addEcho(before.claimed);
  }

  /**
   * The same answer again, to a request that was sent to the second sender's card alone: the first could not have heard
   * it, were it not behind that card.
   */
  noteReplyEcho(heard: HeardClaim, { sentTo }: Ask): void {
    const claim = this.claimOf(heard.claimed);
    if (claim === undefined || heard.sentBy !== heard.claimed || sentTo !== heard.claimed) return;
    const before = this.saidBefore(heard, (form) => form === "reply" || form === "unsolicited-reply");
    if (before !== undefined) claim.addEcho(before.claimed);
  }

  /** The newest such frame of another station, if it was there just before. */
  private saidBefore(
    { claimed, at, targetIp }: HeardClaim,
    isOfForm: (form: ClaimForm) => boolean,
  ): HeardClaim | undefined {
    // Nobody but the claimant itself ever spoke of it.
    if (this.claims.length === 1) return undefined;
    return this.recentClaims.findLast(
      (other) =>
        isOfForm(other.form) &&
        other.targetIp === targetIp &&
        other.claimed !== claimed &&
        other.sentBy === other.claimed &&
        at.timeNs - other.at.timeNs <= ECHO_NS,
    );
  }

  /**
   * Whether any station just asked in the address's name. A bond in mode balance-alb then tells its clients its MACs again
   * (`rlb_arp_xmit` of bond_alb.c), within its `RLB_UPDATE_DELAY`.
   */
  private wasAskedInItsName({ timeNs }: Position): boolean {
    if (this.claims.length > MOST_CARDS_OF_BOND) return false;
    return this.claims.some((claim) => {
      const asked = claim.tallies.get("request");
      return asked !== undefined && timeNs - asked.last.timeNs <= REMINDER_NS;
    });
  }

  private noteTurn({ claimed, at, form }: HeardClaim): void {
    if (this.lastTurn !== claimed) this.takeTurn(claimed, at, form);
  }

  private takeTurn(station: Station, at: Position, form: ClaimForm): void {
    this.turnBefore = this.lastTurn;
    this.lastTurn = station;
    this.turnCount++;
    this.holderChanges++;
    if (this.turns.length < TURNS_KEPT) this.turns.push({ station, at, form });
  }
}
