import { decodeArp } from "./arp.ts";
import { BeaconType, decodeBeacon } from "./beacon.ts";
import { Anomaly, type FrameFacts, FrameKind } from "./facts.ts";
import { decodeIpv4 } from "./ipv4.ts";
import { readMacs } from "./link-addresses.ts";
import { SNAP_BYTES, snapEtherType } from "./llc.ts";
import { ofEtherType } from "./not-analysed.ts";

export const EtherType = {
  Ipv4: 0x0800,
  Arp: 0x0806,
  Vlan: 0x8100,
  ServiceVlan: 0x88a8,
  OldQinQ: 0x9100,
  BackboneService: 0x88e7,
} as const;

const VLAN_TAG_BYTES = 4;
/** Deeper stacks are not built by switches; the frames are left alone. */
const DEEPEST_STACK = 4;

/** IEEE 802.3, 3.2.6: up to here the field is the length of an LLC frame, and no type. */
const LONGEST_LENGTH = 1500;

/** IEEE 802.1Q, 9.7: priority and flags 0 · I-SID 1..4 · the customer's destination, source and type. */
const SERVICE_TAG_BYTES = 4;
const CUSTOMER_HEADER_BYTES = 14;
/** Marks a segment that is a backbone service; above the customer's VLAN there is room for 18 bits of the I-SID. */
export const SERVICE_SEGMENT = 1 << 30;
const SERVICE_IDENTIFIER_MASK = 0x3ffff;

/**
 * Decodes what follows an ethertype, or the length field in its place, at `start..end` of `view`: VLAN tags, a backbone
 * service tag with the customer's frame, an LLC header with SNAP, and the layers above. What is none of it stays `Other`.
 */
export function decodeEtherType(
  view: DataView,
  start: number,
  end: number,
  outerEtherType: number,
  facts: FrameFacts,
): void {
  facts.isSnap = false;
  let etherType = outerEtherType;
  let offset = start;
  for (let depth = 0; isTag(etherType) && depth < DEEPEST_STACK; depth++) {
    const tagBytes =
      etherType === EtherType.BackboneService ? SERVICE_TAG_BYTES + CUSTOMER_HEADER_BYTES : VLAN_TAG_BYTES;
    if (end - offset < tagBytes) {
      facts.kind = FrameKind.Malformed;
      facts.anomaly = Anomaly.TruncatedVlan;
      return;
    }
    if (etherType === EtherType.BackboneService) enterService(view, offset, facts);
    else enterVlan(view.getUint16(offset) & 0xfff, facts);
    offset += tagBytes;
    etherType = view.getUint16(offset - 2);
  }
  if (etherType <= LONGEST_LENGTH) {
    facts.isSnap = true;
    etherType = snapEtherType(view, offset, end);
    offset += SNAP_BYTES;
  }
  if (etherType === EtherType.Ipv4) decodeIpv4(view, offset, end, facts);
  else if (etherType === EtherType.Arp) decodeArp(view, offset, end, facts);
  else if (isBeacon(etherType)) decodeBeacon(view, offset, end, etherType, facts);
  else facts.notAnalysed = ofEtherType(view, offset, end, etherType);
}

/** Identifier 0 is a priority tag (802.1Q 9.6): the frame belongs to no VLAN. */
function enterVlan(vlan: number, facts: FrameFacts): void {
  if (vlan === 0) return;
  const { segment } = facts;
  facts.segment =
    (segment & SERVICE_SEGMENT) === 0 ? ((segment & 0xfff) << 12) | vlan : (segment & ~0xfff) | vlan;
}

/** MAC-in-MAC: the outer addresses are the provider's switches', the hosts' are inside. */
function enterService(view: DataView, offset: number, facts: FrameFacts): void {
  facts.segment = SERVICE_SEGMENT | ((view.getUint32(offset) & SERVICE_IDENTIFIER_MASK) << 12);
  readMacs(view, offset + SERVICE_TAG_BYTES, offset + SERVICE_TAG_BYTES + 6, facts);
}

function isTag(etherType: number): boolean {
  return (
    etherType === EtherType.Vlan ||
    etherType === EtherType.ServiceVlan ||
    etherType === EtherType.OldQinQ ||
    etherType === EtherType.BackboneService
  );
}

function isBeacon(etherType: number): boolean {
  return (
    etherType === BeaconType.ReverseArp ||
    etherType === BeaconType.NlbHeartbeat ||
    etherType === BeaconType.Loopback
  );
}
