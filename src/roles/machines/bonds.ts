import { earliest, type Position } from "../../neighbours/base/position.ts";
import type { Station } from "../../neighbours/base/station.ts";
import type { Binding } from "../../neighbours/claims/binding.ts";
import type { Claim } from "../../neighbours/claims/claim.ts";
import type { NetworkView } from "../../neighbours/network-view.ts";

/** What shows that two cards are one bond's. */
export interface Bond {
  readonly seen: "learning-frames" | "reminders";
  readonly proof: Position;
}

/**
 * Two cards of one bond in mode balance-alb (bond_alb.c): they answer different clients for the same addresses.
 *
 * @param addressesOf every address that a station claims itself
 */
export function bondOf(
  state: NetworkView,
  binding: Binding,
  a: Claim,
  b: Claim,
  addressesOf: (station: Station) => readonly Binding[],
): Bond | null {
  const [ofA, ofB] = [addressesOf(a.station), addressesOf(b.station)];
  if (!ofA.includes(binding) || !ofB.includes(binding)) return null;
  const isWithin = (one: readonly Binding[], other: readonly Binding[]) =>
    one.every((address) => other.includes(address));
  // A card with an address besides those of the other is a host's of its own.
  if (!isWithin(ofA, ofB) && !isWithin(ofB, ofA)) return null;
  const asks = (station: Station, addresses: readonly Binding[]) =>
    addresses.some((address) => (address.claimOf(station)?.ownFrames("request") ?? 0) > 0);
  const [asksA, asksB] = [asks(a.station, ofA), asks(b.station, ofB)];
  // Requests leave by the active card alone, so whatever the others answer for is its own, too.
  const isSubordinate = !(asksA && asksB) && (!asksA || isWithin(ofB, ofA)) && (!asksB || isWithin(ofA, ofB));
  return (
    byLearningFrames(state, a, b, [...ofA, ...ofB]) ?? (isSubordinate ? byReminders(binding, a, b) : null)
  );
}

/** Each card teaches the switch its MAC by frames to itself; switches keep those from the ports of others. */
function byLearningFrames(
  state: NetworkView,
  a: Claim,
  b: Claim,
  addresses: readonly Binding[],
): Bond | null {
  const { learning } = state.beacons;
  const [signalA, signalB] = [learning.get(a.station), learning.get(b.station)];
  if (signalA === undefined || signalB === undefined) return null;
  // A MAC that also has another host's address is none of the bond's.
  const isShared = addresses.every(({ claims }) => claims.every(({ station }) => learning.has(station)));
  return isShared ? { seen: "learning-frames", proof: earliest([signalA.first, signalB.first]) } : null;
}

/**
 * Without those frames the way in which the two share the address shows it.
 *
 * - Nobody is asked in vain, and no question is answered twice: a host that heard another answer for its address, as it
 *   hears every broadcast, would have answered, too. An intruder's victim does.
 * - Unasked replies come right after a request in the address's name, which `rlb_arp_xmit` has them follow, and at no
 *   other time; tools send theirs by the clock.
 * - Neither announces the address: nobody takes it over.
 */
function byReminders(binding: Binding, a: Claim, b: Claim): Bond | null {
  const claims = [a, b];
  const isHeldByBoth = claims.every(({ station }) => station.ownAddresses.has(binding.ip));
  const answers = claims.some((claim) => claim.firstAnswer !== null);
  const reminded = claims.find((claim) => claim.ownFrames("unsolicited-reply") > 0);
  const proof = reminded?.tallies.get("unsolicited-reply")?.first;
  if (!isHeldByBoth || !answers || proof === undefined) return null;
  const isPrompted = claims.every((claim) => claim.unprompted === 0);
  const isUnannounced = claims.every((claim) => claim.ownFrames("announcement") === 0);
  if (!isPrompted || !isUnannounced || binding.asks.haveRaced(a.station, b.station)) return null;
  return { seen: "reminders", proof };
}
