import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import { isInitialTtl } from "./initial-ttl.ts";
import { impersonates } from "./likely-owner.ts";

/**
 * A proxy answers for hosts that live elsewhere, or so it believes: Linux's `proxy_arp` and `proxy_arp_pvlan`, a firewall's
 * NAT rule or IP pool for a range. It only answers: it asks in no such host's name, announces nothing, and sends no packet
 * of its own from there.
 */
export function onlyAnswers(binding: Binding, claim: Claim): boolean {
  return claim.onlyAnswers && !sendsFrom(binding, claim.station);
}

/**
 * The host that lives at an address for which the claimant may be a proxy: it uses the address, and has no other. A real
 * server that lets a VIP slip has one of its own.
 */
export function livingOwner(
  binding: Binding,
  claim: Claim,
  hasOtherAddress: (station: Station, ip: number) => boolean,
): Station | null {
  const owner = binding.claims.find(
    (other) => other !== claim && uses(binding, other) && !hasOtherAddress(other.station, binding.ip),
  );
  return owner?.station ?? null;
}

/** Whether a router answers for a host on the link and passes its packets back to that host alone. */
export function isProxyForOne(
  binding: Binding,
  router: Station,
  hasOtherAddress: (station: Station, ip: number) => boolean,
): boolean {
  const claim = binding.claimOf(router);
  if (claim === undefined || !onlyAnswers(binding, claim)) return false;
  const owner = livingOwner(binding, claim, hasOtherAddress);
  return binding.passings.every(({ from, to }) => from !== router || to === owner);
}

function uses(binding: Binding, claim: Claim): boolean {
  if (!claim.isOwn || impersonates(binding, claim)) return false;
  const speaksUp = claim.ownFrames("request") + claim.ownFrames("announcement") > 0;
  return speaksUp || sendsFrom(binding, claim.station);
}

/** Whether it sends packets of its own from the address; what is routed has lost a hop. */
function sendsFrom({ ipSenders }: Binding, station: Station): boolean {
  const sent = ipSenders.get(station);
  return sent !== undefined && isInitialTtl(sent.ttl);
}
