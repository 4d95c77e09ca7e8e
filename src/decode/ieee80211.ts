import { decodeEtherType, EtherType } from "./ether-type.ts";
import { Air, Anomaly, type FrameFacts, LinkAddresses } from "./facts.ts";
import { beginFrame, readMacs, refuseFrame } from "./link-addresses.ts";
import { SNAP_BYTES, snapEtherType } from "./llc.ts";

/**
 * IEEE 802.11-2020, 9.2.4: frame control 0..2 · duration 2..4 · addresses 1, 2 and 3 at 4, 10 and 16 · sequence control
 * 22..24 · address 4 where both DS bits are set · QoS control · HT control.
 */
const FRAME_CONTROL_BYTES = 2;
const ADDRESS_1 = 4;
const ADDRESS_2 = 10;
const ADDRESS_3 = 16;
const SEQUENCE_CONTROL = 22;
const ADDRESS_4 = 24;
const HEADER_BYTES = 24;
const MAC_BYTES = 6;
const QOS_BYTES = 2;
const HT_CONTROL_BYTES = 4;

/** Of the first byte: version, type and subtype. */
const VERSION_MASK = 0x03;
const TYPE_MASK = 0x0c;
const TYPE_DATA = 0x08;
const SUBTYPE_NO_DATA = 0x40;
const SUBTYPE_QOS = 0x80;
/** Of the second byte. */
const TO_DS = 0x01;
const FROM_DS = 0x02;
const MORE_FRAGMENTS = 0x04;
const RETRY = 0x08;
const PROTECTED = 0x40;
const ORDER = 0x80;
/** Of the first byte of QoS control. */
const AGGREGATE = 0x80;
const FRAGMENT_NUMBER = 0x000f;

/** 9.3.2.2.2: destination 0..6 · source 6..12 · length 12..14, and the next one at a multiple of four bytes. */
const SUBFRAME_HEADER_BYTES = 14;

/** Decodes a frame as it went through the air, with what a data frame carries: LLC with ARP or IPv4. */
export function decodeIeee80211(view: DataView, start: number, end: number, facts: FrameFacts): void {
  decodeAir(view, start, end, false, facts);
}

/**
 * @param padded whether the header is filled up to a multiple of four bytes, as some drivers hand it over
 */
export function decodeAir(
  view: DataView,
  start: number,
  end: number,
  padded: boolean,
  facts: FrameFacts,
): void {
  beginFrame(facts, LinkAddresses.None);
  if (end - start < FRAME_CONTROL_BYTES) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  const control = view.getUint8(start);
  // Beacons, acknowledgements and frames without data tell nothing that is asked here.
  if ((control & (VERSION_MASK | TYPE_MASK)) !== TYPE_DATA || (control & SUBTYPE_NO_DATA) !== 0) return;
  const flags = view.getUint8(start + 1);
  const hasFourAddresses = (flags & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS);
  const hasQos = (control & SUBTYPE_QOS) !== 0;
  const qos = start + HEADER_BYTES + (hasFourAddresses ? MAC_BYTES : 0);
  let body = qos + (hasQos ? QOS_BYTES : 0) + (hasQos && (flags & ORDER) !== 0 ? HT_CONTROL_BYTES : 0);
  if (padded) body = start + ((body - start + 3) & ~3);
  if (end < body) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  facts.linkAddresses = LinkAddresses.Both;
  const destination = (flags & TO_DS) === 0 ? ADDRESS_1 : ADDRESS_3;
  const source = hasFourAddresses ? ADDRESS_4 : (flags & FROM_DS) === 0 ? ADDRESS_2 : ADDRESS_3;
  readMacs(view, start + destination, start + source, facts);
  facts.air = (flags & (TO_DS | FROM_DS)) === FROM_DS ? Air.FromAccessPoint : Air.FromStation;
  facts.airSequence = view.getUint16(start + SEQUENCE_CONTROL, true);
  facts.airRetry = (flags & RETRY) !== 0;
  if ((flags & PROTECTED) !== 0) {
    facts.air = Air.Encrypted;
    return;
  }
  if ((flags & MORE_FRAGMENTS) !== 0 || (facts.airSequence & FRAGMENT_NUMBER) !== 0) return;
  if (hasQos && (view.getUint8(qos) & AGGREGATE) !== 0) decodeAggregate(view, body, end, facts);
  else decodeLlc(view, body, end, facts);
}

function decodeLlc(view: DataView, start: number, end: number, facts: FrameFacts): void {
  const etherType = snapEtherType(view, start, end);
  if (etherType >= 0) decodeEtherType(view, start + SNAP_BYTES, end, etherType, facts);
}

/** Of several frames in one the first ARP frame is taken, or else the first IPv4 packet. */
function decodeAggregate(view: DataView, start: number, end: number, facts: FrameFacts): void {
  let chosen = -1;
  let at = start;
  while (end - at >= SUBFRAME_HEADER_BYTES + SNAP_BYTES) {
    const etherType = snapEtherType(view, at + SUBFRAME_HEADER_BYTES, end);
    if (etherType === EtherType.Arp || (chosen < 0 && etherType === EtherType.Ipv4)) chosen = at;
    if (etherType === EtherType.Arp) break;
    const bytes = SUBFRAME_HEADER_BYTES + view.getUint16(at + SUBFRAME_HEADER_BYTES - 2);
    at += (bytes + 3) & ~3;
  }
  if (chosen < 0) return;
  readMacs(view, chosen, chosen + MAC_BYTES, facts);
  const last = chosen + SUBFRAME_HEADER_BYTES + view.getUint16(chosen + SUBFRAME_HEADER_BYTES - 2);
  decodeLlc(view, chosen + SUBFRAME_HEADER_BYTES, Math.min(end, last), facts);
}
