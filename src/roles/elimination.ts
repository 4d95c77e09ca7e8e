import type { HostName } from "../knowledge/roles.ts";
import { isCard, type Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { TrafficRow } from "../neighbours/traffic/traffic-row.ts";
import { feedsTheOwner } from "./in-the-middle.ts";
import { forcedClaims } from "./likely-owner.ts";
import type { Names } from "./names.ts";

/** A name that was given, and the station that it means; null while no frame tells. */
export interface Resolved<Name extends HostName> {
  readonly name: Name;
  station: Station | null;
}

/** The hosts that were given for a VIP. */
export interface GivenHosts<RealServerName extends HostName> {
  readonly binding: Binding;
  readonly directors: Resolved<HostName>[];
  readonly realServers: Resolved<RealServerName>[];
}

/**
 * Identifies given hosts that never show their own address by what is left: where as many stations do a director's, or a
 * real server's, work for the VIP as such names are left.
 *
 * A station whose claims need an explanation is not identified: it announced the VIP or told others unasked, spoke for
 * it after another host had, or stands between the senders and the host that passes their packets on. Any thief looks
 * like that, and a name would excuse it.
 *
 * @param isNameless whether no frame shows an address of the station's own
 */
export function identifyByElimination(
  state: NetworkView,
  names: Names,
  { binding, directors, realServers }: GivenHosts<HostName>,
  isNameless: (station: Station) => boolean,
): void {
  const resolved = new Set([...directors, ...realServers].map(({ station }) => station));
  const nameless = unique([
    ...binding.claims.map(({ station }) => station),
    ...binding.receivers.keys(),
  ]).filter((station) => !resolved.has(station) && isNameless(station));
  const relays = (station: Station) =>
    feedsTheOwner(binding, station, (other) => names.ownsBesides(other, binding.ip)) !== null;
  const serves = (station: Station) => binding.ipSenders.has(station) || isFed(binding, station, relays);
  const unseenDirectors = directors.filter(isUnseen);
  const unseenRealServers = realServers.filter(isUnseen);
  identify(
    unseenRealServers,
    nameless.filter(
      (station) =>
        isFed(binding, station, relays) ||
        answersUnasked(state, binding, station) ||
        (serves(station) && isQuiet(binding, station)),
    ),
    names,
  );
  const others = nameless.filter(
    (station) => !serves(station) && isQuiet(binding, station) && !relays(station),
  );
  if (unseenDirectors.length > 0) identify(unseenDirectors, others, names);
  else identify(unseenRealServers.filter(isUnseen), others, names);
}

/** Whether it answered clients before anybody sent it a packet for the VIP: then a director did, by a way not captured. */
function answersUnasked(state: NetworkView, binding: Binding, station: Station): boolean {
  const sent = binding.ipSenders.get(station)?.at;
  return (
    sent !== undefined &&
    state.traffic.rowsTo(binding.ip).every((row) => !isFor(row, station) || row.first.ordinal > sent.ordinal)
  );
}

function isFor(row: TrafficRow, { segment, macHigh, macLow }: Station): boolean {
  return row.segment === segment && row.destinationMacHigh === macHigh && row.destinationMacLow === macLow;
}

/** Whether it gets the VIP's packets from a host that is no mere relay to it. */
function isFed(binding: Binding, station: Station, relays: (feeder: Station) => boolean): boolean {
  if (!binding.served.has(station)) return false;
  const feeders = binding.passings.filter(({ to }) => to === station);
  return feeders.length === 0 || feeders.some(({ from }) => !relays(from));
}

/** Whether nothing about its claims needs an explanation. */
function isQuiet(binding: Binding, station: Station): boolean {
  const claim = binding.claimOf(station);
  if (claim === undefined) return isCard(station);
  // What other cards say of it is no work of its own.
  if (!claim.isOwn && claim.proxied.size > 0) return false;
  return claim.ownFrames("announcement") === 0 && forcedClaims(claim) === 0 && !contradicts(binding, claim);
}

/** Whether another host had spoken for the address before, other than in answer to the same question. */
function contradicts(binding: Binding, claim: Claim): boolean {
  const first = claim.ownFirst;
  if (first === null) return false;
  return binding.claims.some((other) => {
    const before = other === claim ? null : other.ownFirst;
    if (before === null || before.ordinal > first.ordinal) return false;
    const race = binding.asks.races.find(({ answers }) =>
      answers.some(({ at }) => at.ordinal === first.ordinal),
    );
    return race?.answers.some(({ at }) => at.ordinal === before.ordinal) !== true;
  });
}

function isUnseen({ station }: Resolved<HostName>): boolean {
  return station === null;
}

function identify(unseen: Resolved<HostName>[], stations: readonly Station[], names: Names): void {
  if (stations.length > unseen.length) return;
  for (const [index, resolved] of unseen.entries()) {
    const station = stations[index];
    if (station === undefined) continue;
    resolved.station = station;
    if (unseen.length === 1 && resolved.name.ip !== null) names.give(station, resolved.name.ip);
  }
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}
