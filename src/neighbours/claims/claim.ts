import { CLAIM_FRAMES_KEPT, MOST_PROXIES } from "../../limits.ts";
import { earliest, latest, type Position } from "../base/position.ts";
import { SparseMap } from "../base/sparse.ts";
import type { Station } from "../base/station.ts";

/**
 * How an ARP frame tied a MAC to an address.
 *
 * - `request`            `who-has X tell IP`, sent for X's sake: what it says of IP is incidental
 * - `reply`              the answer to a request that the capture shows
 * - `unsolicited-reply`  a reply that nobody was seen to ask for
 * - `announcement`       sender and target address the same: gratuitous ARP
 * - `addressed`          no frame of the station's own: another host's reply, to a request that was not captured, says
 *                        (THA, TPA) that it believes the address to be there
 */
export type ClaimForm = "request" | "reply" | "unsolicited-reply" | "announcement" | "addressed";

/** A claim's frame as a receiver sees it, kept while a later frame may still show who learned by it. */
export interface HeardClaim {
  readonly at: Position;
  readonly form: ClaimForm;
  /** The address claimed (SPA), and the station of the MAC it is claimed for (SHA). */
  readonly ip: number;
  readonly claimed: Station;
  readonly sentBy: Station;
  readonly targetIp: number;
  /** `is_garp` of arp_process: overrides whatever the entry's age. */
  readonly gratuitous: boolean;
  /** The one receiver, null for a broadcast. */
  readonly sentTo: Station | null;
  /** The answer to a request by which its receiver's kernel re-checked what it had. */
  readonly recheck: boolean;
  /** In LLC and SNAP (RFC 1042) on Ethernet. */
  readonly isSnap: boolean;
}

/** Frames of one form by which one station claimed one address. */
export interface ClaimTally {
  count: number;
  first: Position;
  last: Position;
  /** The first few, to prove it with. */
  readonly evidence: ClaimEvidence[];
}

export interface ClaimEvidence {
  readonly at: Position;
  /** Who was asked for, or told; the address itself in an announcement. */
  readonly targetIp: number;
  /** The host whose card sent the frame: not always the one that it claims for. */
  readonly sentBy: Station;
}

/** Frames that one card sent with another's MAC as ARP sender. */
export interface ProxiedTally extends ClaimTally {
  /** Those of them that nobody asked for. */
  unasked: number;
}

export interface ClaimSpan {
  readonly first: Position;
  readonly last: Position;
}

/** One station's claims to one address. */
export class Claim {
  readonly station: Station;
  readonly tallies = new SparseMap<ClaimForm, ClaimTally>();
  /** Requests that asked again soon for what had been answered: no kernel does, it has a cache. */
  needless = 0;
  /** Its own unasked replies that no request in the address's name came right before: only a bond repeats itself then. */
  unprompted = 0;
  /** By sender: frames for this station that another card sent. A bridge does so, and a forger. */
  readonly proxied = new SparseMap<Station, ProxiedTally>();
  /** By station: frames that said what that station's had said a moment before, but for the MAC. */
  readonly echoes = new SparseMap<Station, number>();
  /** The first and the last frame by which it spoke for the address itself; null where all were others'. */
  ownFirst: Position | null = null;
  ownLast: Position | null = null;
  /** Its first answer to a question to everybody: whoever holds the address hears that one and answers, too. */
  firstAnswer: Position | null = null;
  /** Who had asked it. */
  firstAsker: Station | null = null;
  /** Its first frame for the address that went to everybody. */
  firstToAll: Position | null = null;
  private readonly own = new SparseMap<ClaimForm, number>();

  constructor(station: Station) {
    this.station = station;
  }

