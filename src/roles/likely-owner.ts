import type { Binding, Claim } from "../neighbours/binding.ts";
import type { Station } from "../neighbours/station.ts";

/** Sent once, an unasked reply may be a driver's or a hypervisor's courtesy; kept up, it is meant. */
const REPEATED = 2;

/**
 * Which of several claimants an address belongs to, as far as the frames tell.
 *
 * First seen is no argument: poison often comes before truth. A kernel that holds an address answers when asked, asks
 * in its name and sends packets from it; one that only ever sends replies which nobody asked for does not hold it.
 */
export function likelyOwner(binding: Binding): Station | undefined {
  const ranked = [...binding.claims].toSorted((a, b) => ownership(b, binding) - ownership(a, binding));
  return ranked[0]?.station ?? binding.receivers.keys().next().value;
}

/** Whether at least one of the frames that claim the address for the station was sent by it. */
export function isOwnClaim(claim: Claim): boolean {
  return [...claim.tallies.values()].some((tally) =>
    tally.evidence.some((evidence) => evidence.sentBy === claim.station),
  );
}

/** Replies that nobody asked for, and more than one: how arpspoof, ettercap and bettercap work. */
export function impersonates(binding: Binding, claim: Claim): boolean {
  return unsolicited(claim) >= REPEATED && !claim.station.ownAddresses.has(binding.ip);
}

/** Frames for the address that no kernel sends of itself, or that answer such frames. */
export function forcedClaims(claim: Claim): number {
  return unsolicited(claim) + claim.needless + (claim.tallies.get("addressed")?.count ?? 0);
}

function unsolicited(claim: Claim): number {
  return claim.tallies.get("unsolicited-reply")?.count ?? 0;
}

function ownership(claim: Claim, binding: Binding): number {
  const held = claim.station.ownAddresses.has(binding.ip) ? 4 : 0;
  const own = isOwnClaim(claim) ? 2 : 0;
  const unforced = forcedClaims(claim) === 0 ? 1 : 0;
  return held + own + unforced;
}
