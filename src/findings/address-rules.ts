import type { Binding, Claim, ClaimForm } from "../neighbours/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import { earliest, latest } from "../neighbours/position.ts";
import type { Station } from "../neighbours/station.ts";
import type { Cast } from "../roles/cast.ts";
import { impersonates, isOwnClaim, likelyOwner } from "../roles/likely-owner.ts";
import { findingFromClaims } from "./build-finding.ts";
import type { Finding } from "./finding.ts";
import { victimsOf } from "./victims.ts";

const ALL_FORMS: ReadonlySet<ClaimForm> = new Set(["request", "reply", "unsolicited-reply", "announcement"]);
/** What can be wrong with an address that is no VIP: somebody else claims it. */
export function judgeAddress(state: NetworkState, cast: Cast, binding: Binding): Finding[] {
  const gateway = cast.gateways.find(({ station }) => holds(binding, station))?.station;
  const owner = gateway ?? likelyOwner(binding);
  if (owner === undefined || binding.claims.length < 2) return [];
  const ownersClaim = binding.claimOf(owner);
  return binding.claims.flatMap((claim) => {
    if (claim.station === owner) return [];
    const finding = (
      kind: "gateway-impersonation" | "address-impersonation" | "address-conflict" | "flip-flop",
    ) =>
      findingFromClaims(state, {
        kind,
        binding,
        claim,
        forms: ALL_FORMS,
        rightful: owner,
        victims: victimsOf(binding, claim.station, ALL_FORMS, new Set([owner])),
        severity: kind.endsWith("impersonation") ? "critical" : "warning",
      });
    if (gateway !== undefined) return [finding("gateway-impersonation")];
    if (impersonates(binding, claim)) return [finding("address-impersonation")];
    if (ownersClaim === undefined || !isOwnClaim(claim) || !overlap(claim, ownersClaim)) return [];
    const bothHoldIt = owner.ownAddresses.has(binding.ip) && claim.station.ownAddresses.has(binding.ip);
    return [finding(bothHoldIt ? "address-conflict" : "flip-flop")];
  });
}

function holds(binding: Binding, gateway: Station): boolean {
  return binding.segment === gateway.segment && likelyOwner(binding) === gateway;
}

/** Whether each claims the address after the other did; a host whose address moved elsewhere falls silent. */
function overlap(a: Claim, b: Claim): boolean {
  return lastOf(a).ordinal > firstOf(b).ordinal && lastOf(b).ordinal > firstOf(a).ordinal;
}

function firstOf(claim: Claim) {
  return earliest([...claim.tallies.values()].map(({ first }) => first));
}

function lastOf(claim: Claim) {
  return latest([...claim.tallies.values()].map(({ last }) => last));
}
