import type { CacheEntry } from "./cache-entry.ts";
import type { Calm } from "./calm.ts";
import { Claim, type ClaimForm, type ClaimTally } from "./claim.ts";
import type { ClaimLog } from "./claim-log.ts";
import type { NeighbourModelName } from "./models/model.ts";
import type { Position } from "./position.ts";
import { SparseMap, SparseSet } from "./sparse.ts";
import type { Station } from "./station.ts";
import { NEAR_SLOTS_LOG2, nearSlot } from "./traffic-layout.ts";

export type { Claim, ClaimForm, ClaimTally } from "./claim.ts";

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

/** What alternates more often keeps its first turns and its count. */
const TURNS_KEPT = 64;
const PROBINGS_KEPT = 16;

const EVIDENCE_KEPT = 16;
/** Enough for those of every claimant to be among them. */
const RACES_KEPT = 256;
/** More than a segment has hosts that would answer; further ones are a forger's. */
const MOST_ANSWERS = 64;

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
}

/** A request for the address, and who answered it. */
export interface Ask {
  readonly at: Position;
  readonly asker: Station;
  /** SPA: 0 in a probe (RFC 5227). */
  readonly askerIp: number;
  /** What the request says of its sender, for whoever answers to learn; null in a probe, which teaches nothing. */
  readonly claim: HeardClaim | null;
  readonly broadcast: boolean;
  /** Target hardware address all zero: how a kernel asks, and no tool does. */
  readonly fromKernel: boolean;
  /**
   * Sent only because the asker's kernel re-checks what its cache holds: the unicast request itself, or the broadcast
   * after it went unanswered. A stack that does not re-check would have sent nothing.
   */
  readonly recheck: boolean;
  readonly answers: { readonly at: Position; readonly by: Station; readonly claimed: Station }[];
}

const RECENT_KEPT = 16;
const RECENT_NS = 2_000_000_000;
/** Answers to one request come within this; what comes later, with the request answered, is sent on its own account. */
const LONGEST_RACE_NS = 100_000_000;
/** The least for which a kernel believes an answer: half of `base_reachable_time`, and `delay_first_probe_time`. */
const SHORTEST_BELIEF_NS = 20_000_000_000;
/** A bridge that rewrites MACs sends on what it hears within this. */
const ECHO_NS = 5_000_000;
const MOST_ASKERS = 1024;
/** The kernel retransmits a second later (`retrans_time`); what comes sooner is another's doing. */
const RETRY_SHORTEST_NS = 300_000_000;

/** A station that holds the address, or gets its frames, passed one of them on to another. */
export interface Passing {
  readonly from: Station;
  readonly to: Station;
  /** The frame that it sent. */
  readonly at: Position;
  /** Whether the same packet was seen arriving at it right before. */
  proven: boolean;
  tries: number;
}

/** When a host was last told the address's MAC, in which name it had asked, and whose it is. */
interface Answered {
  readonly askerIp: number;
  readonly timeNs: number;
  readonly by: Station;
}

const MOST_SPEAKERS = 256;
/** Real servers of one director are counted in tens. */
const MOST_PASSINGS = 4096;

/** More stations claim no address by mistake, nor by any tool's intent but to fill tables. */
const MOST_CLAIMS = 512;
/** Hosts whose belief about one address is followed; those come first that were seen to believe something. */
const MOST_HOLDERS = 4096;
const MOST_CERTAIN_HOLDERS = 8192;
const MOST_RECEIVERS = 4096;

