/** Wireshark's own numbers of link types, WTAP_ENCAP_ in wiretap/wtap.h, and those of tcpdump.org's list for them. */
const LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [2, 6],
  [4, 9],
  [6, 10],
  [7, 101],
  [8, 7],
  [9, 129],
  [15, 0],
  [20, 105],
  [21, 119],
  [23, 127],
  [24, 163],
  [25, 113],
  [97, 192],
  [129, 228],
  [130, 229],
  [141, 239],
  [171, 258],
  [174, 108],
  [180, 242],
  [210, 276],
]);

/** By a packet's first protocol, for a dissection without the `frame` protocol. */
const FIRST_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["eth", 1],
  ["raw", 101],
  ["ip", 228],
  ["null", 0],
  ["sll", 113],
  ["wlan", 105],
  ["radiotap", 127],
  ["ppi", 192],
  ["pktap", 258],
  ["nflog", 239],
]);

/** Beyond every LINKTYPE_: from here on Wireshark's own number, for a link type that is not understood. */
const UNLISTED = 0x1_0000;

/** @returns a LINKTYPE_ value, or a number above all of them */
export function encapsulationLinkType(encapsulation: number): number {
  return LINK_TYPES.get(encapsulation) ?? UNLISTED + encapsulation;
}

export function protocolLinkType(protocol: string): number | null {
  return FIRST_PROTOCOLS.get(protocol) ?? null;
}
