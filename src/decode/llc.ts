/** IEEE 802.2 and RFC 1042: DSAP and SSAP 0xaa, unnumbered information 0x03 · organisation 3..6 · ethertype 6..8. */
export const SNAP_BYTES = 8;
const SNAP_AND_ORGANISATION_HIGH = 0xaaaa0300;
/** Ethernet's types stand under organisation 0, and under 0000f8 where a bridge found them in Ethernet frames (802.1H). */
const ENCAPSULATED_ETHERNET = 0x0000;
const BRIDGE_TUNNEL = 0x00f8;

/** The ethertype in the LLC and SNAP headers at `start..end` of `view`, -1 where there is none. */
export function snapEtherType(view: DataView, start: number, end: number): number {
  if (end - start < SNAP_BYTES || view.getUint32(start) !== SNAP_AND_ORGANISATION_HIGH) return -1;
  const organisationLow = view.getUint16(start + 4);
  if (organisationLow !== ENCAPSULATED_ETHERNET && organisationLow !== BRIDGE_TUNNEL) return -1;
  return view.getUint16(start + 6);
}
