import type { FindingKind } from "../kinds/registry.ts";
import { LINGERING_NS } from "../neighbours/base/delays.ts";
import { earliest } from "../neighbours/base/position.ts";
import { isCard, type Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim, ClaimForm } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { isOwnClaim, keepsAnnouncing, likelyOwner } from "../roles/likely-owner.ts";
import type { Relays } from "../roles/relays.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import type { AddressConflicts } from "./address-conflicts.ts";
import { defenceAgainst, followsLeases, isFailoverSequence } from "./address-failover.ts";
import { findingFromClaims } from "./build-finding.ts";
import type { Finding } from "./finding.ts";
import { fluxFinding } from "./flux-rule.ts";
import { findingAgainstForger, forgedClaims } from "./forged-claims.ts";
import { failedOver, haveRaced, type LastPackets } from "./moves.ts";
import { isSharedByGroup } from "./proxied-claims.ts";
import type { Proxies } from "./proxies.ts";
import { judgeSilentReceivers } from "./silent-receivers.ts";
import { usurpersOf } from "./usurpers.ts";
import { victimsOf } from "./victims.ts";

/** Frames that a station sends itself; of them all the one form that it does not is what others believe. */
const OWN_FORMS: ReadonlySet<ClaimForm> = new Set(["request", "reply", "unsolicited-reply", "announcement"]);
const ADDRESSED: ReadonlySet<ClaimForm> = new Set(["addressed"]);
const ALL_FORMS: ReadonlySet<ClaimForm> = new Set([...OWN_FORMS, ...ADDRESSED]);

/** An address that goes A, B, A has come back; it did not move. */
const TURNS_OF_FLIP_FLOP = 3;

type Dispute = "address-impersonation" | "address-conflict" | "flip-flop";

/** What the judging of one address needs to know of all others. */
export interface Evaluator {
  readonly state: NetworkView;
  readonly assignment: RoleAssignment;
  readonly conflicts: AddressConflicts;
  readonly lastPackets: LastPackets;
  readonly relays: Relays;
  readonly proxies: Proxies;
}

/** What can be wrong with an address that is no VIP: somebody else claims it. */
export function judgeAddress(evaluator: Evaluator, binding: Binding): Finding[] {
  const usurping = usurpersOf(evaluator.state, binding);
  if (usurping !== null) {
    return usurping.claims.map((claim) =>
      findingAgainst(evaluator, binding, claim, usurping.virtual, "gateway-impersonation"),
    );
  }
  if (binding.claims.length < 2) return judgeDispute(evaluator, binding, binding.claims);
  const overreaching: Finding[] = [];
  const rest = binding.claims.filter((claim) => {
    const owner = evaluator.proxies.ownerBeside(binding, claim);
    if (owner !== null)
      overreaching.push(findingAgainst(evaluator, binding, claim, owner, "proxy-overreach"));
    return owner === null;
  });
  return [...overreaching, ...judgeDispute(evaluator, binding, rest)];
}

function judgeDispute(evaluator: Evaluator, binding: Binding, claims: readonly Claim[]): Finding[] {
  const { state, assignment, conflicts } = evaluator;
  const forged = claims.filter(
    (claim) => conflicts.isForged(binding, claim) && assignment.machines.of(binding, claim) === null,
  );
  const honest = claims.filter((claim) => !forged.includes(claim));
  if (honest.length < 2 && forged.length === 0) return judgeSilentReceivers(state, assignment, binding);
  const owner = ownerAmong(evaluator, binding, forged, honest);
  const impersonation: FindingKind = isGatewayAddress(assignment, binding, owner)
    ? "gateway-impersonation"
    : "address-impersonation";
  return [
    ...forged.map((claim) => findingAgainst(evaluator, binding, claim, owner, impersonation)),
    ...planted(evaluator, binding, forged, honest, owner, impersonation),
    ...honest.flatMap((claim) => {
      if (owner === undefined || claim.station === owner || !isOwnClaim(claim)) return [];
      const beside = assignment.machines.cardBeside(binding, claim, [owner]);
      if (beside !== null) return [fluxFinding(evaluator.state, binding, claim, beside.station)];
      const dispute = isCard(owner) ? disputeBetween(evaluator, binding, owner, claim) : "address-conflict";
      if (dispute === null) return [];
      const kind = assignment.isGatewayAt(owner, binding.ip) ? "gateway-impersonation" : dispute;
      return [findingAgainst(evaluator, binding, claim, owner, kind)];
    }),
  ];
}

