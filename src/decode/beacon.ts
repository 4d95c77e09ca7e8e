import { Beacon, type FrameFacts, FrameKind } from "./facts.ts";

/** Ethertypes by which cards and clusters make themselves known to switches and to each other, outside of ARP and IP. */
export const BeaconType = { ReverseArp: 0x8035, NlbHeartbeat: 0x886f, Loopback: 0x9000 } as const;

/** RFC 903 has ARP's layout; of its operations only "request reverse" is sent unasked. */
const RARP_OPERATION = 6;
const RARP_SENDER_MAC = 8;
const RARP_BYTES = 28;
const REQUEST_REVERSE = 3;

/** Wireshark's packet-msnlb.c: signature 0..4 · host priority 8..12 · the cluster's address 12..16. */
const NLB_CLUSTER_ADDRESS = 12;
const NLB_BYTES = 16;

/** Decodes the payload at `start..end` of one of `BeaconType` into `facts`; what is none of them stays `Other`. */
export function decodeBeacon(
  view: DataView,
  start: number,
  end: number,
  etherType: number,
  facts: FrameFacts,
): void {
  if (etherType === BeaconType.ReverseArp) {
    // QEMU's net/announce.c and ESXi after a migration: the switch shall learn the port, nobody an address.
    if (end - start < RARP_BYTES || view.getUint16(start + RARP_OPERATION) !== REQUEST_REVERSE) return;
    facts.kind = FrameKind.Beacon;
    facts.beacon = Beacon.ReverseArp;
    facts.senderMacHigh = view.getUint16(start + RARP_SENDER_MAC);
    facts.senderMacLow = view.getInt32(start + RARP_SENDER_MAC + 2);
  } else if (etherType === BeaconType.NlbHeartbeat) {
    if (end - start < NLB_BYTES) return;
    facts.kind = FrameKind.Beacon;
    facts.beacon = Beacon.NlbHeartbeat;
    facts.senderIp = view.getInt32(start + NLB_CLUSTER_ADDRESS);
  } else if (etherType === BeaconType.Loopback) {
    // alb_send_lp_vid of bond_alb.c: each slave tells the switch its MAC by a frame to itself.
    const toItself =
      facts.destinationMacLow === facts.sourceMacLow && facts.destinationMacHigh === facts.sourceMacHigh;
    if (!toItself) return;
    facts.kind = FrameKind.Beacon;
    facts.beacon = Beacon.LearningFrame;
  }
}
