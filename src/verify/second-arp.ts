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
  vlans: readonly number[];
}

const ADDRESSES_BYTES = 12;
const TAG_BYTES = 4;
const MOST_TAGS = 4;

/** @returns null where the frame is no ARP request or reply for IPv4 over Ethernet, captured whole */
export function readSecondArp(frame: Buffer): SecondArp | null {
  let tags = 0;
  while (tags < MOST_TAGS && isTag(frame, ADDRESSES_BYTES + tags * TAG_BYTES)) tags++;
  const typeAt = ADDRESSES_BYTES + tags * TAG_BYTES;
  const arpAt = typeAt + 2 + (isSnap(frame, typeAt) ? 8 : 0);
  if (frame.length < arpAt + 28 || frame.readUIntBE(arpAt - 2, 2) !== 0x0806) return null;
  const operation = frame.readUIntBE(arpAt + 6, 2);
  const hardwareType = frame.readUIntBE(arpAt, 2);
  const isIpv4OverEthernet =
    (hardwareType === 1 || hardwareType === 6) &&
    frame.readUIntBE(arpAt + 2, 2) === 0x0800 &&
    frame.readUIntBE(arpAt + 4, 2) === 0x0604;
  if (!isIpv4OverEthernet || (operation !== 1 && operation !== 2)) return null;
  return {
    operation,
    senderMac: frame.readUIntBE(arpAt + 8, 6),
    senderIp: frame.readUIntBE(arpAt + 14, 4),
    targetMac: frame.readUIntBE(arpAt + 18, 6),
    targetIp: frame.readUIntBE(arpAt + 24, 4),
    vlans: vlansOf(frame, tags),
  };
}

function isTag(frame: Buffer, typeAt: number): boolean {
  if (frame.length < typeAt + 2) return false;
  const type = frame.readUIntBE(typeAt, 2);
  return type === 0x8100 || type === 0x88a8 || type === 0x9100;
}

/** RFC 1042 behind an IEEE 802.3 length: the type is the last of eight bytes more. */
function isSnap(frame: Buffer, typeAt: number): boolean {
  if (frame.length < typeAt + 10 || frame.readUIntBE(typeAt, 2) > 1500) return false;
  const header = frame.subarray(typeAt + 2, typeAt + 8).toString("hex");
  return header === "aaaa03000000" || header === "aaaa030000f8";
}

function vlansOf(frame: Buffer, tags: number): number[] {
  const vlans = [];
  for (let tag = 0; tag < tags; tag++) {
    const vlan = frame.readUIntBE(ADDRESSES_BYTES + tag * TAG_BYTES + 2, 2) % 4096;
    if (vlan > 0) vlans.push(vlan);
  }
  return vlans;
}
