/** LINKTYPE_ETHERNET of tcpdump.org's list. */
export const LINKTYPE_ETHERNET = 1;
const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_LINUX_SLL2 = 276;

/**
 * How long a captured frame may be, in bytes (pcap-common.c of libpcap, `max_snaplen_for_dlt`): more is damage.
 */
export function longestFrame(linkType: number): number {
  return LONGER_FRAMES.get(linkType) ?? 262_144;
}

/** DBUS, EBHSCR, USBPCAP. */
const LONGER_FRAMES: ReadonlyMap<number, number> = new Map([
  [231, 128 << 20],
  [279, 8 << 20],
  [249, 128 << 20],
]);

/** The names that a report is likely to need; what has none here is shown by its number. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, "NULL"],
  [1, "ETHERNET"],
  [6, "IEEE802_5"],
  [7, "ARCNET_BSD"],
  [9, "PPP"],
  [10, "FDDI"],
  [12, "RAW"],
  [14, "RAW"],
  [101, "RAW"],
  [105, "IEEE802_11"],
  [108, "LOOP"],
  [113, "LINUX_SLL"],
  [119, "IEEE802_11_PRISM"],
  [127, "IEEE802_11_RADIOTAP"],
  [129, "ARCNET_LINUX"],
  [149, "USER2"],
  [163, "IEEE802_11_AVS"],
  [192, "PPI"],
  [228, "IPV4"],
  [229, "IPV6"],
  [239, "NFLOG"],
  [242, "IPOIB"],
  [258, "PKTAP"],
  [276, "LINUX_SLL2"],
]);

/** What tcpdump writes for `-i any`: a header of its own, without the destination MAC, in place of Ethernet's. */
export function isCooked(linkType: number): boolean {
  return linkType === LINKTYPE_LINUX_SLL || linkType === LINKTYPE_LINUX_SLL2;
}

export function linkTypeName(linkType: number): string {
  return NAMES.get(linkType) ?? String(linkType);
}
