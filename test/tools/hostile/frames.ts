/** Frames made by the million: one buffer each, filled in place, and by no code of src. */

export const ARP_FRAME_BYTES = 42;
export const IPV4_FRAME_BYTES = 54;

export interface ArpNumbers {
  readonly operation: number;
  /** Lower 32 bits of the MAC; its upper 16 are those of a locally administered one. */
  readonly mac: number;
  readonly senderIp: number;
  readonly targetIp: number;
  /** Null for a broadcast. */
  readonly to?: number | null;
}

const LOCAL_MAC_HIGH = 0x0200;

/** RFC 826 in Ethernet II. */
export function writeArp(
  target: Buffer,
  at: number,
  { operation, mac, senderIp, targetIp, to = null }: ArpNumbers,
): void {
  writeMac(target, at, to);
  writeMac(target, at + 6, mac);
  target.writeUInt16BE(0x0806, at + 12);
  target.writeUInt32BE(0x0001_0800, at + 14);
  target.writeUInt32BE(0x0604_0000 | operation, at + 18);
  writeMac(target, at + 22, mac);
  target.writeUInt32BE(senderIp >>> 0, at + 28);
  if (operation === 1) target.fill(0, at + 32, at + 38);
  else writeMac(target, at + 32, to);
  target.writeUInt32BE(targetIp >>> 0, at + 38);
}

/** RFC 791 and the beginning of TCP in Ethernet II. */
export function writeIpv4(
  target: Buffer,
  at: number,
  { from, to, source, destination, port }: Record<"from" | "to" | "source" | "destination" | "port", number>,
): void {
  writeMac(target, at, to);
  writeMac(target, at + 6, from);
  target.writeUInt16BE(0x0800, at + 12);
  target.writeUInt32BE(0x4500_0028, at + 14);
  target.writeUInt32BE(0, at + 18);
  target.writeUInt32BE(0x4006_0000, at + 22);
  target.writeUInt32BE(source >>> 0, at + 26);
  target.writeUInt32BE(destination >>> 0, at + 30);
  target.writeUInt16BE(port & 0xffff, at + 34);
  target.writeUInt16BE(80, at + 36);
  target.fill(0, at + 38, at + 54);
  target[at + 47] = 0x10;
}

function writeMac(target: Buffer, at: number, mac: number | null): void {
  target.writeUInt16BE(mac === null ? 0xffff : LOCAL_MAC_HIGH, at);
  target.writeUInt32BE(mac === null ? 0xffff_ffff : mac >>> 0, at + 2);
}

/** A number that looks like chance and is never the same for two below 2^32 (the finaliser of MurmurHash3). */
export function scatter(number: number): number {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Within 10.0.0.0/8. */
export function privateIp(number: number): number {
  return 0x0a00_0000 | (number & 0xff_ffff);
}
