import type { Benign } from "../findings/benign.ts";
import { explain } from "../findings/benign-rules.ts";
import type { Finding } from "../findings/finding.ts";
import { Judgement } from "../findings/judge.ts";
import { suppress } from "../findings/suppression.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import { LIVE_REPLAY_EVENTS, REPLAY_EVENTS } from "../limits.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import { Wording } from "../reports/wording.ts";
import { RoleAssignment } from "../roles/role-assignment.ts";

/** One address takes longer only if it is fought over: then it is judged less often, for a fifth of the time. */
const CHEAP_MS = 1;
const REST_FACTOR = 4;

/** What a reload may change. */
export type Beforehand = Pick<Knowledge, "roles" | "exceptions">;

/**
 * The rules of `analyze`, applied while frames come: everything anew where there is time for it, else only the addresses
 * that have news, by the roles as they were at the last full look.
 */
export class LiveJudge {
  assignment: RoleAssignment;
  wording: Wording;
  /** What the newest full look took. */
  costMs = 0;
  private readonly state: NetworkState;
  private readonly nowMs: () => number;
  private beforehand: Beforehand;
  private judgement: Judgement;
  private byAddress = new Map<Binding, readonly Finding[]>();
  private others: readonly Finding[] = [];
  /** Until when an address that takes long is left alone. */
  private readonly resting = new Map<Binding, number>();

  constructor(state: NetworkState, beforehand: Beforehand, nowMs: () => number) {
    this.state = state;
    this.beforehand = beforehand;
    this.nowMs = nowMs;
    state.followUnnamed();
    this.assignment = new RoleAssignment(state, beforehand.roles);
    this.wording = new Wording(this.assignment, this.state.model.timers);
    this.judgement = new Judgement(state, this.assignment);
  }

  /** From the next full look on. */
  change(beforehand: Beforehand): void {
    this.beforehand = beforehand;
  }

  /**
   * Casts the roles and applies every rule.
   *
   * @param isLast whether there is time for all that `analyze` does
   */
  judgeAll(isLast = false): void {
    const startMs = this.nowMs();
    this.state.followUnnamed();
    this.state.vantage.reconsider();
    this.assignment = new RoleAssignment(this.state, this.beforehand.roles);
    this.wording = new Wording(this.assignment, this.state.model.timers);
    this.judgement = new Judgement(this.state, this.assignment, isLast ? REPLAY_EVENTS : LIVE_REPLAY_EVENTS);
    this.byAddress = this.judgement.everyAddress();
    for (const [binding, findings] of this.byAddress)
      this.byAddress.set(binding, suppress(findings, this.beforehand.exceptions));
    const found = [...this.byAddress.values()].flat();
    this.others = suppress(this.judgement.whatNoAddressShows(found), this.beforehand.exceptions);
    this.resting.clear();
    this.costMs = this.nowMs() - startMs;
  }

  /**
   * Judges one address by the roles as they are.
   *
   * @returns null where it takes so long that it has to wait, unless there is time
   */
  judgeAddress(binding: Binding, isUnhurried: boolean): readonly Finding[] | null {
    const startMs = this.nowMs();
    if (!isUnhurried && (this.resting.get(binding) ?? 0) > startMs) return null;
    const findings = suppress(this.judgement.of(binding, LIVE_REPLAY_EVENTS), this.beforehand.exceptions);
    const tookMs = this.nowMs() - startMs;
    if (tookMs > CHEAP_MS) this.resting.set(binding, startMs + tookMs * (1 + REST_FACTOR));
    if (findings.length > 0) this.byAddress.set(binding, findings);
    else this.byAddress.delete(binding);
    return findings;
  }

  /** Whether the station had a role, or spoke for an address, when the roles were last assigned. */
  knows(station: Station | null): boolean {
    return station !== null && this.assignment.roleOf(station) !== "unknown";
  }

  /** All findings as they are known, in order of their first frame. */
  get findings(): readonly Finding[] {
    return [...[...this.byAddress.values()].flat(), ...this.others].toSorted(
      (a, b) => a.first.ordinal - b.first.ordinal,
    );
  }

  explain(findings: readonly Finding[], ids: readonly string[]): Benign[] {
    return explain(this.state, this.assignment, findings, ids);
  }
}
