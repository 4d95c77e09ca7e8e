import { severityOf } from "../kinds/registry.ts";
import { earliest, latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { ClaimForm } from "../neighbours/claims/claim.ts";
import type { Advertiser } from "../neighbours/control/adverts.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { cardOf } from "../roles/machines/virtual-macs.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import type { VipRoles } from "../roles/vip-roles.ts";
import { SHORTEST_TENURE_NS } from "./address-failover.ts";
import { boundEvidence, evidenceOf, stageOf } from "./build-finding.ts";
import { courseOf } from "./episodes.ts";
import type { Evidence, Finding } from "./finding.ts";
import { fluxBeside } from "./flux-rule.ts";
import { disagreementsOver } from "./other-models.ts";
import { victimsOf } from "./victims.ts";

/** A master that is preempted, or believed dead, is overlapped once, by the advertisement that ends its term. */
const OVERLAPS_OF_SPLIT = 3;

const HIGHEST_PRIORITY = 255;

const CLAIMS: ReadonlySet<ClaimForm> = new Set(["request", "reply", "announcement"]);

interface Split {
  readonly rightful: Station;
  readonly claimant: Station;
  readonly first: Position;
  readonly last: Position;
  readonly count: number;
  readonly virtualRouterId: number | null;
  readonly evidence: readonly Evidence[];
}

/** Two directors that hold a VIP at once: both advertise it, or both answer one and the same request. */
export function judgeSplit(
  state: NetworkView,
  assignment: RoleAssignment,
  vip: VipRoles,
  binding: Binding,
): Finding[] {
  const split =
    splitByAdverts(state, assignment, vip, binding) ??
    splitByAnswers(assignment, vip, binding) ??
    splitByTurns(state, vip, binding);
  if (split === null) return [];
  const { rightful, claimant } = split;
  const exempt = new Set([...vip.directors, ...vip.realServers.map(({ station }) => station)]);
  const victims = victimsOf(state.caches.about(binding), binding, claimant, CLAIMS, exempt);
  const stage = stageOf(victims);
  return [
    {
      kind: "vip-split",
      severity: severityOf("vip-split", stage),
      stage,
      ip: vip.ip,
      segment: binding.segment,
      claimant,
      rightful,
      victims,
      ...courseOf(state, binding, claimant, victims),
      first: split.first,
      last: split.last,
      count: split.count,
      evidence: boundEvidence([...split.evidence, ...evidenceOf(victims)]),
      evidenceTotal: split.count + evidenceOf(victims).length,
      virtualRouterId: split.virtualRouterId,
      models: disagreementsOver(state, binding, claimant, CLAIMS, exempt, victims),
    },
  ];
}

function splitByAdverts(
  state: NetworkView,
  { impostors }: RoleAssignment,
  vip: VipRoles,
  binding: Binding,
): Split | null {
  for (const router of state.adverts.routersFor(binding.segment, binding.ip)) {
    const { firstOverlap, lastOverlap, overlaps } = router;
    if (overlaps < OVERLAPS_OF_SPLIT || firstOverlap === null || lastOverlap === null) continue;
    const [master, other] = router.advertisers
      .filter(({ addresses, station }) => addresses.has(binding.ip) && !impostors.has(binding, station))
      .toSorted((a, b) => rank(vip, b) - rank(vip, a));
    if (master === undefined || other === undefined) continue;
    const [rightful, claimant] = [cardOf(state, master), cardOf(state, other)];
    if (rightful === claimant) continue;
    return {
      rightful,
      claimant,
      first: firstOverlap,
      last: lastOverlap,
      count: router.overlapFrames,
      virtualRouterId: router.virtualRouterId,
      evidence: [master, other].flatMap((advertiser): Evidence[] => [
        { what: "advertised", at: advertiser.first, by: advertiser.station },
        { what: "advertised", at: advertiser.last, by: advertiser.station },
      ]),
    };
  }
  return null;
}

/** A given director comes before others; else the one that should win by its priority, whoever began first. */
function rank({ areDirectorsGiven, directors }: VipRoles, { station, priority }: Advertiser): number {
  return priority + (areDirectorsGiven && directors.includes(station) ? HIGHEST_PRIORITY + 1 : 0);
}

function splitByAnswers(assignment: RoleAssignment, vip: VipRoles, binding: Binding): Split | null {
  // A director's second card is no second director.
  const directors = vip.directors.filter((station) => {
    const claim = binding.claimOf(station);
    return claim === undefined || fluxBeside(assignment, vip, binding, claim) === null;
  });
  const races = binding.asks.races
    .map(({ answers }) => answers.filter(({ by }) => directors.includes(by)))
    .filter((answers) => new Set(answers.map(({ by }) => by)).size > 1);
  const [winner, loser] = races[0] ?? [];
  if (winner === undefined || loser === undefined) return null;
  const answers = races.flat();
  return {
    rightful: winner.by,
    claimant: loser.by,
    first: earliest(answers.map(({ at }) => at)),
    last: latest(answers.map(({ at }) => at)),
    count: answers.length,
    virtualRouterId: null,
    evidence: answers.map(({ at, by }) => ({ what: "answered", at, by })),
  };
}

/**
 * Directors that announce the VIP in turns, each again sooner than an election lets one return: leaders of a cluster that
 * elects by other means than VRRP, each with a timer of its own.
 */
function splitByTurns({ adverts }: NetworkView, { directors }: VipRoles, binding: Binding): Split | null {
  if (adverts.routersFor(binding.segment, binding.ip).length > 0) return null;
  const turns = binding.turns.filter(
    ({ station, form }) => form === "announcement" && directors.includes(station),
  );
  const returning = turns.filter(({ station, at }, index) => {
    const [own, between] = [turns[index - 2], turns[index - 1]];
    if (own === undefined || between === undefined) return false;
    const isReturn = own.station === station && between.station !== station;
    return isReturn && at.timeNs - own.at.timeNs < SHORTEST_TENURE_NS;
  });
  const [claimant, rightful] = new Set(returning.map(({ station }) => station));
  if (claimant === undefined || rightful === undefined) return null;
  return {
    rightful,
    claimant,
    first: earliest(turns.map(({ at }) => at)),
    last: latest(turns.map(({ at }) => at)),
    count: turns.length,
    virtualRouterId: null,
    evidence: turns.map(({ at, station }) => ({ what: "took-over", at, by: station, form: "announcement" })),
  };
}
