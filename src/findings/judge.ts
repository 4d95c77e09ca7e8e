import type { Binding } from "../neighbours/claims/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { Cast } from "../roles/cast.ts";
import { type Bench, judgeAddress, judgeRivals } from "./address-rules.ts";
import { Contests } from "./contest.ts";
import type { Finding } from "./finding.ts";
import { judgeContradictions } from "./inventory-rule.ts";
import { Speech } from "./moves.ts";
import { judgeNotices } from "./notice-rules.ts";
import { judgeRelays } from "./relay-rule.ts";
import { judgeVip } from "./vip-rules.ts";

/** All findings, in order of their first frame. */
export function judge(state: NetworkState, cast: Cast): Finding[] {
  const judgement = new Judgement(state, cast);
  const found = [...judgement.everyAddress().values()].flat();
  return [...found, ...judgement.whatNoAddressShows(found)].toSorted(
    (a, b) => a.first.ordinal - b.first.ordinal,
  );
}

/** The rules, with what the judging of one address needs to know of all others: good until roles or owners change. */
export class Judgement {
  readonly cast: Cast;
  private readonly state: NetworkState;
  private readonly bench: Bench;
  /** What the rules for VIPs say of each. */
  private readonly byVip = new Map<Binding, readonly Finding[]>();
  /** The VIPs of which they say anything, by address. */
  private readonly accusedVips = new Map<number, Set<Binding>>();

  constructor(state: NetworkState, cast: Cast) {
    const { relays } = cast;
    this.state = state;
    this.cast = cast;
    this.bench = {
      state,
      cast,
      contests: new Contests(state, cast, relays),
      speech: new Speech(state),
      relays,
    };
  }

  /** What is wrong with each address, VIPs first; of most nothing is, and they are left out. */
  everyAddress(): Map<Binding, readonly Finding[]> {
    const found = new Map<Binding, readonly Finding[]>();
    for (const { binding } of this.cast.vips) {
      if (binding !== null) this.judgeAsVip(binding);
    }
    for (const binding of this.vipsFirst()) {
      const findings = this.conclude(binding, this.byVip.get(binding) ?? []);
      if (findings.length > 0) found.set(binding, findings);
    }
    return found;
  }

  /** What is wrong with one address, by its newest frames. */
  of(binding: Binding): readonly Finding[] {
    return this.conclude(binding, this.judgeAsVip(binding));
  }

  /** What is wrong with no address in particular. */
  whatNoAddressShows(found: readonly Finding[]): Finding[] {
    const relayed = judgeRelays(this.bench, found);
    const all = [...found, ...relayed];
    return [...relayed, ...judgeNotices(this.state, all), ...judgeContradictions(this.state, this.cast, all)];
  }

  private judgeAsVip(binding: Binding): readonly Finding[] {
    const vip = this.cast.vipOf(binding);
    if (vip === undefined) return [];
    const found = judgeVip(this.state, this.cast, vip);
    this.byVip.set(binding, found);
    const accused = this.accusedVips.get(binding.ip) ?? new Set();
    if (found.length > 0) this.accusedVips.set(binding.ip, accused.add(binding));
    else accused.delete(binding);
    return found;
  }

  /** Where nobody can be told to be the VIP's director, it is an address like any other. */
  private conclude(binding: Binding, asVip: readonly Finding[]): readonly Finding[] {
    const vip = this.cast.vipOf(binding);
    if (vip === undefined || (vip.directors.length === 0 && !this.isAccused(vip.ip)))
      return judgeAddress(this.bench, binding);
    if (vip.directors.length > 0) return asVip;
    const accused = new Set(asVip.flatMap(({ claimant }) => claimant ?? []));
    return [...asVip, ...judgeRivals(this.bench, binding, accused)];
  }

  private isAccused(ip: number): boolean {
    return (this.accusedVips.get(ip)?.size ?? 0) > 0;
  }

  private vipsFirst(): Iterable<Binding> {
    return new Set([...this.cast.vips.flatMap(({ binding }) => binding ?? []), ...this.state.bindings]);
  }
}

/** Poisoned: some host's cache took, or traffic used, a wrong entry for a VIP or a gateway. */
export type Verdict = "clean" | "suspicious" | "poisoned";

export function verdictOf(findings: readonly Finding[], cast: Cast): Verdict {
  const poisons = ({ kind, ip, stage }: Finding) =>
    stage !== "claimed" && (kind === "gateway-impersonation" || cast.isVip(ip));
  if (findings.some(poisons)) return "poisoned";
  return findings.some(({ severity }) => severity !== "notice") ? "suspicious" : "clean";
}