/**
 * A VIP has a director, though perhaps none that the frames let one tell. So of those who answer the same question for
 * it, and were not accused of anything worse, all but one are at fault.
 */
export function judgeRivals(
  evaluator: Evaluator,
  binding: Binding,
  suspects: ReadonlySet<Station>,
): Finding[] {
  const rest = binding.claims.filter((claim) => isOwnClaim(claim) && !suspects.has(claim.station));
  const rivals = rest.filter(({ station }) =>
    rest.some((other) => haveRaced(binding, station, other.station)),
  );
  const owner = rivals.at(-1)?.station;
  return rivals
    .slice(0, -1)
    .filter(({ station }) => owner !== undefined && haveRaced(binding, station, owner))
    .map((claim) => findingAgainst(evaluator, binding, claim, owner, "address-conflict"));
}

function findingAgainst(
  { state }: Evaluator,
  binding: Binding,
  claim: Claim,
  owner: Station | undefined,
  kind: FindingKind,
): Finding {
  const finding = findingFromClaims(state, {
    kind,
    binding,
    claim,
    // What others believe proves it where nothing else does; beside its own frames it would be counted with them.
    forms: isOwnClaim(claim) ? OWN_FORMS : ADDRESSED,
    rightful: owner ?? null,
    victims: victimsOf(
      state.caches.about(binding),
      binding,
      claim.station,
      ALL_FORMS,
      new Set(owner === undefined ? [] : [owner]),
    ),
  });
  // An answer to a forged frame that was not captured may show a victim before the first one that was.
  const shown = finding.victims.flatMap(({ learned, used }) => learned ?? used ?? []);
  return { ...finding, first: earliest([finding.first, ...shown]) };
}

/**
 * Frames that put another's address at a MAC that is not their sender's. Who was caught forging for the address, and now
 * names its owner, puts it right.
 */
function planted(
  { state, assignment }: Evaluator,
  binding: Binding,
  forged: readonly Claim[],
  honest: readonly Claim[],
  owner: Station | undefined,
  kind: FindingKind,
): Finding[] {
  if (owner === undefined) return [];
  const others = honest.filter((claim) => !isOwnClaim(claim) && claim.station !== owner);
  return forgedClaims(state, assignment, binding, others).flatMap((found) => {
    const { sender, author } = found;
    if (author === owner || forged.some(({ station }) => station === sender)) return [];
    return findingAgainstForger(state, binding, found, owner, new Set([owner]), kind) ?? [];
  });
}

function isGatewayAddress(assignment: RoleAssignment, binding: Binding, owner: Station | undefined): boolean {
  return (
    (owner !== undefined && assignment.isGatewayAt(owner, binding.ip)) || assignment.isGatewayAddress(binding)
  );
}

