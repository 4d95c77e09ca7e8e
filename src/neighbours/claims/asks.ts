import { MOST_ANSWERS, MOST_ASKER_NAMES, MOST_ASKERS, RACES_KEPT, UNANSWERED_KEPT } from "../../limits.ts";
import type { Position } from "../base/position.ts";
import { keepRecent, RECENT_NS } from "../base/recent.ts";
import { SparseMap } from "../base/sparse.ts";
import type { Station } from "../base/station.ts";
import type { HeardClaim } from "./claim.ts";

/** A request for the address, and who answered it. */
export interface Ask {
  readonly at: Position;
  readonly asker: Station;
  /** SPA: 0 in a probe (RFC 5227). */
  readonly askerIp: number;
  /** What the request says of its sender, for whoever answers to learn; null in a probe, which teaches nothing. */
  readonly claim: HeardClaim | null;
  readonly broadcast: boolean;
  /** The one card that it was sent to; null for a broadcast. */
  readonly sentTo: Station | null;
  /** Target hardware address all zero: how a kernel asks, and no tool does. */
  readonly fromKernel: boolean;
  /**
   * Sent only because the asker's kernel re-checks what its cache holds: the unicast request itself, or the broadcast
   * after it went unanswered. A stack that does not re-check would have sent nothing.
   */
  readonly recheck: boolean;
  readonly answers: { readonly at: Position; readonly by: Station; readonly claimed: Station }[];
}

/** Kernels that hold an address answer a request within this. */
const LONGEST_RACE_NS = 100_000_000;
/**
 * A proxy waits for a random time of up to `proxy_delay` (0.8 s by default, `pneigh_enqueue` of net/core/neighbour.c), so
 * that an owner comes first. What comes later, with the request answered, is sent on its own account.
 */
const LONGEST_PROXY_DELAY_NS = 900_000_000;
/** The least for which a kernel believes an answer: half of `base_reachable_time`, and `delay_first_probe_time`. */
const SHORTEST_BELIEF_NS = 20_000_000_000;
/** The kernel retransmits a second later (`retrans_time`); what comes sooner is another's doing. */
export const RETRY_SHORTEST_NS = 300_000_000;

/** When a host was last told the address's MAC, and whose it is. */
interface Answered {
  readonly timeNs: number;
  readonly by: Station;
}

/** Who asked for an address, and who answered. */
export class Asks {
  readonly recent: Ask[] = [];
  /** By asker, and the name in which it asked. */
  private readonly answeredAt = new SparseMap<Station, SparseMap<number, Answered>>();
  /** Requests that their sender repeated because nobody had answered. */
  readonly unanswered: Ask[] = [];
  unansweredCount = 0;
  /** Requests of hosts that look the address up; looking whether it is free (RFC 5227) is none. */
  total = 0;
  /** Requests that more than one station answered, in order of arrival. */
  readonly races: Ask[] = [];
  /** In how many requests to everybody a station was one of several that answered. */
  readonly raceCounts = new SparseMap<Station, number>();

  /**
   * @returns whether no kernel would have asked: its sender had this answered in the same name seconds ago, whatever it
   * asked in other names meanwhile, or had just asked in another name
   */
  add(ask: Ask, sentTo: Station | null): boolean {
    if (ask.askerIp !== 0) this.total++;
    const before = this.newestAskOf(ask.asker);
    if (before !== undefined && isRetry(before, ask)) this.noteUnanswered(before, ask);
    keepRecent(this.recent, ask);
    if (before !== undefined && isInAnotherName(before, ask)) return true;
    const answered = this.answeredAt.get(ask.asker)?.get(ask.askerIp);
    return (
      answered !== undefined &&
      ask.fromKernel &&
      ask.at.timeNs - answered.timeNs < SHORTEST_BELIEF_NS &&
      // A cache that was poisoned meanwhile is re-checked at the wrong MAC, and then everybody is asked.
      (sentTo === null ? !ask.recheck : sentTo === answered.by)
    );
  }