/** Everything known of one address in one broadcast domain. */
export class Binding {
  readonly segment: number;
  readonly ip: number;
  readonly claims: Claim[] = [];
  /** Every cache entry about this address, so that a broadcast need not look at all hosts. */
  readonly holders: CacheEntry[] = [];
  /** What the hosts would believe of it by the models that were not chosen. */
  readonly alternatives = new SparseMap<NeighbourModelName, Map<Station, CacheEntry>>();
  /** By model: the entries that the claimant's broadcasts do nothing to. */
  readonly calms = new SparseMap<NeighbourModelName, Calm>();
  /** The stations to which frames for the address were sent, each with those that sent them. */
  readonly receivers = new SparseMap<Station, Set<Station>>();
  readonly passings: Passing[] = [];
  /** Those that were seen to pass its frames on, each with one that it sent; to whom the link layer did not say. */
  readonly passedOn = new SparseMap<Station, Position>();
  /** Those that passed frames on, its directors: what reaches them has not gone astray. */
  readonly passers = new SparseSet<Station>();
  /** Those of them to which a holder of the address passed its frames on: real servers, or who stands in for one. */
  readonly served = new SparseSet<Station>();
  /** The stations that sent IPv4 packets from the address once it was known on the segment, with a first frame's TTL. */
  readonly speakers = new SparseMap<Station, { readonly at: Position; readonly ttl: number }>();
  /** What a second run of the model needs; null until there is something to note. */
  log: ClaimLog | null = null;
  readonly turns: Turn[] = [];
  turnCount = 0;
  readonly probings: Probing[] = [];
  readonly recentClaims: HeardClaim[] = [];
  readonly recentAsks: Ask[] = [];
  private readonly answeredAt = new SparseMap<Station, Answered>();
  /** Requests that their sender repeated because nobody had answered. */
  readonly unanswered: Ask[] = [];
  /** Whose turn it is. */
  lastTurn: Station | null = null;
  /** Whose turn the newest one ended. */
  turnBefore: Station | null = null;
  private holderLimit = MOST_HOLDERS;
  /** Claims, cache entries and receivers that were too many to be kept. */
  forgottenParts = 0;
  unansweredCount = 0;
  answeredCount = 0;
  /** Requests that more than one station answered, in order of arrival. */
  readonly races: Ask[] = [];
  /** In how many requests to everybody a station was one of several that answered. */
  readonly raceCounts = new SparseMap<Station, number>();

  constructor(segment: number, ip: number) {
    this.segment = segment;
    this.ip = ip;
  }

  /** The cache entries about it, those by the other models, too. */
  *everyEntry(): IterableIterator<CacheEntry> {
    yield* this.holders;
    for (const entries of this.alternatives.values()) yield* entries.values();
  }

