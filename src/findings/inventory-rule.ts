import { severityOf } from "../kinds/registry.ts";
import { MOST_CONTRADICTIONS } from "../limits.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { KnownOwner } from "../roles/known-owners.ts";
import { isOwnClaim } from "../roles/likely-owner.ts";
import { virtualMacOf } from "../roles/machines/virtual-macs.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import type { VipRoles } from "../roles/vip-roles.ts";
import type { Evidence, Finding } from "./finding.ts";
import { claimSpan } from "./moves.ts";
import { Suspects } from "./suspects.ts";

const EVIDENCE_SHOWN = 4;

/** Where the frames say something else than an inventory, and no finding or failover explains it: one of them is wrong. */
export function judgeContradictions(
  state: NetworkView,
  assignment: RoleAssignment,
  findings: readonly Finding[],
): Finding[] {
  const suspects = new Suspects(findings);
  const contradictions: Finding[] = [];
  for (const binding of state.known.size > 0 ? state.bindings : []) {
    const owner = assignment.known.of(binding);
    if (owner === null || owner.known.from !== "inventory") continue;
    for (const claim of binding.claims) {
      if (suspects.has(claim.station, binding.ip) || isExplained(state, assignment, binding, owner, claim))
        continue;
      contradictions.push(...contradicted(binding, owner, claim));
    }
  }
  for (const vip of assignment.vips) contradictions.push(...unlisted(vip));
  return contradictions.slice(0, MOST_CONTRADICTIONS);
}

function isExplained(
  state: NetworkView,
  assignment: RoleAssignment,
  binding: Binding,
  owner: KnownOwner,
  { station }: Claim,
): boolean {
  if (assignment.known.names(binding, station)) return true;
  const vip = assignment.vipOf(binding);
  if (vip?.directors.includes(station) === true && vip.directors.includes(owner.station)) return true;
  const routers = state.adverts.routersFor(binding.segment, binding.ip);
  const isMember = !assignment.impostors.has(binding, station);
  if (
    isMember &&
    routers.some(({ advertisers }) => advertisers.some((advertiser) => advertiser.station === station))
  ) {
    return true;
  }
  if (state.leases.of(binding.segment, binding.ip).at(-1)?.station === station) return true;
  return [station, owner.station].some((card) => virtualMacOf(state, card, binding.ip) !== null);
}

function contradicted(binding: Binding, { station, known }: KnownOwner, claim: Claim): Finding[] {
  const span = claimSpan(claim);
  if (span === null || !isOwnClaim(claim)) return [];
  const tallies = [...claim.tallies].filter(([form]) => form !== "addressed");
  const count = tallies.reduce((sum, [, tally]) => sum + tally.count, 0);
  const evidence = tallies
    .flatMap(([form, tally]) =>
      tally.evidence.map(({ at, targetIp }): Evidence => ({ what: "claim", at, form, targetIp })),
    )
    .toSorted((a, b) => a.at.ordinal - b.at.ordinal)
    .slice(0, EVIDENCE_SHOWN);
  return [notice(binding, claim.station, station, { ...span, count, evidence, source: known.source })];
}

/** An inventory's VIP of which the frames show a director or a real server that the inventory has not. */
function unlisted({ ip, binding, source, evidence, directors }: VipRoles): Finding[] {
  if (source === undefined || binding === null) return [];
  return evidence.flatMap((reason) => {
    if (reason.what !== "contradiction") return [];
    const { station, role } = reason;
    const at = firstActOf(binding, station);
    if (at === null) return [];
    const shown: Evidence = { what: "has-role", at, by: station, role };
    const rightful = role === "director" ? (directors[0] ?? null) : null;
    return [
      {
        ...notice(binding, station, rightful, { first: at, last: at, count: 1, evidence: [shown], source }),
        ip,
      },
    ];
  });
}

function firstActOf(binding: Binding, station: Station): Position | null {
  const passing = binding.passings.find(({ from, to }) => from === station || to === station);
  return (
    passing?.at ?? binding.ipSenders.get(station)?.at ?? claimSpan(binding.claimOf(station))?.first ?? null
  );
}

interface Noticed {
  readonly first: Position;
  readonly last: Position;
  readonly count: number;
  readonly evidence: readonly Evidence[];
  readonly source: string;
}

function notice(binding: Binding, claimant: Station, rightful: Station | null, noticed: Noticed): Finding {
  const { first, last, count, evidence, source } = noticed;
  return {
    kind: "inventory-contradicted",
    severity: severityOf("inventory-contradicted", "claimed"),
    stage: "claimed",
    ip: binding.ip,
    segment: binding.segment,
    claimant,
    rightful,
    victims: [],
    bypass: null,
    first,
    last,
    count,
    evidence,
    evidenceTotal: count,
    inventory: source,
  };
}