function ownerAmong(
  { state, assignment, conflicts, relays }: Evaluator,
  binding: Binding,
  forged: readonly Claim[],
  honest: readonly Claim[],
): Station | undefined {
  // The nodes of a cluster answer with a MAC that none of them has.
  const shared = honest.find(isSharedByGroup);
  if (shared !== undefined) return shared.station;
  const gateway = honest.find(({ station }) => assignment.isGatewayAt(station, binding.ip));
  if (gateway !== undefined) return gateway.station;
  const newest = state.leases.of(binding.segment, binding.ip).at(-1)?.station;
  if (honest.some((claim) => claim.station === newest && isOwnClaim(claim))) return newest;
  const known = assignment.known.of(binding);
  if (honest.some((claim) => claim.station === known?.station && isOwnClaim(claim))) return known?.station;
  const likely = likelyOwner(binding);
  if (honest.some((claim) => claim.station === likely && isOwnClaim(claim))) return likely;
  if (known !== null && !honest.some(isOwnClaim) && assignment.known.stillHas(binding, known))
    return known.station;
  const [silent] = conflicts.silentOwnersOf(binding);
  const own = honest.find(isOwnClaim) ?? honest[0];
  if (own !== undefined || silent !== undefined) return (own ?? { station: silent }).station;
  // Nobody else speaks for it: then it is whoever gets what the forger passes on.
  for (const { station } of forged) {
    const [fed] = relays.bySentTo(station, binding.ip);
    if (fed !== undefined) return fed.to;
  }
  return undefined;
}

/**
 * What the owner and another claimant are at odds about, if they are.
 *
 * Who has an address of its own and says unasked that it has a second, whose owner is alive, pretends. Two kernels that
 * both hold the address are in conflict. Announcements that take turns are a flip-flop.
 */
function disputeBetween(
  evaluator: Evaluator,
  binding: Binding,
  owner: Station,
  claim: Claim,
): Dispute | null {
  const { state, assignment, conflicts, lastPackets } = evaluator;
  const other = claim.station;
  const ownerClaim = binding.claimOf(owner);
  if (ownerClaim !== undefined && assignment.machines.between(binding, ownerClaim, claim) !== null)
    return null;
  if (haveRaced(binding, owner, other)) return "address-conflict";
  const isMove =
    failedOver(lastPackets, binding, owner, other) && !routesOn(evaluator, binding, owner, claim);
  if (isMove) return null;
  if (followsLeases(state, lastPackets, binding) || isFailoverSequence(lastPackets, binding)) return null;
  if (defenceAgainst(binding, owner, claim) !== null) return null;
  const forms = new Set([...claim.tallies.keys()].filter((form) => form !== "addressed"));
  const hasOther = assignment.hasOtherAddress(other, binding.ip);
  if ([...forms].every((form) => form === "unsolicited-reply") && hasOther) return "address-impersonation";
  // The true leader of a cluster also only announces; but then nobody else answers for the address, or sends from it.
  const onlyAnnounces = [...forms].every((form) => form === "announcement") && keepsAnnouncing(claim);
  const bothAnnounce = ownerClaim !== undefined && keepsAnnouncing(ownerClaim);
  if (
    onlyAnnounces &&
    !bothAnnounce &&
    hasOther &&
    (usesIt(binding, owner) || conflicts.silentOwnersOf(binding).includes(owner))
  ) {
    return "address-impersonation";
  }
  const bothHoldIt = owner.ownAddresses.has(binding.ip) && other.ownAddresses.has(binding.ip);
  if (bothHoldIt || binding.turnCount < TURNS_OF_FLIP_FLOP) return "address-conflict";
  return "flip-flop";
}

/**
 * Whether a router goes on carrying packets after somebody told single hosts that its address is at another card: who takes
 * a router's address over tells everybody.
 */
function routesOn(
  { state, assignment }: Evaluator,
  binding: Binding,
  router: Station,
  { ownFirst, firstToAll, firstAnswer }: Claim,
): boolean {
  if (ownFirst === null || firstToAll !== null || firstAnswer !== null) return false;
  if (!assignment.isGatewayAt(router, binding.ip)) return false;
  return state.traffic.rowsFrom(router).some(({ last }) => last.timeNs - ownFirst.timeNs >= LINGERING_NS);
}

function usesIt(binding: Binding, station: Station): boolean {
  const claim = binding.claimOf(station);
  return claim !== undefined && claim.ownFrames("reply") + claim.ownFrames("request") > 0;
}
