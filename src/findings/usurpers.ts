import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import { isHsrpMac } from "../neighbours/control/first-hops.ts";
import type { NetworkView } from "../neighbours/network-view.ts";

/**
 * Cards that claim the address of an HSRP group with MACs of their own. The address is at the group's MAC, whichever member
 * is active; to have sent hellos or a coup before is no licence.
 *
 * A hello alone makes no group, or one forged hello would make the owner of any address an intruder: the group's MAC must
 * have the address in ARP, or be sent packets, and the card must have come later.
 *
 * @returns null where there are none
 */
export function usurpersOf(
  state: NetworkView,
  binding: Binding,
): { readonly virtual: Station; readonly claims: readonly Claim[] } | null {
  const group = state.firstHops.groupAt(binding.segment, binding.ip);
  if (group === null) return null;
  const { virtual, first } = group;
  const claims = binding.claims.filter(
    ({ isOwn, station, ownFirst }) =>
      isOwn &&
      !isHsrpMac(station.macHigh, station.macLow) &&
      ownFirst !== null &&
      ownFirst.ordinal > first.ordinal,
  );
  const isUsed = binding.claimOf(virtual)?.isOwn === true || isSentTo(state, virtual);
  return claims.length > 0 && isUsed ? { virtual, claims } : null;
}

function isSentTo({ traffic }: NetworkView, { segment, macHigh, macLow }: Station): boolean {
  return traffic
    .rows()
    .some(
      (row) =>
        row.destinationMacLow === macLow && row.destinationMacHigh === macHigh && row.segment === segment,
    );
}
