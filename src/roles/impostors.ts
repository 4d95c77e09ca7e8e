import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Advertiser } from "../neighbours/control/adverts.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { feedsTheOwner } from "./in-the-middle.ts";
import { isInitialTtl } from "./initial-ttl.ts";
import { likelyOwner } from "./likely-owner.ts";
import { virtualRouterOf } from "./machines/virtual-macs.ts";

/** A busy machine may be late, and then early, once. */
const HURRIED = 2;

/**
 * Stations that only pose as director of an address: what they advertise, synchronise or wrap is a claim like any other, and
 * costs a thief one frame. Their deeds show it: they pass the packets on to the director in office, or answer clients
 * themselves where another, who was there before, passes them on to servers.
 */
export class Impostors {
  private readonly state: NetworkView;
  private readonly ownsBesides: (station: Station, ip: number) => boolean;
  /** What was worked out since the newest frame: the rules ask again and again. */
  private readonly known = new Map<Binding, Map<Station, boolean>>();
  private asOfOrdinal = -1;

  /** @param ownsBesides whether a station has an address of its own besides this one */
  constructor(state: NetworkView, ownsBesides: (station: Station, ip: number) => boolean) {
    this.state = state;
    this.ownsBesides = ownsBesides;
  }

  has(binding: Binding, station: Station): boolean {
    const { ordinal } = this.state.timeline;
    if (ordinal !== this.asOfOrdinal) this.known.clear();
    this.asOfOrdinal = ordinal;
    const known = this.known.get(binding) ?? new Map<Station, boolean>();
    this.known.set(binding, known);
    const poses = known.get(station) ?? this.poses(binding, station);
    known.set(station, poses);
    return poses;
  }

  private poses(binding: Binding, station: Station): boolean {
    const { state } = this;
    const hasOtherAddress = (other: Station) => this.ownsBesides(other, binding.ip);
    return (
      feedsTheOwner(binding, station, hasOtherAddress) !== null ||
      advertisersAt(state, binding, station).some((advertiser) => isForged(state, advertiser)) ||
      answersInstead(state, binding, station)
    );
  }
}

/** Whether its advertisements are no member's: signed with another host's address, or sent without the pause they declare. */
function isForged(state: NetworkView, { station, sourceIp, count, copies, hurried }: Advertiser): boolean {
  if (hurried >= HURRIED && hurried * 2 >= count - copies) return true;
  if (virtualRouterOf(station) !== null) return false;
  const binding = state.bindings.get(station.segment, sourceIp);
  if (binding === undefined || binding.claimOf(station)?.isOwn === true) return false;
  const owner = binding.claims.some(({ isOwn }) => isOwn) ? likelyOwner(binding) : undefined;
  return owner !== undefined && owner !== station && virtualRouterOf(owner) === null;
}

function answersInstead(state: NetworkView, binding: Binding, station: Station): boolean {
  const spoke = binding.ipSenders.get(station);
  if (spoke === undefined || !isInitialTtl(spoke.ttl) || !binding.receivers.has(station)) return false;
  const passings = binding.passings.filter(({ proven }) => proven);
  // A real server answers, too, and a director that is one passes on part of the packets.
  if (passings.some(({ from, to }) => from === station || to === station)) return false;
  const sign = firstSign(state, binding, station);
  return sign !== null && passings.some(({ at }) => at.ordinal < sign.ordinal);
}

/** The first frame by which it spoke for the address. */
function firstSign(state: NetworkView, binding: Binding, station: Station): Position | null {
  const signs = [
    binding.claimOf(station)?.ownFirst ?? null,
    ...advertisersAt(state, binding, station).map(({ first }) => first),
    ...[...state.synchronisation]
      .filter(({ master, vip }) => master === station && vip === binding.ip)
      .map(({ first }) => first),
    ...state.tunnels
      .to(binding.segment, binding.ip)
      .filter(({ from }) => from === station)
      .map(({ first }) => first),
  ].filter((at) => at !== null);
  return signs.toSorted((a, b) => a.ordinal - b.ordinal)[0] ?? null;
}

function advertisersAt({ adverts }: NetworkView, { segment, ip }: Binding, station: Station): Advertiser[] {
  return adverts
    .routersFor(segment, ip)
    .flatMap(({ advertisers }) =>
      advertisers.filter((advertiser) => advertiser.station === station && advertiser.addresses.has(ip)),
    );
}
