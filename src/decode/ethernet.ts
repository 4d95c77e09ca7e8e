import { decodeArp } from "./arp.ts";
import { BeaconType, decodeBeacon } from "./beacon.ts";
import { Anomaly, type FrameFacts, FrameKind } from "./facts.ts";
import { decodeIpv4 } from "./ipv4.ts";

/** Destination 0..6 · source 6..12 · ethertype 12..14 (IEEE 802.3 clause 3). */
const HEADER_BYTES = 14;
const VLAN_TAG_BYTES = 4;
/** Deeper stacks are not built by switches; the frames are left alone. */
const DEEPEST_VLAN_STACK = 4;

const EtherType = { Ipv4: 0x0800, Arp: 0x0806, Vlan: 0x8100, ServiceVlan: 0x88a8, OldQinQ: 0x9100 } as const;

/**
 * Decodes the Ethernet II frame at `start..end` of `view` into `facts`, with its VLAN tags and the layers above.
 *
 * Lengths are checked once a layer against `end`, the captured length; a short or corrupt layer makes the frame
 * `Malformed` and leaves the layers below it in `facts`.
 */
export function decodeEthernet(view: DataView, start: number, end: number, facts: FrameFacts): void {
  facts.kind = FrameKind.Other;
  facts.anomaly = Anomaly.None;
  facts.segment = 0;
  if (end - start < HEADER_BYTES) {
    facts.kind = FrameKind.Malformed;
    facts.anomaly = Anomaly.TruncatedEthernet;
    return;
  }
  facts.destinationMacHigh = view.getUint16(start);
  facts.destinationMacLow = view.getInt32(start + 2);
  facts.sourceMacHigh = view.getUint16(start + 6);
  facts.sourceMacLow = view.getInt32(start + 8);
  const etherType = view.getUint16(start + 12);
  if (etherType === EtherType.Ipv4) {
    facts.etherType = etherType;
    decodeIpv4(view, start + HEADER_BYTES, end, facts);
  } else {
    decodeTagged(view, start + HEADER_BYTES, end, etherType, facts);
  }
}

function decodeTagged(
  view: DataView,
  afterEtherType: number,
  end: number,
  outerEtherType: number,
  facts: FrameFacts,
): void {
  let etherType = outerEtherType;
  let offset = afterEtherType;
  for (let depth = 0; isVlan(etherType) && depth < DEEPEST_VLAN_STACK; depth++) {
    if (end - offset < VLAN_TAG_BYTES) {
      facts.kind = FrameKind.Malformed;
      facts.anomaly = Anomaly.TruncatedVlan;
      return;
    }
    const vlan = view.getUint16(offset) & 0xfff;
    // Identifier 0 is a priority tag (802.1Q 9.6): the frame belongs to no VLAN.
    if (vlan !== 0) facts.segment = ((facts.segment & 0xfff) << 12) | vlan;
    etherType = view.getUint16(offset + 2);
    offset += VLAN_TAG_BYTES;
  }
  facts.etherType = etherType;
  if (etherType === EtherType.Ipv4) decodeIpv4(view, offset, end, facts);
  else if (etherType === EtherType.Arp) decodeArp(view, offset, end, facts);
  else if (isBeacon(etherType)) decodeBeacon(view, offset, end, etherType, facts);
}

function isBeacon(etherType: number): boolean {
  return (
    etherType === BeaconType.ReverseArp ||
    etherType === BeaconType.NlbHeartbeat ||
    etherType === BeaconType.Loopback
  );
}

function isVlan(etherType: number): boolean {
  return (
    etherType === EtherType.Vlan || etherType === EtherType.ServiceVlan || etherType === EtherType.OldQinQ
  );
}
