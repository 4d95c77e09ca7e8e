import type { Binding, Claim, ClaimForm } from "../neighbours/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { Station } from "../neighbours/station.ts";
import type { Cast } from "../roles/cast.ts";
import { isOwnClaim, likelyOwner } from "../roles/likely-owner.ts";
import { findingFromClaims } from "./build-finding.ts";
import { type ContestCounts, isForged } from "./contest.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { movedAway, type Speech } from "./moves.ts";
import { victimsOf } from "./victims.ts";

const ALL_FORMS: ReadonlySet<ClaimForm> = new Set([
  "request",
  "reply",
  "unsolicited-reply",
  "announcement",
  "addressed",
]);

/** An address that goes A, B, A has come back; it did not move. */
const TURNS_OF_FLIP_FLOP = 3;

type Dispute = "address-impersonation" | "address-conflict" | "flip-flop";

/** What can be wrong with an address that is no VIP: somebody else claims it. */
export function judgeAddress(
  state: NetworkState,
  cast: Cast,
  contests: ContestCounts,
  speech: Speech,
  binding: Binding,
): Finding[] {
  if (binding.claims.length < 2) return [];
  const forged = binding.claims.filter((claim) => isForged(binding, claim, contests));
  const honest = binding.claims.filter((claim) => !forged.includes(claim));
  const owner = ownerAmong(cast, binding, honest);
  const isGateway = owner !== undefined && cast.isGatewayAt(owner, binding.ip);
  const accuse = (kind: FindingKind, claim: Claim) =>
    findingFromClaims(state, {
      kind,
      binding,
      claim,
      forms: ALL_FORMS,
      rightful: owner ?? null,
      victims: victimsOf(binding, claim.station, ALL_FORMS, new Set(owner === undefined ? [] : [owner])),
      severity: kind.endsWith("impersonation") ? "critical" : "warning",
    });
  return [
    ...forged.map((claim) => accuse(isGateway ? "gateway-impersonation" : "address-impersonation", claim)),
    ...honest.flatMap((claim) => {
      if (owner === undefined || claim.station === owner || !isOwnClaim(claim)) return [];
      const dispute = disputeBetween(cast, speech, binding, owner, claim);
      if (dispute === null) return [];
      return [accuse(isGateway ? "gateway-impersonation" : dispute, claim)];
    }),
  ];
}

function ownerAmong(cast: Cast, binding: Binding, honest: readonly Claim[]): Station | undefined {
  const gateway = honest.find(({ station }) => cast.isGatewayAt(station, binding.ip));
  if (gateway !== undefined) return gateway.station;
  const likely = likelyOwner(binding);
  return honest.some(({ station }) => station === likely) ? likely : honest[0]?.station;
}

/**
 * What the owner and another claimant are at odds about, if they are.
 *
 * Who has an address of its own and says unasked that it has a second, whose owner is alive, pretends. Two kernels that
 * both hold the address are in conflict. Announcements that take turns are a flip-flop.
 */
function disputeBetween(
  cast: Cast,
  speech: Speech,
  binding: Binding,
  owner: Station,
  claim: Claim,
): Dispute | null {
  const other = claim.station;
  const raced = binding.races.some(({ answers }) => {
    const by = new Set(answers.map((answer) => answer.by));
    return by.has(owner) && by.has(other);
  });
  if (raced) return "address-conflict";
  if (movedAway(speech, binding, owner, other)) return null;
  if (isUnaskedOnly(claim) && cast.hasOtherAddress(other, binding.ip)) return "address-impersonation";
  const bothHoldIt = owner.ownAddresses.has(binding.ip) && other.ownAddresses.has(binding.ip);
  if (bothHoldIt || binding.turnCount < TURNS_OF_FLIP_FLOP) return "address-conflict";
  return "flip-flop";
}

function isUnaskedOnly(claim: Claim): boolean {
  return [...claim.tallies.keys()].every((form) => form === "unsolicited-reply");
}
