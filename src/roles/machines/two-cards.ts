import type { Station } from "../../neighbours/base/station.ts";
import type { Binding } from "../../neighbours/claims/binding.ts";
import type { Claim } from "../../neighbours/claims/claim.ts";
import type { NetworkView } from "../../neighbours/network-view.ts";
import { isMastersCard, type VirtualMac, virtualMacOf } from "./virtual-macs.ts";

/**
 * Whether two MACs are cards of one host on one segment: Linux answers on either for the addresses of both, unless
 * `arp_ignore` keeps it from that (ARP flux).
 *
 * Each answers every question that the other answers, for all addresses of both, one of which it asks in the name of. A
 * host beside it, or an intruder, has an address for which the other would not answer. With a single address nothing tells
 * two cards from two hosts.
 *
 * @param addressesOf every address that a station claims itself
 */
export function areTwoCards(
  binding: Binding,
  a: Station,
  b: Station,
  addressesOf: (station: Station) => readonly Binding[],
): boolean {
  const addresses = new Set([...addressesOf(a), ...addressesOf(b)]);
  if (addresses.size < 2 || !addresses.has(binding)) return false;
  let asks = false;
  for (const address of addresses) {
    if (!address.asks.haveRaced(a, b)) return false;
    const claims = [address.claimOf(a), address.claimOf(b)];
    if (claims.some((claim) => claim === undefined || isForced(address, claim))) return false;
    asks ||= claims.some((claim) => (claim?.ownFrames("request") ?? 0) > 0);
  }
  return asks;
}

/** No kernel answers what nobody asks, or passes the packets for an address on to its other card. */
function isForced({ passers, served }: Binding, claim: Claim): boolean {
  const { station } = claim;
  return claim.ownFrames("unsolicited-reply") > 0 || passers.has(station) || served.has(station);
}

/**
 * The virtual MAC below which the claimant is the master's card, where that card does more than ask in the address's name:
 * others then hold a MAC that does not move with the address.
 */
export function virtualMacAbove(
  state: NetworkView,
  binding: Binding,
  claim: Claim,
): { readonly station: Station; readonly virtual: VirtualMac } | null {
  const { span } = claim;
  if (!claim.isOwn || claim.onlyAsks || span === null) return null;
  for (const { station, isOwn } of binding.claims) {
    const virtual = isOwn && station !== claim.station ? virtualMacOf(state, station, binding.ip) : null;
    if (virtual !== null && isMastersCard(virtual, claim.station, span)) return { station, virtual };
  }
  return null;
}
