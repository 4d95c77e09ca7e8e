import type { Position } from "../neighbours/base/position.ts";
import { isGroupMac, type Station } from "../neighbours/base/station.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { TrafficRow } from "../neighbours/traffic/traffic-row.ts";
import { likelyOwner } from "./likely-owner.ts";
import { LookUps } from "./look-ups.ts";
import type { Relays } from "./relays.ts";
import type { RoutedVips } from "./routed-vips.ts";

export interface InferredGateway {
  readonly station: Station;
  /** The address by which hosts look it up. */
  readonly ip: number;
  /** A frame to or from beyond the segment that it carried. */
  readonly at: Position;
  readonly beyondIp: number;
}

/**
 * The routers of each segment: who carries traffic to and from addresses beyond it.
 *
 * A host's frame for an address beyond goes to the MAC that its cache holds for the router's address. So the router is
 * the owner of that address, and not whoever stands in for it.
 */
export function inferGateways(state: NetworkView, relays: Relays, routed: RoutedVips): InferredGateway[] {
  const gateways = new Map<Station, InferredGateway>();
  const add = (station: Station | undefined, ip: number | undefined, at: Position, beyondIp: number) => {
    if (station === undefined || ip === undefined || gateways.has(station)) return;
    gateways.set(station, { station, ip, at, beyondIp });
  };
  const lookUps = new LookUps(state);
  const isBeyond = beyond(state);
  for (const row of state.traffic.rows()) {
    if (isGroupMac(row.destinationMacHigh) || isGroupMac(row.sourceMacHigh)) continue;
    const sender = state.stations.get(row.segment, row.sourceMacHigh, row.sourceMacLow);
    const receiver = state.stations.get(row.segment, row.destinationMacHigh, row.destinationMacLow);
    if (sender === undefined || receiver === undefined) continue;
    if (isBeyond(row.segment, row.destinationIp)) {
      if (holdsIt(state, routed, receiver, row.destinationIp)) continue;
      const onward = relays.bySentTo(receiver, row.destinationIp).find(({ from }) => from === sender);
      if (onward !== undefined && !lookUps.hasLookedUp(sender, receiver)) {
        const ip = lookUps.borrowedAddress(onward) ?? lookUps.ownAddressOf(onward.to);
        add(onward.to, ip, row.first, row.destinationIp);
        continue;
      }
      const ip = lookUps.nextHop(sender, receiver);
      const binding = ip === undefined ? undefined : state.bindings.get(row.segment, ip);
      if (binding !== undefined) add(likelyOwner(binding), ip, row.first, row.destinationIp);
    } else if (
      isBeyond(row.segment, row.lastSourceIp) &&
      !passesOn(state, row, sender, relays) &&
      !holdsIt(state, routed, sender, row.lastSourceIp)
    ) {
      add(sender, lookUps.ownAddressOf(sender), row.first, row.lastSourceIp);
    }
  }
  for (const { station, ip, at, beyondIp } of state.remembered.gateways) add(station, ip, at, beyondIp);
  return [...gateways.values()];
}

/**
 * Whether a station gets or sends packets of an address beyond the segment because it is its own, on lo or behind a
 * tunnel: a route to a server makes it no router.
 */
function holdsIt(state: NetworkView, routed: RoutedVips, station: Station, ip: number): boolean {
  const { segment } = station;
  return (
    routed.of({ segment, ip })?.servers.includes(station) === true ||
    state.tunnels.to(segment, ip).some(({ from }) => from === station)
  );
}

/** A director's frames come from beyond, too, and a man in the middle's: they did not carry them here, but pass them on. */
function passesOn(state: NetworkView, row: TrafficRow, sender: Station, relays: Relays): boolean {
  if (relays.bySentTo(sender, row.destinationIp).length > 0) return true;
  const binding = state.bindings.get(row.segment, row.destinationIp);
  return binding === undefined || binding.passings.some(({ from }) => from === sender);
}

/** Tells addresses that nobody claims by ARP, and that are nowhere near those that somebody does. */
function beyond(state: NetworkView): (segment: number, ip: number) => boolean {
  const near = new Map<number, Set<number>>();
  for (const { segment, ip, claims } of state.bindings) {
    if (claims.length === 0) continue;
    const networks = near.get(segment);
    if (networks === undefined) near.set(segment, new Set([networkOf(ip)]));
    else networks.add(networkOf(ip));
  }
  const { bindings, quiescent } = state;
  return (segment, ip) =>
    isHostAddress(ip) &&
    near.get(segment)?.has(networkOf(ip)) !== true &&
    // Where not all addresses are followed, their networks are known all the same.
    (quiescent.size === 0 || !bindings.isNear(ip));
}

/** A /24: the usual size of a segment's network, and a fair guess else. */
function networkOf(ip: number): number {
  return ip >> 8;
}

function isHostAddress(ip: number): boolean {
  const first = ip >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}
