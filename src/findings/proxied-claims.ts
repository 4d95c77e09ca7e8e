import type { Position } from "../neighbours/base/position.ts";
import { isGroupMac, type Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { type VirtualMac, virtualMacOf } from "../roles/machines/virtual-macs.ts";

/** Why a card may send ARP frames in another MAC's name. */
export type ProxyReason =
  | { readonly kind: "member"; readonly virtual: VirtualMac; readonly proof: Position }
  | { readonly kind: "nlb"; readonly proof: Position }
  | { readonly kind: "bridge"; readonly proof: Position };

/** @returns null where nothing seen explains it */
export function proxyReasonOf(
  state: NetworkView,
  binding: Binding,
  claim: Claim,
  sender: Station,
): ProxyReason | null {
  const virtual = virtualMacOf(state, claim.station, binding.ip);
  if (virtual?.members.includes(sender) === true) return { kind: "member", virtual, proof: virtual.heard };
  const heartbeats = state.beacons.nlbCluster(binding.segment, binding.ip);
  if (heartbeats !== undefined && isNlbMac(claim.station, binding.ip)) {
    return { kind: "nlb", proof: heartbeats.first };
  }
  return bridged(state, binding, claim, sender);
}

/**
 * Whether several cards answered questions for the address with one group MAC: the nodes of a cluster that share the address
 * (NLB, ClusterIP). One card alone may be a forger's.
 */
export function isSharedByGroup({ station, proxied }: Claim): boolean {
  if (!isGroupMac(station.macHigh) || (station.macHigh === 0xffff && station.macLow === -1)) return false;
  return [...proxied.values()].filter(({ count, unasked }) => count > unasked).length > 1;
}

/**
 * The MAC of a cluster of MS NLB: in unicast mode 02:bf and the cluster's address, and hosts send from 02, their priority,
 * and the address; in multicast mode 03:bf and the address, with IGMP 01:00:5e:7f and its second half.
 */
export function isNlbMac({ macHigh, macLow }: Station, ip: number): boolean {
  if (macHigh === 0x0100) return macLow >>> 16 === 0x5e7f && (macLow & 0xffff) === (ip & 0xffff);
  return (macHigh === 0x02bf || macHigh === 0x03bf) && macLow === ip;
}

/**
 * A bridge that rewrites Ethernet sources, as an access point's client must: all that is heard of the other MAC comes
 * through the one card, its packets, too; and nobody else has the address.
 */
function bridged(state: NetworkView, binding: Binding, claim: Claim, sender: Station): ProxyReason | null {
  const packets = binding.ipSenders.get(sender);
  const isInConflict = binding.claims.some((other) => other.isOwn && other.station !== sender);
  if (packets === undefined || isInConflict || claim.isOwn || claim.proxied.size > 1) return null;
  if (state.traffic.rowsFrom(claim.station).length > 0) return null;
  return { kind: "bridge", proof: packets.at };
}
