import type { Station } from "../../neighbours/base/station.ts";
import type { Binding } from "../../neighbours/claims/binding.ts";
import type { Claim } from "../../neighbours/claims/claim.ts";
import type { NetworkView } from "../../neighbours/network-view.ts";
import { isMastersCard, type VirtualMac, virtualMacOf, virtualRouterOf } from "./virtual-macs.ts";

/**
 * Whether the claimant is the card below the virtual MAC at which the address is, and does what it may.
 *
 * The kernel asks by the card, with the card's MAC, in the address's name: FreeBSD's CARP always, Linux below
 * keepalived's use_vmac unless a rule keeps it from that. What it asks teaches others a MAC of the same machine.
 */
export function asksByCard(virtual: VirtualMac, claim: Claim): boolean {
  const { span } = claim;
  return claim.onlyAsks && span !== null && isMastersCard(virtual, claim.station, span);
}

/**
 * The same where no advertisement was captured, as by an ARP filter or between unicast peers: behind a virtual MAC there
 * always is a card, and this one alone asks and sends packets in the address's name. It may also be a real server's that
 * leaks: the frames do not tell, so it is no evidence against anybody.
 */
export function mayBeCardBelow(
  state: NetworkView,
  binding: Binding,
  virtual: Station,
  claim: Claim,
): boolean {
  const { station } = claim;
  if (virtualRouterOf(virtual) === null || virtualRouterOf(station) !== null) return false;
  if (!claim.onlyAsks || !station.ownAddresses.has(binding.ip)) return false;
  const isAdvertised = [...state.adverts].some(({ segment }) => segment === binding.segment);
  const isOnlySpeaker = [...binding.ipSenders.keys()].every((host) => host === station || host === virtual);
  const passesOn = binding.passers.has(station) || binding.served.has(station);
  return !isAdvertised && isOnlySpeaker && !passesOn;
}

/**
 * The stations besides those named that are the same directors': the virtual MACs from which they answer.
 *
 * A director is named by its card's address, which signs its advertisements. Where none was captured, a virtual MAC is
 * theirs if they themselves never speak for the VIP and nobody sends its packets to them.
 */
export function virtualMacsOf(
  state: NetworkView,
  binding: Binding,
  directors: readonly Station[],
): Station[] {
  if (directors.length === 0) return [];
  const isTheirs = (station: Station) => {
    const virtual = virtualMacOf(state, station, binding.ip);
    if (virtual !== null) return directors.some((director) => virtual.members.includes(director));
    return virtualRouterOf(station) !== null && directors.every((director) => isAloof(binding, director));
  };
  return binding.claims
    .filter(({ station, isOwn }) => isOwn && !directors.includes(station) && isTheirs(station))
    .map(({ station }) => station);
}

function isAloof(binding: Binding, station: Station): boolean {
  const claim = binding.claimOf(station);
  return (claim === undefined || claim.onlyAsks) && !binding.receivers.has(station);
}
