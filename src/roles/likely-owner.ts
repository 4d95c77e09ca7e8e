import type { Binding, Claim } from "../neighbours/binding.ts";
import type { Station } from "../neighbours/station.ts";

/** Sent once, an unasked reply may be a driver's or a hypervisor's courtesy; kept up, it is meant. */
const REPEATED = 2;

/**
 * Which of several claimants an address belongs to, as far as ARP tells.
 *
 * First seen is no argument: poison often comes before truth. A kernel that holds an address answers when asked and
 * asks in its name; one that only ever sends replies which nobody asked for does not hold it.
 */
export function likelyOwner(binding: Binding): Station | undefined {
  const ranked = binding.claims
    .filter((claim) => isOwnClaim(claim))
    .toSorted((a, b) => ownership(b, binding.ip) - ownership(a, binding.ip));
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
  const unsolicited = claim.tallies.get("unsolicited-reply")?.count ?? 0;
  return unsolicited >= REPEATED && !claim.station.ownAddresses.has(binding.ip);
}

function ownership(claim: Claim, ip: number): number {
  const unsolicited = claim.tallies.get("unsolicited-reply")?.count ?? 0;
  return (claim.station.ownAddresses.has(ip) ? 2 : 0) + (unsolicited === 0 ? 1 : 0);
}
