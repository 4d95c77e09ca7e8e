import { earliest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding, Passing } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import { impersonates } from "./likely-owner.ts";

/**
 * Whom a station passes the address's packets on to though they are that one's own: the director in office, or the
 * address's owner. A director passes packets on as well, but to hosts that it was set up to serve.
 *
 * Passing on proves nothing once the station's first frame contradicted somebody: a man in the middle passes on
 * everything. Before that it does, because nobody sends a stranger packets for an address.
 *
 * @param hasOtherAddress whether a station has an address of its own besides this one, as real servers have
 * @returns null where the station may well be a director
 */
export function feedsTheOwner(
  binding: Binding,
  station: Station,
  hasOtherAddress: (station: Station) => boolean,
): Station | null {
  const passings = binding.passings.filter(({ from, proven }) => proven && from === station);
  for (const { to } of passings) {
    if (to === station) continue;
    const onward = binding.passings.filter(({ from, to: next, proven }) => {
      return proven && from === to && next !== station;
    });
    if (onward.some(({ sources }) => sources.has(station)) && !isSenior(binding, station, to)) return to;
  }
  // Who shares the load among several is no thief's work.
  const [only, another] = passings;
  if (only === undefined || another !== undefined) return null;
  return ownsAlone(binding, station, only, hasOtherAddress) ? only.to : null;
}

/** Whether the one was in office for the address before the other: the other then serves it, and may pass on in turn. */
function isSenior(binding: Binding, one: Station, other: Station): boolean {
  const [claim, otherClaim] = [binding.claimOf(one), binding.claimOf(other)];
  const [answer, otherAnswer] = [claim?.firstAnswer ?? null, otherClaim?.firstAnswer ?? null];
  // Only who holds the address answers a question to everybody; announcing it is cheap.
  if (answer === null && otherAnswer !== null) return false;
  if (answer !== null && otherAnswer === null) return true;
  return isBefore(firstSign(binding, one), firstSign(binding, other));
}

/**
 * Whether the receiver had the address to itself when the station first showed up: it alone answered who asked
 * everybody, or it used the address and has no other, as a real server that lets a VIP slip would have.
 */
function ownsAlone(
  binding: Binding,
  station: Station,
  { to }: Passing,
  hasOtherAddress: (station: Station) => boolean,
): boolean {
  const claim = binding.claimOf(station);
  const owner = binding.claimOf(to);
  const sign = firstSign(binding, station);
  if (owner === undefined || !owner.isOwn || impersonates(binding, owner)) return false;
  if (claim?.firstAnswer != null || !isBefore(owner.ownFirst, sign)) return false;
  return isBefore(owner.firstAnswer, sign) || !hasOtherAddress(to);
}

/** The first frame by which a station had to do with the address: it spoke for it, or passed its packets on. */
function firstSign(binding: Binding, station: Station): Position | null {
  const signs = [firstOf(binding.claimOf(station)), ...passingsOf(binding, station)].filter(
    (at) => at !== null,
  );
  return signs.length === 0 ? null : earliest(signs);
}

function firstOf(claim: Claim | undefined): Position | null {
  return claim?.ownFirst ?? null;
}

function passingsOf({ passings }: Binding, station: Station): Position[] {
  return passings.filter(({ from, proven }) => proven && from === station).map(({ at }) => at);
}

function isBefore(a: Position | null, b: Position | null): boolean {
  return a !== null && (b === null || a.ordinal < b.ordinal);
}
