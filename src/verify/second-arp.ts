/**
 * A second reading of ARP, which shares nothing with `src/decode`: written from RFC 826 and IEEE 802.1Q by itself, in
 * plain reads at plain offsets. Keep it so; code in common would agree with itself.
 */
export interface SecondArp {
  operation: number;
  /** 48 bits. */
  senderMac: number;
  senderIp: number;
  targetMac: number;
  targetIp: number;
  /** Identifiers of the VLANs that the frame is tagged with, outer first; priority tags name none. */
  vlans: number[];
}

const TAG_TYPES = [0x8100, 0x88a8, 0x9100];
const MOST_TAGS = 4;

/** @returns null where the frame is no ARP request or reply for IPv4 over Ethernet, captured whole */
export function readSecondArp(frame: Buffer): SecondArp | null {
  let typeAt = 12;
  const vlans: number[] = [];
  for (let tags = 0; tags < MOST_TAGS; tags++) {
    if (frame.length < typeAt + 2 || !TAG_TYPES.includes(frame.readUIntBE(typeAt, 2))) break;
    if (frame.length < typeAt + 6) return null;
    const vlan = frame.readUIntBE(typeAt + 2, 2) % 4096;
    if (vlan > 0) vlans.push(vlan);
    typeAt += 4;
  }
  const arpAt = typeAt + 2;
  if (frame.length < arpAt + 28 || frame.readUIntBE(typeAt, 2) !== 0x0806) return null;
  const arp = frame.subarray(arpAt, arpAt + 28);
  const operation = arp.readUIntBE(6, 2);
  const hardwareType = arp.readUIntBE(0, 2);
  const isIpv4OverEthernet =
    (hardwareType === 1 || hardwareType === 6) &&
    arp.readUIntBE(2, 2) === 0x0800 &&
    arp.readUIntBE(4, 2) === 0x0604;
  if (!isIpv4OverEthernet || (operation !== 1 && operation !== 2)) return null;
  return {
    operation,
    senderMac: arp.readUIntBE(8, 6),
    senderIp: arp.readUIntBE(14, 4),
    targetMac: arp.readUIntBE(18, 6),
    targetIp: arp.readUIntBE(24, 4),
    vlans,
  };
}
