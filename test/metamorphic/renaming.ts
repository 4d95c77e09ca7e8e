import { internetChecksum } from "../support/frames.ts";
import type { CapturedFrame } from "../support/pcap.ts";

/**
 * Gives every host of a capture another MAC and another address, and every segment another prefix. The structure stays:
 * who shares a /24, which MACs are virtual, group or zero, and which addresses have a meaning of their own.
 */

const MAC_KEY = [0, 0x00, 0x37, 0x5a, 0xc3, 0x69];
/** Of MACs that a protocol gives away: VRRP and CARP, HSRP 1 and 2, GLBP, Microsoft's NLB. */
const VIRTUAL_MACS = /^(00005e0001|00000c07ac|00000c9ff|0007b4|0[123]bf)/;

/** RFC 2281, section 5: the group's address follows version, times, priority and authentication. */
const HSRP_PORT = 1985;
const HSRP_VIRTUAL_ADDRESS = 16;

export function renamedMac(mac: string): string {
  const bytes = Buffer.from(mac.replaceAll(":", ""), "hex");
  renameMac(bytes, 0);
  return bytes.toString("hex").replace(/(..)(?=.)/g, "$1:");
}

export function renamedIp(ip: string): string {
  const bytes = Buffer.from(ip.split(".").map(Number));
  renameIp(bytes, 0);
  return [...bytes].join(".");
}

export function renamed(frames: readonly CapturedFrame[]): CapturedFrame[] {
  return frames.map(({ atNs, bytes }) => {
    const copy = Buffer.from(bytes);
    renameFrame(copy);
    return { atNs, bytes: copy };
  });
}

function renameMac(bytes: Buffer, at: number): void {
  if (at + 6 > bytes.length) return;
  const hex = bytes.toString("hex", at, at + 6);
  if (((bytes[at] ?? 0) & 1) === 1 || hex === "000000000000" || VIRTUAL_MACS.test(hex)) return;
  for (const [index, key] of MAC_KEY.entries()) bytes[at + index] = (bytes[at + index] ?? 0) ^ key;
}

function renameIp(bytes: Buffer, at: number): void {
  if (at + 4 > bytes.length) return;
  const first = bytes[at] ?? 0;
  const last = bytes[at + 3] ?? 0;
  if (first === 0 || first === 127 || first >= 224 || (first === 169 && bytes[at + 1] === 254)) return;
  // 1 to 223 but 127 and 169 stay in that range: pairs of neighbours change places.
  bytes[at] = first === 126 || first === 168 || first === 223 || first === 1 ? first : swapped(first);
  bytes[at + 1] = (bytes[at + 1] ?? 0) ^ 0x15;
  bytes[at + 2] = (bytes[at + 2] ?? 0) ^ 0x2a;
  if (last !== 0 && last !== 255) bytes[at + 3] = 255 - last;
}

/** 2 and 3, 4 and 5, and so on. */
function swapped(value: number): number {
  return value ^ 1;
}

function renameFrame(frame: Buffer): void {
  renameMac(frame, 0);
  renameMac(frame, 6);
  let at = 12;
  while (at + 4 <= frame.length && [0x8100, 0x88a8, 0x9100].includes(frame.readUInt16BE(at))) at += 4;
  if (at + 2 > frame.length) return;
  const type = frame.readUInt16BE(at);
  if (type === 0x0806) renameArp(frame, at + 2);
  else if (type === 0x0800) renameIpv4(frame, at + 2);
}

function renameArp(frame: Buffer, at: number): void {
  if (at + 28 > frame.length || frame[at + 4] !== 6 || frame[at + 5] !== 4) return;
  renameMac(frame, at + 8);
  renameIp(frame, at + 14);
  renameMac(frame, at + 18);
  renameIp(frame, at + 24);
}

function renameIpv4(frame: Buffer, at: number): void {
  if (at + 20 > frame.length || (frame[at] ?? 0) >> 4 !== 4) return;
  const headerBytes = ((frame[at] ?? 0) & 0xf) * 4;
  renameIp(frame, at + 12);
  renameIp(frame, at + 16);
  frame.writeUInt16BE(0, at + 10);
  const header = frame.subarray(at, Math.min(at + headerBytes, frame.length));
  if (header.length === headerBytes && headerBytes >= 20)
    frame.writeUInt16BE(internetChecksum(header), at + 10);
  const isLaterFragment = (frame.readUInt16BE(at + 6) & 0x1fff) !== 0;
  if (!isLaterFragment) renamePayload(frame, at + headerBytes, frame[at + 9] ?? 0);
}

function renamePayload(frame: Buffer, at: number, protocol: number): void {
  if (protocol === 4) renameIpv4(frame, at);
  // A GRE header without options, and ICMP errors, which quote a packet.
  else if (protocol === 47 && at + 4 <= frame.length && frame.readUInt16BE(at + 2) === 0x0800)
    renameIpv4(frame, at + 4);
  else if (protocol === 1 && [3, 5, 11, 12].includes(frame[at] ?? 0)) {
    if (frame[at] === 5) renameIp(frame, at + 4);
    renameIpv4(frame, at + 8);
  } else if (protocol === 17 && at + 8 <= frame.length && frame.readUInt16BE(at + 2) === HSRP_PORT) {
    renameIp(frame, at + 8 + HSRP_VIRTUAL_ADDRESS);
  } else if (protocol === 112) {
    for (let index = 0; index < (frame[at + 3] ?? 0); index++) renameIp(frame, at + 8 + index * 4);
  }
}
