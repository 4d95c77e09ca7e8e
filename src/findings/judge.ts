import type { NetworkState } from "../neighbours/network-state.ts";
import type { Cast } from "../roles/cast.ts";
import { type Bench, judgeAddress } from "./address-rules.ts";
import { Contests } from "./contest.ts";
import type { Finding } from "./finding.ts";
import { Kin } from "./kinship.ts";
import { Speech } from "./moves.ts";
import { judgeNotices } from "./notice-rules.ts";
import { judgeRelays } from "./relay-rule.ts";
import { judgeVip } from "./vip-rules.ts";

/** All findings, in order of their first frame. */
export function judge(state: NetworkState, cast: Cast): Finding[] {
  const findings: Finding[] = [];
  const { relays } = cast;
  const contests = new Contests(state, cast, relays);
  const kin = new Kin(state, cast);
  const bench: Bench = { state, cast, contests, speech: new Speech(state), relays, kin };
  for (const vip of cast.vips) findings.push(...judgeVip(state, cast, vip));
  for (const binding of state.bindings) {
    // Where nobody can be told to be the VIP's director, it is an address like any other.
    const vip = cast.vipOf(binding);
    if (vip !== undefined && (vip.directors.length > 0 || findings.some(({ ip }) => ip === vip.ip))) continue;
    findings.push(...judgeAddress(bench, binding));
  }
  findings.push(...judgeRelays(bench, findings));
  findings.push(...judgeNotices(state, findings));
  return findings.toSorted((a, b) => a.first.ordinal - b.first.ordinal);
}

export const VERDICTS = ["clean", "suspicious", "poisoned"] as const;
/** Poisoned: some host's cache took, or traffic used, a wrong entry for a VIP or a gateway. */
export type Verdict = (typeof VERDICTS)[number];

export function verdictOf(findings: readonly Finding[], cast: Cast): Verdict {
  const poisons = ({ kind, ip, stage }: Finding) =>
    stage !== "claimed" && (kind === "gateway-impersonation" || cast.isVip(ip));
  if (findings.some(poisons)) return "poisoned";
  return findings.some(({ severity }) => severity !== "notice") ? "suspicious" : "clean";
}
