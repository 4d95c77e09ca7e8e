import { type FindingKind, severityOf } from "../kinds/registry.ts";
import type { Stage } from "../kinds/severity.ts";
import { earliest, latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim, ClaimForm } from "../neighbours/claims/claim.ts";

import type { NetworkView } from "../neighbours/network-view.ts";
import { firstSeenWith } from "./bypass.ts";
import { courseOf } from "./episodes.ts";

import type { Evidence, Finding, Victim } from "./finding.ts";
import { disagreementsOver } from "./other-models.ts";

/** A reader wants the first few frames and the last; a filter finds the rest. */
const EVIDENCE_SHOWN = 12;

/** How far a wrong claim came. */
export function stageOf(victims: readonly Victim[]): Stage {
  if (victims.some(({ used }) => used !== null)) return "used";
  return victims.some(({ learned }) => learned !== null) ? "learned" : "claimed";
}

export interface ClaimFinding {
  readonly kind: FindingKind;
  readonly binding: Binding;
  readonly claim: Claim;
  readonly forms: ReadonlySet<ClaimForm>;
  readonly rightful: Station | null;
  readonly victims: readonly Victim[];
  /** Who may hold what he likes; by default only the rightful owner. */
  readonly exempt?: ReadonlySet<Station>;
}

/** A finding about frames of certain forms by which one station claimed an address. */
export function findingFromClaims(state: NetworkView, found: ClaimFinding): Finding {
  const { binding, claim, forms, victims } = found;
  const tallies = [...claim.tallies].filter(([form]) => forms.has(form));
  const stage = stageOf(victims);
  const claims: Evidence[] = tallies.flatMap(([form, tally]) =>
    tally.evidence.map(({ at, targetIp }) => ({ what: "claim" as const, at, form, targetIp })),
  );
  const count = tallies.reduce((sum, [, tally]) => sum + tally.count, 0);
  const exempt = found.exempt ?? new Set(found.rightful === null ? [] : [found.rightful]);
  const shown = boundEvidence([...claims, ...evidenceOf(victims)]);
  return {
    kind: found.kind,
    severity: severityOf(found.kind, stage),
    stage,
    ip: binding.ip,
    segment: binding.segment,
    claimant: claim.station,
    rightful: found.rightful,
    victims,
    ...courseOf(state, binding, claim.station, victims, legitimateUntil(found)),
    first: earliest(tallies.map(([, tally]) => tally.first)),
    last: latest(tallies.map(([, tally]) => tally.last)),
    count,
    evidence: shown,
    evidenceTotal: count + evidenceOf(victims).length,
    models: disagreementsOver(state, binding, claim.station, forms, exempt, victims),
  };
}

/** Of two hosts at odds over an address the claimant may have been the only one at first; who forges never was. */
function legitimateUntil({ kind, binding, rightful }: ClaimFinding): Position | null {
  if (rightful === null || (kind !== "address-conflict" && kind !== "flip-flop")) return null;
  return firstSeenWith(binding, rightful);
}

/** What the victims' own frames prove. That a cache learned something is the model's word on a frame listed already. */
export function evidenceOf(victims: readonly Victim[]): Evidence[] {
  return victims.flatMap((victim) => {
    const evidence: Evidence[] = [];
    if (victim.used !== null) evidence.push({ what: "used", at: victim.used, by: victim.station });
    if (victim.restored !== null)
      evidence.push({ what: "restored", at: victim.restored, by: victim.station });
    return evidence;
  });
}

/** In order of the capture; of too many the middle is left out. */
export function boundEvidence(evidence: readonly Evidence[]): Evidence[] {
  const sorted = evidence.toSorted((a, b) => a.at.ordinal - b.at.ordinal);
  if (sorted.length <= EVIDENCE_SHOWN) return sorted;
  return [...sorted.slice(0, EVIDENCE_SHOWN - 2), ...sorted.slice(-2)];
}
