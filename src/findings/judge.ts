import { REPLAY_EVENTS } from "../limits.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { AddressConflicts } from "./address-conflicts.ts";
import { type Evaluator, judgeAddress, judgeRivals } from "./address-rules.ts";
import type { Finding } from "./finding.ts";
import { judgeInertLeaks } from "./inert-leak-rule.ts";
import { judgeContradictions } from "./inventory-rule.ts";
import { LastPackets } from "./moves.ts";
import { judgeNotices } from "./notice-rules.ts";
import { Proxies } from "./proxies.ts";
import { judgeRelays } from "./relay-rule.ts";
import { SecondRuns } from "./second-runs.ts";
import { withStaleCaches } from "./stale-rule.ts";
import { judgeVip } from "./vip-rules.ts";
import { judgeVridCollisions } from "./vrid-collisions.ts";

/** All findings, in order of their first frame. */
export function judge(state: NetworkView, assignment: RoleAssignment): Finding[] {
  const judgement = new Judgement(state, assignment);
  const found = [...judgement.everyAddress().values()].flat();
  return [...found, ...judgement.whatNoAddressShows(found)].toSorted(
    (a, b) => a.first.ordinal - b.first.ordinal,
  );
}

/** The rules, with what the judging of one address needs to know of all others: good until roles or owners change. */
export class Judgement {
  readonly assignment: RoleAssignment;
  private readonly state: NetworkView;
  private readonly runs: SecondRuns;
  private readonly evaluator: Evaluator;
  /** What the rules for VIPs say of each. */
  private readonly byVip = new Map<Binding, readonly Finding[]>();
  /** The VIPs of which they say anything, by address. */
  private readonly suspectVips = new Map<number, Set<Binding>>();

  /** @param replayEvents how many events of second runs there is time for */
  constructor(state: NetworkView, assignment: RoleAssignment, replayEvents = REPLAY_EVENTS) {
    const { relays } = assignment;
    this.state = state;
    this.runs = new SecondRuns(state, replayEvents);
    this.assignment = assignment;
    const lastPackets = new LastPackets(state);
    this.evaluator = {
      state,
      assignment,
      conflicts: new AddressConflicts(state, assignment, relays, lastPackets),
      lastPackets,
      relays,
      proxies: new Proxies(state, assignment),
    };
  }

  /** What is wrong with each address, VIPs first; of most nothing is, and they are left out. */
  everyAddress(): Map<Binding, readonly Finding[]> {
    const found = new Map<Binding, readonly Finding[]>();
    for (const { binding } of this.assignment.vips) {
      if (binding !== null) this.judgeAsVip(binding);
    }
    for (const binding of this.vipsFirst()) {
      const findings = this.conclude(binding, this.byVip.get(binding) ?? []);
      if (findings.length > 0) found.set(binding, findings);
    }
    return found;
  }

  /**
   * What is wrong with one address, by its newest frames.
   *
   * @param replayEvents how many events of second runs there is time for
   */
  of(binding: Binding, replayEvents: number): readonly Finding[] {
    this.runs.allow(replayEvents);
    return this.conclude(binding, this.judgeAsVip(binding));
  }

  /** What is wrong with no address in particular. */
  whatNoAddressShows(found: readonly Finding[]): Finding[] {
    const relayed = judgeRelays(this.evaluator, found);
    const all = [...found, ...relayed];
    return [
      ...relayed,
      ...judgeVridCollisions(this.state),
      ...judgeNotices(this.state, all),
      ...judgeContradictions(this.state, this.assignment, all),
    ];
  }

  private judgeAsVip(binding: Binding): readonly Finding[] {
    const vip = this.assignment.vipOf(binding);
    if (vip === undefined) return [];
    const found = judgeVip(this.state, this.assignment, vip, this.runs);
    this.byVip.set(binding, found);
    const suspects = this.suspectVips.get(binding.ip) ?? new Set();
    if (found.length > 0) this.suspectVips.set(binding.ip, suspects.add(binding));
    else suspects.delete(binding);
    return found;
  }

  private conclude(binding: Binding, asVip: readonly Finding[]): readonly Finding[] {
    const routed = this.assignment.routed.of(binding);
    const inert = routed === undefined ? null : judgeInertLeaks(binding, routed);
    if (inert !== null) return inert;
    return withStaleCaches(this.evaluator, binding, this.disputesOver(binding, asVip));
  }

  /** Where nobody can be told to be the VIP's director, it is an address like any other. */
  private disputesOver(binding: Binding, asVip: readonly Finding[]): readonly Finding[] {
    const vip = this.assignment.vipOf(binding);
    if (vip === undefined || (vip.directors.length === 0 && !this.hasSuspect(vip.ip)))
      return judgeAddress(this.evaluator, binding);
    if (vip.directors.length > 0) return asVip;
    const suspects = new Set(asVip.flatMap(({ claimant }) => claimant ?? []));
    return [...asVip, ...judgeRivals(this.evaluator, binding, suspects)];
  }

  private hasSuspect(ip: number): boolean {
    return (this.suspectVips.get(ip)?.size ?? 0) > 0;
  }

  private vipsFirst(): Iterable<Binding> {
    return new Set([...this.assignment.vips.flatMap(({ binding }) => binding ?? []), ...this.state.bindings]);
  }
}

/**
 * Poisoned: some host's cache took, or traffic used, a wrong entry for a VIP or a gateway. Undetermined: nothing was found,
 * and no frame could have shown it.
 */
export type Verdict = "clean" | "undetermined" | "suspicious" | "poisoned";

/** @param undetermined whether no frame could have shown a poisoning */
export function verdictOf(
  findings: readonly Finding[],
  assignment: RoleAssignment,
  undetermined: boolean,
): Verdict {
  const counted = findings.filter(({ suppressedBy }) => suppressedBy === undefined);
  const poisons = ({ kind, ip, stage }: Finding) =>
    stage !== "claimed" &&
    // With two MACs of one machine nothing goes astray.
    kind !== "arp-flux" &&
    (kind === "gateway-impersonation" || assignment.isVip(ip));
  if (counted.some(poisons)) return "poisoned";
  if (counted.some(({ severity }) => severity !== "notice")) return "suspicious";
  return undetermined ? "undetermined" : "clean";
}
