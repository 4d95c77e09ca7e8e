import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import type { KnownOwner, KnownOwners } from "./known-owners.ts";
import { isOwnClaim } from "./likely-owner.ts";

/**
 * The director of a VIP, of which neither roles nor frames tell, by whom it was known to belong to before.
 *
 * A real server known with the VIP was a poisoned cache's word. And where another host took the VIP over as directors
 * do, or where the known one's card is not there any more, it need not be the director still.
 */
export function directorByKnowledge(
  owners: KnownOwners,
  binding: Binding,
  realServers: readonly Station[],
): KnownOwner | null {
  const owner = owners.of(binding);
  if (owner === null) return null;
  const serves = (station: Station) =>
    realServers.includes(station) || binding.ipSenders.has(station) || binding.served.has(station);
  if (realServers.includes(owner.station)) return null;
  const rivals = binding.claims.filter(
    (claim) => isOwnClaim(claim) && claim.station !== owner.station && !serves(claim.station),
  );
  if (rivals.length === 0) return owner;
  if (serves(owner.station) || !owners.isAlive(owner.station)) return null;
  const own = binding.claimOf(owner.station);
  return rivals.some((rival) => hasFailedOver(rival, own)) ? null : owner;
}

/** Whether it announced the address, and the owner has not spoken for it since. */
function hasFailedOver(rival: Claim, own: Claim | undefined): boolean {
  const announced = rival.tallies.get("announcement");
  if (announced === undefined) return false;
  const lastWord = lastOf(own);
  return lastWord === null || lastWord.ordinal < announced.first.ordinal;
}

function lastOf(claim: Claim | undefined): Position | null {
  let last: Position | null = null;
  for (const [form, tally] of claim?.tallies ?? []) {
    if (form !== "addressed" && tally.last.ordinal > (last?.ordinal ?? -1)) last = tally.last;
  }
  return last;
}
