import { decodeEtherType } from "./ether-type.ts";
import { Anomaly, type FrameFacts, LinkAddresses, PacketType } from "./facts.ts";
import {
  BROADCAST_MAC_HIGH,
  BROADCAST_MAC_LOW,
  beginFrame,
  readSource,
  refuseFrame,
  setDestination,
  UNKNOWN_MAC_HIGH,
  UNKNOWN_MAC_LOW,
} from "./link-addresses.ts";

/** LINKTYPE_LINUX_SLL: packet type 0..2 · ARPHRD_ 2..4 · address length 4..6 · address 6..14 · protocol 14..16. */
const V1_BYTES = 16;
/** LINKTYPE_LINUX_SLL2: protocol 0..2 · interface 4..8 · ARPHRD_ 8..10 · packet type 10 · address length 11 · address 12..20. */
const V2_BYTES = 20;

const MAC_BYTES = 6;

/** include/uapi/linux/if_arp.h: devices with MACs, and those whose protocol field is no ethertype. */
const ARPHRD_ETHER = 1;
const ARPHRD_IEEE802 = 6;
const ARPHRD_FRAD = 770;
const ARPHRD_IEEE80211 = 801;
const ARPHRD_IEEE80211_RADIOTAP = 803;
const ARPHRD_NETLINK = 824;

/** Decodes a frame of `tcpdump -i any` as libpcap before 1.10 writes it, with everything that it carries. */
export function decodeCookedV1(view: DataView, start: number, end: number, facts: FrameFacts): void {
  beginFrame(facts, LinkAddresses.None);
  if (end - start < V1_BYTES) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  const device = view.getUint16(start + 2);
  decodeCooked(view, device, view.getUint16(start), view.getUint16(start + 4), start + 6, facts);
  if (isEtherType(device)) decodeEtherType(view, start + V1_BYTES, end, view.getUint16(start + 14), facts);
}

/** The same of libpcap 1.10 and later, which also tells the interface. */
export function decodeCookedV2(view: DataView, start: number, end: number, facts: FrameFacts): void {
  beginFrame(facts, LinkAddresses.None);
  if (end - start < V2_BYTES) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  const device = view.getUint16(start + 8);
  facts.interfaceIndex = view.getInt32(start + 4);
  decodeCooked(view, device, view.getUint8(start + 10), view.getUint8(start + 11), start + 12, facts);
  if (isEtherType(device)) decodeEtherType(view, start + V2_BYTES, end, view.getUint16(start), facts);
}

function decodeCooked(
  view: DataView,
  device: number,
  packetType: number,
  addressBytes: number,
  address: number,
  facts: FrameFacts,
): void {
  const hasMac = (device === ARPHRD_ETHER || device === ARPHRD_IEEE802) && addressBytes === MAC_BYTES;
  if (!hasMac) return;
  facts.linkAddresses = LinkAddresses.SenderOnly;
  facts.packetType = packetTypeOf(packetType);
  readSource(view, address, facts);
  if (facts.packetType === PacketType.Broadcast) setDestination(facts, BROADCAST_MAC_HIGH, BROADCAST_MAC_LOW);
  else setDestination(facts, UNKNOWN_MAC_HIGH, UNKNOWN_MAC_LOW);
}

function packetTypeOf(value: number): PacketType {
  switch (value) {
    case PacketType.ToUs:
    case PacketType.Broadcast:
    case PacketType.Multicast:
    case PacketType.ToOther:
    case PacketType.Outgoing:
      return value;
    default:
      return PacketType.Unknown;
  }
}

function isEtherType(device: number): boolean {
  const isAir = device >= ARPHRD_IEEE80211 && device <= ARPHRD_IEEE80211_RADIOTAP;
  return !isAir && device !== ARPHRD_NETLINK && device !== ARPHRD_FRAD;
}
