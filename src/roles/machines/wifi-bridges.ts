import type { Station } from "../../neighbours/base/station.ts";
import type { Claim } from "../../neighbours/claims/claim.ts";
import type { NetworkView } from "../../neighbours/network-view.ts";

/**
 * Hosts that bridge others over Wi-Fi, where an access point takes frames of one MAC only (IEEE 802.11, 3-address
 * format): whatever a guest sends is seen a second time at once, with the host's MAC instead of the guest's.
 *
 * A card is a guest's bridge where that holds of everything that the guest sends, ARP and IPv4. One frame repeated with
 * another MAC is what a forger sends, too; he does not repeat what the owner sends in other names, and whatever the owner
 * sends past him is none of his to repeat.
 */
export class WifiBridges {
  private readonly state: NetworkView;
  /** By bridge and guest: how many of the guest's frames came again. */
  private readonly echoed = new Map<Station, Map<Station, number>>();
  /** By guest: all frames by which it claims an address. */
  private readonly said = new Map<Station, number>();

  constructor(state: NetworkView) {
    this.state = state;
    for (const { claims } of state.bindings) {
      for (const { station, echoes } of claims) {
        for (const [guest, count] of echoes) this.addEchoes(station, guest, count);
      }
    }
    if (this.said.size === 0) return;
    for (const { claims } of state.bindings) {
      for (const { station, allOwnFrames } of claims) {
        const said = this.said.get(station);
        if (said !== undefined) this.said.set(station, said + allOwnFrames);
      }
    }
  }

  /** Whether all that the one claims for an address is what its guest said right before. */
  bridges(host: Claim, guest: Claim): boolean {
    const echoes = host.echoes.get(guest.station) ?? 0;
    return echoes > 0 && echoes >= host.allOwnFrames && this.isBridgeOf(host.station, guest.station);
  }

  /** How many frames of the guest's came again from the bridge. */
  echoes(bridge: Station, guest: Station): number {
    return this.echoed.get(bridge)?.get(guest) ?? 0;
  }

  private addEchoes(bridge: Station, guest: Station, count: number): void {
    const byGuest = this.echoed.get(bridge) ?? new Map<Station, number>();
    this.echoed.set(bridge, byGuest.set(guest, (byGuest.get(guest) ?? 0) + count));
    this.said.set(guest, 0);
  }

  private isBridgeOf(bridge: Station, guest: Station): boolean {
    return this.echoes(bridge, guest) >= (this.said.get(guest) ?? 0) && this.passesOnPackets(bridge, guest);
  }

  /** A guest's packets go to the same card again, from the bridge's. */
  private passesOnPackets(bridge: Station, guest: Station): boolean {
    const { traffic } = this.state;
    return traffic.rowsFrom(guest).every((row) => {
      const receiver = { macHigh: row.destinationMacHigh, macLow: row.destinationMacLow };
      const isToBridge = receiver.macHigh === bridge.macHigh && receiver.macLow === bridge.macLow;
      return isToBridge || traffic.rowBetween(row.segment, row.destinationIp, receiver, bridge) !== undefined;
    });
  }
}