  /** The request that a station's reply to `askerIp` answers: the newest one, since an older one was given up. */
  answeredBy(station: Station, askerIp: number, nowNs: number): Ask | undefined {
    const { recent } = this;
    for (let index = recent.length - 1; index >= 0; index--) {
      const ask = recent[index];
      if (ask?.askerIp !== askerIp) continue;
      const waitedNs = nowNs - ask.at.timeNs;
      if (waitedNs <= patienceNs(ask, station)) return ask;
    }
    return undefined;
  }

  answer(ask: Ask, at: Position, by: Station, claimed: Station): void {
    this.noteAnswered(ask, { timeNs: at.timeNs, by: claimed });
    if (ask.answers.length >= MOST_ANSWERS) return;
    if (ask.broadcast) this.noteRace(ask, by);
    ask.answers.push({ at, by, claimed });
    if (ask.answers.length === 2 && this.races.length < RACES_KEPT) this.races.push(ask);
  }

  /** Whether both answered one and the same request. */
  haveRaced(a: Station, b: Station): boolean {
    return this.races.some(
      ({ answers }) => answers.some(({ by }) => by === a) && answers.some(({ by }) => by === b),
    );
  }

  /** Whether it ever answered when another's answer had been there for so long that only a proxy would have waited. */
  answeredLate(station: Station): boolean {
    return this.races.some(({ answers: [first, ...others] }) =>
      others.some(
        ({ at, by }) => by === station && first !== undefined && first.by !== by && isLate(first.at, at),
      ),
    );
  }

  /** Whether it was the first to answer a request that others answered, too. */
  answeredFirst(station: Station): boolean {
    return this.races.some(({ answers: [first] }) => first?.by === station);
  }

  private noteAnswered({ asker, askerIp }: Ask, answered: Answered): void {
    let byName = this.answeredAt.get(asker);
    if (byName === undefined) {
      if (this.answeredAt.size >= MOST_ASKERS) return;
      byName = new SparseMap();
      this.answeredAt.set(asker, byName);
    }
    if (byName.has(askerIp) || byName.size < MOST_ASKER_NAMES) byName.set(askerIp, answered);
  }

  private newestAskOf(asker: Station): Ask | undefined {
    const { recent } = this;
    for (let index = recent.length - 1; index >= 0; index--) {
      const ask = recent[index];
      if (ask?.asker === asker) return ask;
    }
    return undefined;
  }

  private noteRace(ask: Ask, by: Station): void {
    if (ask.answers.length === 0) return;
    const others = new Set(ask.answers.map((answer) => answer.by));
    if (others.has(by)) return;
    for (const station of others.size === 1 ? [...others, by] : [by])
      this.raceCounts.set(station, (this.raceCounts.get(station) ?? 0) + 1);
  }

  private noteUnanswered(before: Ask, ask: Ask): void {
    for (const unanswered of [before, ask]) {
      if (this.unanswered.at(-1) === unanswered) continue;
      this.unansweredCount++;
      if (this.unanswered.length < UNANSWERED_KEPT) this.unanswered.push(unanswered);
    }
  }
}

function patienceNs({ answers }: Ask, station: Station): number {
  if (answers.length === 0) return RECENT_NS;
  return answers.some(({ by }) => by === station) ? LONGEST_RACE_NS : LONGEST_PROXY_DELAY_NS;
}

/** Whether an answer comes so long after the first that no kernel sends it that holds the address. */
export function isLate(first: Position, at: Position): boolean {
  return at.timeNs - first.timeNs > LONGEST_RACE_NS;
}

/** A kernel that waits for an answer asks again after `retrans_time`, whatever other addresses it has. */
function isInAnotherName(before: Ask, ask: Ask): boolean {
  return (
    before.fromKernel &&
    ask.fromKernel &&
    before.askerIp !== 0 &&
    ask.askerIp !== 0 &&
    before.askerIp !== ask.askerIp &&
    ask.at.timeNs - before.at.timeNs < RETRY_SHORTEST_NS
  );
}

/** A kernel's second try is its own word that the first went unanswered, wherever the capture was taken. */
function isRetry(before: Ask, ask: Ask): boolean {
  const gapNs = ask.at.timeNs - before.at.timeNs;
  // A probe is repeated because nobody answers, as it hopes (RFC 5227, section 2.1.1).
  return (
    ask.askerIp !== 0 &&
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