  claimOf(station: Station): Claim | undefined {
    const { claims } = this;
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index];
      if (claim?.station === station) return claim;
    }
    return undefined;
  }

  addClaim(heard: HeardClaim): Claim {
    let claim = this.claimOf(heard.claimed);
    if (claim === undefined) {
      claim = new Claim(heard.claimed);
      if (this.claims.length >= MOST_CLAIMS) this.forgetClaims(MOST_CLAIMS / 2);
      this.claims.push(claim);
    }
    claim.add(heard.form, heard);
    if (heard.form !== "addressed" && heard.sentBy === heard.claimed) this.noteTurn(heard);
    if (heard.form === "request" && heard.sentBy === heard.claimed) this.noteEcho(claim, heard);
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
    this.takeTurn(station, tally.first, form);
  }

  /** A host begins to have a cache entry about the address. */
  addHolder(entry: CacheEntry): void {
    if (this.holders.length >= this.holderLimit) this.forgetHolders();
    this.holders.push(entry);
  }

  /**
   * Gives up claims until so many are left: the oldest of those first of which there is least to tell, one frame that
   * nobody believed.
   */
  forgetClaims(left: number): void {
    let excess = this.claims.length - left;
    if (excess <= 0) return;
    const believed = new Set<Station | null>([this.lastTurn]);
    for (const { owner } of this.everyEntry()) believed.add(owner);
    const kept = this.claims.filter(
      (claim) => believed.has(claim.station) || claim.frames > 1 || excess-- <= 0,
    );
    // Those that are left are worth more, but a forger can make them without end, too.
    const surplus = kept.length - Math.max(left, MOST_CLAIMS / 2);
    if (surplus > 0) kept.splice(left / 2, surplus);
    this.forgottenParts += this.claims.length - kept.length;
    this.claims.splice(0, this.claims.length, ...kept);
  }

  private forgetHolders(): void {
    const certain = this.holders.filter(({ certain, history }) => certain && history.length > 0);
    const uncertain = this.holders.filter(({ certain, history }) => !certain || history.length === 0);
    this.keepHolders([
      ...(certain.length < MOST_CERTAIN_HOLDERS ? certain : certain.slice(MOST_CERTAIN_HOLDERS / 2)),
      ...uncertain.slice(Math.ceil(uncertain.length / 2)),
    ]);
  }

  /** Gives up the entries of those who asked before then, and were never seen to be answered. */
  forgetUnanswered(beforeNs: number): void {
    this.keepHolders(
      this.holders.filter(({ history, updatedNs }) => history.length > 0 || updatedNs >= beforeNs),
    );
  }

  private keepHolders(entries: readonly CacheEntry[]): void {
    const kept = new Set(entries);
    for (const entry of this.holders) {
      if (kept.has(entry)) continue;
      entry.holder.cache.delete(this.ip);
      for (const entries of this.alternatives.values()) entries.delete(entry.holder);
      this.forgottenParts++;
    }
    this.holders.splice(0, this.holders.length, ...kept);
    this.calms.clear();
    this.holderLimit = Math.max(MOST_HOLDERS, 2 * kept.size);
  }

  /** @returns whether no kernel would have asked: its sender had this answered seconds ago, in the same name */
  addAsk(ask: Ask, sentTo: Station | null): boolean {
    const before = this.newestAskOf(ask.asker);
    if (before !== undefined && isRetry(before, ask)) this.noteUnanswered(before, ask);
    keepRecent(this.recentAsks, ask);
    const answered = this.answeredAt.get(ask.asker);
    return (
      answered?.askerIp === ask.askerIp &&
      ask.fromKernel &&
      ask.at.timeNs - answered.timeNs < SHORTEST_BELIEF_NS &&
      // A cache that was poisoned meanwhile is re-checked at the wrong MAC, and then everybody is asked.
      (sentTo === null ? !ask.recheck : sentTo === answered.by)
    );
  }

  /** The request that a reply to `askerIp` answers: the newest one, since an older one was given up. */
  askAnsweredBy(askerIp: number, nowNs: number): Ask | undefined {
    const { recentAsks } = this;
    for (let index = recentAsks.length - 1; index >= 0; index--) {
      const ask = recentAsks[index];
      if (ask?.askerIp !== askerIp) continue;
      const waitedNs = nowNs - ask.at.timeNs;
      if (waitedNs <= (ask.answers.length === 0 ? RECENT_NS : LONGEST_RACE_NS)) return ask;
    }
    return undefined;
  }

  private newestAskOf(asker: Station): Ask | undefined {
    const { recentAsks } = this;
    for (let index = recentAsks.length - 1; index >= 0; index--) {
      const ask = recentAsks[index];
      if (ask?.asker === asker) return ask;
    }
    return undefined;
  }

  addAnswer(ask: Ask, at: Position, by: Station, claimed: Station): void {
    if (ask.answers.length === 0) this.answeredCount++;
    if (this.answeredAt.size < MOST_ASKERS) {
      this.answeredAt.set(ask.asker, { askerIp: ask.askerIp, timeNs: at.timeNs, by: claimed });
    }
    if (ask.answers.length >= MOST_ANSWERS) return;
    if (ask.broadcast) this.noteRace(ask, by);
    ask.answers.push({ at, by, claimed });
    if (ask.answers.length === 2 && this.races.length < RACES_KEPT) this.races.push(ask);
  }

  addSpeaker(station: Station, at: Position, ttl: number): void {
    if (!this.speakers.has(station) && this.speakers.size < MOST_SPEAKERS)
      this.speakers.set(station, { at, ttl });
  }

  addReceiver(receiver: Station, sender: Station): void {
    const senders = this.receivers.get(receiver);
    if (senders !== undefined) {
      if (senders.size < MOST_RECEIVERS) senders.add(sender);
    } else if (this.receivers.size < MOST_RECEIVERS) this.receivers.set(receiver, new Set([sender]));
    else this.forgottenParts++;
  }

  /** @returns the passing between these two, remembered from here on */
  passing(from: Station, to: Station, at: Position): Passing {
    const known = this.passings.find((passing) => passing.from === from && passing.to === to);
    if (known !== undefined) return known;
    const passing: Passing = { from, to, at, proven: false, tries: 0 };
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

  /** Two hosts do not ask the same thing in one name within milliseconds, again and again; a frame passed on does. */
  private noteEcho(claim: Claim, { at, targetIp }: HeardClaim): void {
    // Nobody but the claimant itself ever spoke of it.
    if (this.claims.length === 1) return;
    const before = this.recentClaims.findLast(
      (other) =>
        other.form === "request" &&
        other.targetIp === targetIp &&
        other.claimed !== claim.station &&
        at.timeNs - other.at.timeNs <= ECHO_NS,
    );
    if (before !== undefined) claim.addEcho(before.claimed);
  }

  private noteRace(ask: Ask, by: Station): void {
    if (ask.answers.length === 0) return;
    const others = new Set(ask.answers.map((answer) => answer.by));
    if (others.has(by)) return;
    for (const station of others.size === 1 ? [...others, by] : [by])
      this.raceCounts.set(station, (this.raceCounts.get(station) ?? 0) + 1);
  }

  private noteTurn({ claimed, at, form }: HeardClaim): void {
    if (this.lastTurn !== claimed) this.takeTurn(claimed, at, form);
  }

  private takeTurn(station: Station, at: Position, form: ClaimForm): void {
    this.turnBefore = this.lastTurn;
    this.lastTurn = station;
    this.turnCount++;
    if (this.turns.length < TURNS_KEPT) this.turns.push({ station, at, form });
  }

  private noteUnanswered(before: Ask, ask: Ask): void {
    for (const unanswered of [before, ask]) {
      if (this.unanswered.at(-1) === unanswered) continue;
      this.unansweredCount++;
      if (this.unanswered.length < EVIDENCE_KEPT) this.unanswered.push(unanswered);
    }
  }
}

