import { MOST_PARTIES, MOST_PROTECTED_ADDRESSES } from "../../limits.ts";
import type { Station } from "../base/station.ts";
import type { EveryModel } from "../caches/every-model.ts";
import type { Binding } from "../claims/binding.ts";
import type { Claim } from "../claims/claim.ts";

/** How much would be lost with an address; those worth less are given up first. */
export const Worth = { Nothing: 0, Claims: 1, Parties: 2, Beliefs: 3, Evidence: 4 } as const;
export type Worth = (typeof Worth)[keyof typeof Worth];

/**
 * What each address is worth keeping when the tables overflow: a flood that contests addresses without end must not push out
 * the one address whose traffic shows a victim, nor the hosts that have a role in it.
 *
 * - `Evidence`  a contested address by whose wrong entry a host was seen to send, or whose packets are passed on
 * - `Beliefs`   a contested address about which hosts' caches hold something
 * - `Parties`   an address of a host that has to do with one of those
 * - `Claims`    claimed by several, and nobody was seen to believe any
 */
export function worthOfEach(bindings: Iterable<Binding>, caches: EveryModel): Map<Binding, Worth> {
  const worth = new Map<Binding, Worth>();
  const parties = new Set<Station>();
  let isFull = false;
  for (const binding of bindings) {
    const own = ownWorth(binding, caches);
    worth.set(binding, own);
    if (own < Worth.Beliefs || isFull) continue;
    for (const station of partiesTo(binding, caches)) parties.add(station);
    isFull = parties.size >= MOST_PROTECTED_ADDRESSES;
  }
  for (const [binding, own] of worth) {
    if (own < Worth.Parties && binding.claims.some(({ station, isOwn }) => isOwn && parties.has(station)))
      worth.set(binding, Worth.Parties);
  }
  return worth;
}

function ownWorth(binding: Binding, caches: EveryModel): Worth {
  if (binding.passings.some(({ proven }) => proven)) return Worth.Evidence;
  if (!isContested(binding) && !binding.claims.some(isForced)) return Worth.Nothing;
  let worth: Worth = Worth.Claims;
  for (const { history } of caches.chosen.about(binding)) {
    if (history.length > 1 && history.some(({ used }) => used !== null)) return Worth.Evidence;
    if (history.length > 0) worth = Worth.Beliefs;
  }
  return worth;
}

/** Frames that no kernel sends of itself, or that another card sent: a finding may rest on them alone. */
function isForced(claim: Claim): boolean {
  return claim.ownFrames("unsolicited-reply") > 1 || claim.needless > 1 || claim.proxied.size > 0;
}

/** Whether more than one MAC was put forward for the address. */
export function isContested({ claims, turnCount }: Binding): boolean {
  return claims.length > 1 || turnCount > 1;
}

function partiesTo(binding: Binding, caches: EveryModel): Station[] {
  const stations = [
    ...binding.claims.slice(0, MOST_PARTIES).map(({ station }) => station),
    ...binding.passings.slice(0, MOST_PARTIES).flatMap(({ from, to }) => [from, to]),
    ...caches.chosen
      .about(binding)
      .slice(0, MOST_PARTIES)
      .map(({ holder }) => holder),
  ];
  return [...new Set(stations)];
}
