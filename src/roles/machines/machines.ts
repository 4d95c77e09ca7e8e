import type { Position } from "../../neighbours/base/position.ts";
import type { Station } from "../../neighbours/base/station.ts";
import type { Binding } from "../../neighbours/claims/binding.ts";
import type { Claim } from "../../neighbours/claims/claim.ts";
import type { NetworkView } from "../../neighbours/network-view.ts";
import { isOwnClaim } from "../likely-owner.ts";
import { type Bond, bondOf } from "./bonds.ts";
import { asksByCard, mayBeCardBelow, virtualMacsOf } from "./cards-below.ts";
import { areTwoCards, virtualMacAbove } from "./two-cards.ts";
import { type GroupProtocol, type VirtualMac, virtualMacOf, virtualRouterOf } from "./virtual-macs.ts";
import { WifiBridges } from "./wifi-bridges.ts";

/** Why two MACs with one address belong to one host, or to one group of routers, and nobody is in conflict. */
export type SameMachine =
  | { readonly kind: "group"; readonly virtual: VirtualMac; readonly proof: Position }
  /** The protocol is null where no advertisement was captured: then it is only likely. */
  | {
      readonly kind: "card-below";
      readonly virtual: Station;
      readonly card: Station;
      readonly protocol: GroupProtocol | null;
      readonly group: number;
      readonly proof: Position;
    }
  | { readonly kind: "bond"; readonly seen: Bond["seen"]; readonly proof: Position }
  | { readonly kind: "bridge"; readonly echoes: number; readonly proof: Position };

/** Another MAC of the same machine, at which an address should be. */
interface CardBeside {
  readonly station: Station;
  /** Null where it is a second card. */
  readonly virtual: VirtualMac | null;
}

/** Which MACs are one machine, by what the frames show of them: the prefix of a MAC proves nothing. */
export class Machines {
  private readonly state: NetworkView;
  private readonly wifiBridges: WifiBridges;
  private readonly claimedBy = new Map<Station, Binding[]>();

  constructor(state: NetworkView) {
    this.state = state;
    this.wifiBridges = new WifiBridges(state);
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

  /** Whether the claimant is the same machine as one of these stations. */
  isOneOf(binding: Binding, claim: Claim, stations: readonly Station[]): boolean {
    return stations.some((station) => {
      const other = binding.claimOf(station);
      return other !== undefined && this.between(binding, claim, other) !== null;
    });
  }

  between(binding: Binding, a: Claim, b: Claim): SameMachine | null {
    return (
      this.group(binding, a, b) ??
      this.group(binding, b, a) ??
      this.bond(binding, a, b) ??
      this.bridge(a, b) ??
      this.bridge(b, a)
    );
  }

  /**
   * The card by which the claimant's machine should be known for the address: the virtual MAC above the claimant's card, or
   * the other card of a host that answers on both. Null where they are no such cards, or nothing tells.
   */
  cardBeside(binding: Binding, claim: Claim, candidates: readonly Station[]): CardBeside | null {
    const above = virtualMacAbove(this.state, binding, claim);
    if (above !== null) return { station: above.station, virtual: above.virtual };
    const station = candidates.find(
      (candidate) =>
        candidate !== claim.station &&
        areTwoCards(binding, candidate, claim.station, (card) => this.claimedBy.get(card) ?? []),
    );
    return station === undefined ? null : { station, virtual: null };
  }

  /** The directors, and the virtual MACs from which they answer for the VIP. */
  withVirtualMacs(binding: Binding, directors: readonly Station[]): Station[] {
    return [...directors, ...virtualMacsOf(this.state, binding, directors)];
  }

  /** A group's MAC, and another of the group's, or the card below it. A member's card has no licence to do more than ask. */
  private group(binding: Binding, { station }: Claim, other: Claim): SameMachine | null {
    const virtual = virtualMacOf(this.state, station, binding.ip);
    if (virtual !== null) {
      const { heard: proof, protocol, group } = virtual;
      const sibling = virtualMacOf(this.state, other.station, binding.ip);
      if (sibling?.protocol === protocol && sibling.group === group) return { kind: "group", virtual, proof };
      return asksByCard(virtual, other)
        ? { kind: "card-below", virtual: station, card: other.station, protocol, group, proof }
        : null;
    }
    const group = virtualRouterOf(station);
    const proof = other.span?.first;
    return group !== null && proof !== undefined && mayBeCardBelow(this.state, binding, station, other)
      ? { kind: "card-below", virtual: station, card: other.station, protocol: null, group, proof }
      : null;
  }

  private bond(binding: Binding, a: Claim, b: Claim): SameMachine | null {
    const bond = bondOf(this.state, binding, a, b, (station) => this.claimedBy.get(station) ?? []);
    return bond === null ? null : { kind: "bond", ...bond };
  }

  private bridge(guest: Claim, host: Claim): SameMachine | null {
    const proof = host.span?.first;
    if (proof === undefined || !this.wifiBridges.bridges(host, guest)) return null;
    return { kind: "bridge", echoes: this.wifiBridges.echoes(host.station, guest.station), proof };
  }
}
