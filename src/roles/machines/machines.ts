import { earliest, type Position } from "../../neighbours/base/position.ts";
import type { Station } from "../../neighbours/base/station.ts";
import type { Binding, Claim } from "../../neighbours/claims/binding.ts";
import type { NetworkState } from "../../neighbours/network-state.ts";
import { forcedClaims, isOwnClaim } from "../likely-owner.ts";
import { type VirtualMac, virtualMacOf } from "./virtual-macs.ts";

/** Why two MACs with one address belong to one host, or to one group of routers, and nobody is in conflict. */
export type SameMachine =
  | { readonly kind: "group"; readonly virtual: VirtualMac; readonly proof: Position }
  | { readonly kind: "bond"; readonly proof: Position }
  | { readonly kind: "bridge"; readonly echoes: number; readonly proof: Position };

/** Echoes of a single request may be chance. */
const ECHOES = 2;

type HasOtherAddress = (station: Station, ip: number) => boolean;

/** Which MACs are one machine, by what the frames show of them: the prefix of a MAC proves nothing. */
export class Machines {
  private readonly state: NetworkState;
  private readonly hasOtherAddress: HasOtherAddress;
  private readonly claimedBy = new Map<Station, Binding[]>();

  /** @param hasOtherAddress whether the station is the likely owner of an address besides this one */
  constructor(state: NetworkState, hasOtherAddress: HasOtherAddress) {
    this.state = state;
    this.hasOtherAddress = hasOtherAddress;
    for (const binding of state.bindings) {
      for (const claim of binding.claims) {
        if (!isOwnClaim(claim)) continue;
        const list = this.claimedBy.get(claim.station);
        if (list === undefined) this.claimedBy.set(claim.station, [binding]);
        else list.push(binding);
      }
    }
  }

  /** Another claimant of the address that is the same machine as this one; null where there is none. */
  of(binding: Binding, claim: Claim): { with: Station; link: SameMachine } | null {
    for (const other of binding.claims) {
      if (other === claim || !isOwnClaim(other)) continue;
      const link = this.between(binding, claim, other);
      if (link !== null) return { with: other.station, link };
    }
    return null;
  }

  between(binding: Binding, a: Claim, b: Claim): SameMachine | null {
    return (
      this.group(binding, a.station, b.station) ??
      this.group(binding, b.station, a.station) ??
      this.bond(binding, a, b) ??
      this.bridge(binding, a, b) ??
      this.bridge(binding, b, a)
    );
  }

  /** The group's MAC, and another of the group's or one of its members' own: FreeBSD's CARP sends from the latter. */
  private group(binding: Binding, virtualStation: Station, other: Station): SameMachine | null {
    const virtual = virtualMacOf(this.state, virtualStation, binding.ip);
    if (virtual === null) return null;
    const sibling = virtualMacOf(this.state, other, binding.ip);
    const isSibling = sibling?.protocol === virtual.protocol && sibling.group === virtual.group;
    // VRRP names its addresses: a member's own MAC in answers for one is a fault there (a parent of macvlan answering).
    const isMember = virtual.protocol !== "VRRP" && virtual.members.includes(other);
    return isSibling || isMember ? { kind: "group", virtual, proof: virtual.heard } : null;
  }

  /**
   * Slaves of one bond (bond_alb.c): each tells the switch its MAC by frames to itself, and they answer different
   * clients for the same addresses. A MAC that also has another host's address is no slave.
   */
  private bond(binding: Binding, a: Claim, b: Claim): SameMachine | null {
    const { learning } = this.state.beacons;
    const [signalA, signalB] = [learning.get(a.station), learning.get(b.station)];
    if (signalA === undefined || signalB === undefined) return null;
    const addresses = [a, b].flatMap(({ station }) => this.claimedBy.get(station) ?? []);
    const isShared = addresses.every((other) => other.claims.every(({ station }) => learning.has(station)));
    const own = (station: Station) => new Set((this.claimedBy.get(station) ?? []).map(({ ip }) => ip));
    const [ipsA, ipsB] = [own(a.station), own(b.station)];
    // A host with addresses of its own beside this one is a host of its own.
    const isNested = [...ipsA].every((ip) => ipsB.has(ip)) || [...ipsB].every((ip) => ipsA.has(ip));
    if (!isShared || !isNested || !ipsA.has(binding.ip)) return null;
    return { kind: "bond", proof: earliest([signalA.first, signalB.first]) };
  }

  /**
   * A host that bridges another over Wi-Fi, where an access point takes frames of one MAC only (IEEE 802.11, 3-address
   * format): each of the guest's requests is seen a second time at once, with the host's MAC instead of the guest's.
   */
  private bridge(binding: Binding, guest: Claim, host: Claim): SameMachine | null {
    const echoes = host.echoes.get(guest.station) ?? 0;
    const isAllEchoes = echoes >= ECHOES && echoes === host.ownFrames("request");
    if (!isAllEchoes || forcedClaims(host) > 0 || !this.hasOtherAddress(host.station, binding.ip)) {
      return null;
    }
    const first = host.tallies.get("request")?.first;
    return first === undefined ? null : { kind: "bridge", echoes, proof: first };
  }
}