/** A kernel's second try is its own word that the first went unanswered, wherever the capture was taken. */
function isRetry(before: Ask, ask: Ask): boolean {
  const gapNs = ask.at.timeNs - before.at.timeNs;
  return (
    before.broadcast &&
    ask.broadcast &&
    before.fromKernel &&
    ask.fromKernel &&
    before.answers.length === 0 &&
    before.askerIp === ask.askerIp &&
    gapNs >= RETRY_SHORTEST_NS &&
    gapNs <= RECENT_NS
  );
}

function keepRecent<Heard extends { readonly at: Position }>(recent: Heard[], heard: Heard): void {
  const oldestNs = heard.at.timeNs - RECENT_NS;
  while (recent.length >= RECENT_KEPT || (recent[0] !== undefined && recent[0].at.timeNs < oldestNs))
    recent.shift();
  recent.push(heard);
}

/** All bindings by segment and address. */
export class BindingTable {
  private readonly bySegment = new Map<number, Map<number, Binding>>();
  /** One byte for a hash of each /24 in which an address was ever asked for or claimed. */
  readonly near = new Uint8Array(1 << NEAR_SLOTS_LOG2);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /**
   * Whether the address may be one of a network that is on the segment: a /24, the usual size of one and a fair guess
   * else. No means that none of its neighbours was ever heard of.
   */
  isNear(ip: number): boolean {
    return this.near[nearSlot(ip)] === 1;
  }

  /** Takes the address for one that is on the segment, though no frame tells. */
  expectNear(ip: number): void {
    this.near[nearSlot(ip)] = 1;
  }

  get(segment: number, ip: number): Binding | undefined {
    return this.bySegment.get(segment)?.get(ip);
  }

  /** The address's bindings in every broadcast domain that shows it. */
  at(ip: number): Binding[] {
    return [...this.bySegment.values()].flatMap((byIp) => byIp.get(ip) ?? []);
  }

  of(segment: number, ip: number): Binding {
    let byIp = this.bySegment.get(segment);
    if (byIp === undefined) {
      byIp = new Map();
      this.bySegment.set(segment, byIp);
    }
    let binding = byIp.get(ip);
    if (binding === undefined) {
      binding = new Binding(segment, ip);
      byIp.set(ip, binding);
      this.expectNear(ip);
      this.count++;
    }
    return binding;
  }

  delete(binding: Binding): void {
    const byIp = this.bySegment.get(binding.segment);
    if (byIp?.delete(binding.ip) !== true) return;
    this.count--;
    if (byIp.size === 0) this.bySegment.delete(binding.segment);
  }

  *[Symbol.iterator](): IterableIterator<Binding> {
    for (const byIp of this.bySegment.values()) yield* byIp.values();
  }
}