  add(form: ClaimForm, evidence: ClaimEvidence): void {
    addTo(this.tallies, form, evidence);
    if (form === "addressed") return;
    if (evidence.sentBy === this.station) {
      this.own.set(form, this.ownFrames(form) + 1);
      this.ownFirst ??= evidence.at;
      this.ownLast = evidence.at;
      return;
    }
    const proxied = this.proxied.get(evidence.sentBy);
    const unasked = form === "unsolicited-reply" ? 1 : 0;
    if (proxied !== undefined) {
      proxied.count++;
      proxied.last = evidence.at;
      proxied.unasked += unasked;
      if (proxied.evidence.length < CLAIM_FRAMES_KEPT) proxied.evidence.push(evidenceOf(evidence));
    } else if (this.proxied.size < MOST_PROXIES) {
      const { at } = evidence;
      const kept = [evidenceOf(evidence)];
      this.proxied.set(evidence.sentBy, { count: 1, first: at, last: at, evidence: kept, unasked });
    }
  }

  /** So many frames of its own as were counted where nothing else was kept of them. */
  recall(form: ClaimForm, { count, first, last }: Omit<ClaimTally, "evidence">, targetIp: number): void {
    const evidence = [{ at: first, targetIp, sentBy: this.station }];
    this.tallies.set(form, { count, first, last, evidence });
    this.own.set(form, count);
    this.ownFirst = first;
    this.ownLast = last;
  }

  /** The frame just added, captured a second time: on the wire it was one. */
  addDuplicate(form: ClaimForm, { at, sentBy }: Pick<ClaimEvidence, "at" | "sentBy">): void {
    for (const tally of [this.tallies.get(form), this.proxied.get(sentBy)]) {
      if (tally === undefined) continue;
      tally.count++;
      tally.last = at;
    }
  }

  /** Of every form. */
  get frames(): number {
    let frames = 0;
    for (const { count } of this.tallies.values()) frames += count;
    return frames;
  }

  /**
   * First and last frame that claims the address for it; null where others' replies to it are all there is. What others
   * sent with its MAC counts only where it sent nothing itself.
   */
  get span(): ClaimSpan | null {
    if (this.ownFirst !== null && this.ownLast !== null) return { first: this.ownFirst, last: this.ownLast };
    let span: ClaimSpan | null = null;
    for (const [form, { first, last }] of this.tallies) {
      if (form === "addressed") continue;
      span =
        span === null
          ? { first, last }
          : { first: earliest([span.first, first]), last: latest([span.last, last]) };
    }
    return span;
  }

  /** Whether all that its own card ever sent for the address were requests in its name. */
  get onlyAsks(): boolean {
    return this.own.size === 1 && this.own.has("request");
  }

  /** Whether all that its own card ever sent for the address were answers to requests. */
  get onlyAnswers(): boolean {
    return this.own.size === 1 && this.own.has("reply");
  }

  /** How many frames its own card sent. */
  get allOwnFrames(): number {
    let frames = 0;
    for (const count of this.own.values()) frames += count;
    return frames;
  }

  /** How many frames of the form its own card sent; a frame captured twice is one. */
  ownFrames(form: ClaimForm): number {
    return this.own.get(form) ?? 0;
  }

  /** Whether at least one of the frames that claim the address for the station was sent by it. */
  get isOwn(): boolean {
    return this.own.size > 0;
  }

  addEcho(of: Station): void {
    this.echoes.set(of, (this.echoes.get(of) ?? 0) + 1);
  }
}

function addTo(tallies: SparseMap<ClaimForm, ClaimTally>, form: ClaimForm, evidence: ClaimEvidence): void {
  const tally = tallies.get(form);
  if (tally === undefined) {
    const kept = [evidenceOf(evidence)];
    tallies.set(form, { count: 1, first: evidence.at, last: evidence.at, evidence: kept });
    return;
  }
  tally.count++;
  tally.last = evidence.at;
  if (tally.evidence.length < CLAIM_FRAMES_KEPT) tally.evidence.push(evidenceOf(evidence));
}

/** Only what is to be kept of it. */
function evidenceOf({ at, targetIp, sentBy }: ClaimEvidence): ClaimEvidence {
  return { at, targetIp, sentBy };
}
