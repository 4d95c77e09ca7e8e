import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim, ClaimForm } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { virtualRouterOf } from "../roles/machines/virtual-macs.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import type { VipRoles } from "../roles/vip-roles.ts";
import { findingFromClaims } from "./build-finding.ts";
import type { Finding } from "./finding.ts";
import { victimsOf } from "./victims.ts";

const ANSWERS: ReadonlySet<ClaimForm> = new Set(["reply", "unsolicited-reply", "announcement"]);

/** Cards of the director's own machine that speak for the VIP beside the card, or the virtual MAC, at which it should be. */
export function judgeFlux(
  state: NetworkView,
  assignment: RoleAssignment,
  vip: VipRoles,
  binding: Binding,
): Finding[] {
  return binding.claims.flatMap((claim) => {
    const rightful = fluxBeside(assignment, vip, binding, claim);
    return rightful === null ? [] : [fluxFinding(state, binding, claim, rightful)];
  });
}

/** The MAC of the director's machine at which the VIP should be instead of the claimant's; null where that is another machine's. */
export function fluxBeside(
  { machines }: RoleAssignment,
  { directors }: VipRoles,
  binding: Binding,
  claim: Claim,
): Station | null {
  const beside = machines.cardBeside(binding, claim, directors);
  if (beside === null || (beside.virtual === null && directors.includes(claim.station))) return null;
  return directors.includes(beside.station) ? beside.station : null;
}

/** One machine answers with several MACs: nothing goes astray, but a cache may hold a card that the address leaves. */
export function fluxFinding(state: NetworkView, binding: Binding, claim: Claim, rightful: Station): Finding {
  const victims = victimsOf(
    state.caches.about(binding),
    binding,
    claim.station,
    ANSWERS,
    new Set([rightful]),
  );
  return {
    ...findingFromClaims(state, {
      kind: "arp-flux",
      binding,
      claim,
      forms: ANSWERS,
      rightful,
      victims,
    }),
    // What reaches either card reaches the machine.
    bypass: null,
    assessment:
      virtualRouterOf(rightful) === null
        ? {
            certainty: "likely",
            why: "both MACs answer for all addresses of either, as cards of one host do",
          }
        : { certainty: "proven", why: "the address of the card signs the advertisements of the virtual MAC" },
  };
}
