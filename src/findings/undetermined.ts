import type { NetworkView } from "../neighbours/network-view.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";

/**
 * Why no frame could have shown a poisoning.
 *
 * - `no-arp-no-forwarding`  no ARP frame, no packet seen on its way to a host and on from it, and no traffic for a VIP
 *                           whose director is known
 * - `one-direction`         no host that was sent to was ever seen to send
 * - `forgotten`             contested addresses had to be given up to stay within the memory limit
 */
export type UndeterminedReason = "no-arp-no-forwarding" | "one-direction" | "forgotten";

/** Fewer unicast frames may be one way by chance; a mirror of two ports delivers each of them twice. */
const MANY_ONE_WAY = 16;

/** Why the frames could not have shown a poisoning; null where they could. */
export function undeterminedBecause(
  state: NetworkView,
  assignment: RoleAssignment,
): UndeterminedReason | null {
  if (state.arpObserver.frames === 0 && !showsForwarding(assignment) && !showsWayToDirector(assignment))
    return "no-arp-no-forwarding";
  const oneWay = new Set(
    state.vantage.limits
      .filter(({ kind, count }) => kind === "one-direction" && count >= MANY_ONE_WAY)
      .map(({ capture }) => capture),
  );
  if (oneWay.size > 0 && oneWay.size === state.vantage.captures) return "one-direction";
  return state.forgotten.contested > 0 ? "forgotten" : null;
}

function showsForwarding({ relays, vips }: RoleAssignment): boolean {
  const [relay] = relays;
  return relay !== undefined || vips.some(({ origin }) => origin === "inferred");
}

/** Where a director is known, each packet for its VIP shows what the sender's cache holds. */
function showsWayToDirector({ vips }: RoleAssignment): boolean {
  return vips.some(
    ({ binding, directors }) => binding !== null && binding.receivers.size > 0 && directors.length > 0,
  );
}
