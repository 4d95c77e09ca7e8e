import { LINKTYPE_ETHERNET } from "../capture/link-type.ts";
import { beforeCheckSequence } from "./air-capture.ts";
import { decodeEthernet } from "./ethernet.ts";
import { Anomaly, type FrameFacts, LinkAddresses } from "./facts.ts";
import { decodeIeee80211 } from "./ieee80211.ts";
import { beginFrame, refuseFrame } from "./link-addresses.ts";
import { decodeLoopback, decodeRawIp } from "./raw-ip.ts";

/** CACE's Per-Packet Information: version 0 · length 2..4 · link type 4..8 · fields of type, length and value. */
const PPI_BYTES = 8;
const PPI_VERSION_0 = 0;
const PPI_FIELD_BYTES = 4;
/** 802.11-Common: time 0..8 · flags 8..10. */
const PPI_AIR = 2;
const PPI_AIR_FLAGS = 8;
const PPI_WITH_CHECK_SEQUENCE = 0x0001;
const PPI_BAD_CHECK_SEQUENCE = 0x0004;

/** Apple's bsd/net/pktap.h, `struct pktap_header`: length 0..4 · record type 4..8 · DLT_ 8..12 · interface name 12..36. */
const PKTAP_BYTES = 36;
const PKTAP_RECORD_PACKET = 1;
const LONGEST_PKTAP_BYTES = 512;

const LINKTYPE_NULL = 0;
const LINKTYPE_RAW_OF_BSD = 12;
const LINKTYPE_RAW = 101;
const LINKTYPE_IEEE802_11 = 105;
const LINKTYPE_LOOP = 108;

/** Decodes a frame with CACE's header, which tells the frame's own link type. */
export function decodePpi(view: DataView, start: number, end: number, facts: FrameFacts): void {
  beginFrame(facts, LinkAddresses.None);
  const headerBytes = end - start < PPI_BYTES ? PPI_BYTES : view.getUint16(start + 2, true);
  if (headerBytes < PPI_BYTES || end - start < headerBytes) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  if (view.getUint8(start) !== PPI_VERSION_0) {
    refuseFrame(facts, Anomaly.ForeignLinkLayer);
    return;
  }
  const linkType = view.getUint32(start + 4, true);
  const frame = start + headerBytes;
  if (linkType !== LINKTYPE_IEEE802_11) {
    decodeInner(view, frame, end, linkType, facts);
    return;
  }
  const flags = airFlags(view, start + PPI_BYTES, frame);
  if ((flags & PPI_BAD_CHECK_SEQUENCE) !== 0) {
    refuseFrame(facts, Anomaly.BadFrameCheckSequence);
    return;
  }
  const hasCheckSequence = (flags & PPI_WITH_CHECK_SEQUENCE) !== 0;
  decodeIeee80211(view, frame, hasCheckSequence ? beforeCheckSequence(start, end, facts) : end, facts);
}

function airFlags(view: DataView, start: number, end: number): number {
  let at = start;
  while (end - at >= PPI_FIELD_BYTES) {
    const bytes = view.getUint16(at + 2, true);
    const value = at + PPI_FIELD_BYTES;
    if (
      view.getUint16(at, true) === PPI_AIR &&
      bytes >= PPI_AIR_FLAGS + 2 &&
      end - value >= PPI_AIR_FLAGS + 2
    )
      return view.getUint16(value + PPI_AIR_FLAGS, true);
    at = value + bytes;
  }
  return 0;
}

/** Decodes a frame with Apple's header, which tells the frame's own link type, interface and process. */
export function decodePktap(view: DataView, start: number, end: number, facts: FrameFacts): void {
  beginFrame(facts, LinkAddresses.None);
  if (end - start < PKTAP_BYTES) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  const headerBytes = view.getUint32(start, true);
  const recordType = view.getUint32(start + 4, true);
  if (headerBytes < PKTAP_BYTES || headerBytes > LONGEST_PKTAP_BYTES || recordType > PKTAP_RECORD_PACKET) {
    refuseFrame(facts, Anomaly.ForeignLinkLayer);
    return;
  }
  if (end - start < headerBytes) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  if (recordType !== PKTAP_RECORD_PACKET) return;
  decodeInner(view, start + headerBytes, end, view.getUint32(start + 8, true), facts);
}

/** Those link layers that a wrapped frame is found with; not another wrapper. */
function decodeInner(view: DataView, start: number, end: number, linkType: number, facts: FrameFacts): void {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      beginFrame(facts, LinkAddresses.Both);
      decodeEthernet(view, start, end, facts);
      return;
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      decodeLoopback(view, start, end, facts);
      return;
    case LINKTYPE_RAW_OF_BSD:
    case LINKTYPE_RAW:
      decodeRawIp(view, start, end, facts);
      return;
    case LINKTYPE_IEEE802_11:
      decodeIeee80211(view, start, end, facts);
      return;
    default:
      refuseFrame(facts, Anomaly.ForeignLinkLayer);
  }
}
