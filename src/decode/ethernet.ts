import { decodeEtherType, EtherType } from "./ether-type.ts";
import { Anomaly, type FrameFacts, FrameKind } from "./facts.ts";
import { decodeIpv4 } from "./ipv4.ts";

/** Destination 0..6 · source 6..12 · ethertype 12..14 (IEEE 802.3 clause 3). */
const HEADER_BYTES = 14;

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
    decodeIpv4(view, start + HEADER_BYTES, end, facts);
  } else {
    decodeEtherType(view, start + HEADER_BYTES, end, etherType, facts);
  }
}
