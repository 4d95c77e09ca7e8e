import type { Binding } from "../neighbours/binding.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { Position } from "../neighbours/position.ts";
import { isGroupMac, type Station } from "../neighbours/station.ts";
import type { TrafficRow } from "../neighbours/traffic-table.ts";
import { impersonates, likelyOwner } from "./likely-owner.ts";
import type { Relay, Relays } from "./relays.ts";

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
export function inferGateways(state: NetworkState, relays: Relays): InferredGateway[] {
  const gateways: InferredGateway[] = [];
  const add = (station: Station | undefined, ip: number | undefined, at: Position, beyondIp: number) => {
    if (station === undefined || ip === undefined || gateways.some((known) => known.station === station))
      return;
    gateways.push({ station, ip, at, beyondIp });
  };
  const isBeyond = beyond(state);
  for (const row of state.traffic.rows()) {
    if (isGroupMac(row.destinationMacHigh) || isGroupMac(row.sourceMacHigh)) continue;
    const sender = state.stations.get(row.segment, row.sourceMacHigh, row.sourceMacLow);
    const receiver = state.stations.get(row.segment, row.destinationMacHigh, row.destinationMacLow);
    if (sender === undefined || receiver === undefined) continue;
    if (isBeyond(row.segment, row.destinationIp)) {
      const onward = relays
        .by(receiver)
        .find(({ from, destinationIp }) => from === sender && destinationIp === row.destinationIp);
      if (onward !== undefined && !hasLookedUp(state, sender, receiver)) {
        const ip = borrowedAddress(state, onward) ?? ownAddressOf(state, onward.to);
        add(onward.to, ip, row.first, row.destinationIp);
        continue;
      }
      const ip = nextHop(sender, receiver);
      const binding = ip === undefined ? undefined : state.bindings.get(row.segment, ip);
      if (binding !== undefined) add(likelyOwner(binding), ip, row.first, row.destinationIp);
    } else if (isBeyond(row.segment, row.lastSourceIp) && !passesOn(state, row, sender, relays)) {
      add(sender, ownAddressOf(state, sender), row.first, row.lastSourceIp);
    }
  }
  for (const { station, ip, at, beyondIp } of state.remembered.gateways) add(station, ip, at, beyondIp);
  return gateways;
}

/** A director's frames come from beyond, too, and a man in the middle's: they did not carry them here, but pass them on. */
function passesOn(state: NetworkState, row: TrafficRow, sender: Station, relays: Relays): boolean {
  if (relays.by(sender).some(({ destinationIp }) => destinationIp === row.destinationIp)) return true;
  const binding = state.bindings.get(row.segment, row.destinationIp);
  return binding === undefined || binding.passings.some(({ from }) => from === sender);
}

/** Whether the sender asked for an address that is the receiver's by right: so it would find a router of its own accord. */
function hasLookedUp(state: NetworkState, sender: Station, receiver: Station): boolean {
  return [...sender.cache.values()].some(({ ip, history }) => {
    const binding = state.bindings.get(sender.segment, ip);
    const claim = binding?.claimOf(receiver);
    if (binding === undefined || claim === undefined || impersonates(binding, claim)) return false;
    return history.some(({ owner, cause }) => owner === receiver && cause === "resolved");
  });
}

/** Of the addresses that a man in the middle claims by force the one of the router to which he sends packets on. */
function borrowedAddress(state: NetworkState, { from, by, to }: Relay): number | undefined {
  const borrowed = [...state.bindings].filter((binding) => {
    const claim = binding.segment === by.segment ? binding.claimOf(by) : undefined;
    return claim !== undefined && impersonates(binding, claim);
  });
  const isOf = (station: Station) => (binding: Binding) =>
    binding.claimOf(station)?.isOwn === true || binding.speakers.has(station);
  return (borrowed.find(isOf(to)) ?? borrowed.find((binding) => !isOf(from)(binding)))?.ip;
}

/** The address that the sender had looked up when it wrote the receiver's MAC: one that the receiver only claims, if any. */
function nextHop(sender: Station, receiver: Station): number | undefined {
  const ips = [...sender.cache.values()]
    .filter((entry) => entry.history.some(({ owner }) => owner === receiver))
    .map(({ ip }) => ip);
  return ips.find((ip) => !receiver.ownAddresses.has(ip)) ?? ips[0];
}

function ownAddressOf(state: NetworkState, station: Station): number | undefined {
  return [...station.ownAddresses].find((ip) => {
    const binding = state.bindings.get(station.segment, ip);
    return binding !== undefined && binding.passings.length === 0;
  });
}

/** Tells addresses that nobody claims by ARP, and that are nowhere near those that somebody does. */
function beyond(state: NetworkState): (segment: number, ip: number) => boolean {
  const near = new Map<number, Set<number>>();
  for (const { segment, ip, claims } of state.bindings) {
    if (claims.length === 0) continue;
    const networks = near.get(segment);
    if (networks === undefined) near.set(segment, new Set([networkOf(ip)]));
    else networks.add(networkOf(ip));
  }
  return (segment, ip) => isHostAddress(ip) && near.get(segment)?.has(networkOf(ip)) !== true;
}

/** A /24: the usual size of a segment's network, and a fair guess else. */
function networkOf(ip: number): number {
  return ip >> 8;
}

function isHostAddress(ip: number): boolean {
  const first = ip >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}
