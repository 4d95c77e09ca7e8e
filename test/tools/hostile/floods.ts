import { pcapHeader, RECORD_HEADER_BYTES } from "../../support/pcap.ts";
import { ARP_FRAME_BYTES, IPV4_FRAME_BYTES, privateIp, scatter, writeArp, writeIpv4 } from "./frames.ts";

/** A capture of any length, made as it is read. */
export interface Flood {
  readonly name: string;
  readonly frameBytes: number;
  /** Writes the frame of this index at `at`. */
  write(target: Buffer, at: number, index: number): void;
}

const VIP = 0xc0a8_0102;
/** The last bytes of those that the incidents' hosts have, and of one that none has. */
const DIRECTOR_MAC = 0x10;
const FORGER_MAC = 0x77;

/** Each meant to fill another table. */
export const FLOODS: readonly Flood[] = [
  {
    name: "spoofed ARP senders",
    frameBytes: ARP_FRAME_BYTES,
    write: (target, at, index) =>
      writeArp(target, at, {
        operation: 1,
        mac: scatter(index),
        senderIp: privateIp(scatter(index)),
        targetIp: VIP,
      }),
  },
  {
    name: "spoofed ARP replies to one host",
    frameBytes: ARP_FRAME_BYTES,
    write: (target, at, index) =>
      writeArp(target, at, {
        operation: 2,
        mac: scatter(index),
        senderIp: privateIp(scatter(index)),
        targetIp: VIP,
        to: DIRECTOR_MAC,
      }),
  },
  {
    name: "VLAN and address pairs",
    frameBytes: ARP_FRAME_BYTES + 4,
    write(target, at, index) {
      const vlan = 1 + (index % 4094);
      const host = Math.floor(index / 4094);
      writeArp(target, at + 4, {
        operation: 1,
        mac: index,
        senderIp: privateIp(host + 1),
        targetIp: privateIp(0),
      });
      target.copyWithin(at, at + 4, at + 16);
      target.writeUInt32BE((0x8100_0000 | vlan) >>> 0, at + 12);
    },
  },
  {
    name: "MACs that claim one address",
    frameBytes: ARP_FRAME_BYTES,
    write: (target, at, index) =>
      writeArp(target, at, { operation: 2, mac: scatter(index), senderIp: VIP, targetIp: VIP }),
  },
  {
    name: "addresses claimed by one MAC",
    frameBytes: ARP_FRAME_BYTES,
    write: (target, at, index) =>
      writeArp(target, at, { operation: 1, mac: 7, senderIp: privateIp(scatter(index)), targetIp: VIP }),
  },
  {
    name: "requests for any address",
    frameBytes: ARP_FRAME_BYTES,
    write: (target, at, index) =>
      writeArp(target, at, { operation: 1, mac: 7, senderIp: VIP, targetIp: privateIp(scatter(index)) }),
  },
  {
    name: "requests of any host for one address",
    frameBytes: ARP_FRAME_BYTES,
    write: (target, at, index) =>
      writeArp(target, at, { operation: 1, mac: scatter(index), senderIp: 0, targetIp: VIP }),
  },
  {
    name: "spoofed IPv4 senders",
    frameBytes: IPV4_FRAME_BYTES,
    write: (target, at, index) =>
      writeIpv4(target, at, {
        from: scatter(index),
        to: DIRECTOR_MAC,
        source: privateIp(scatter(index)),
        destination: VIP,
        port: index,
      }),
  },
  {
    name: "traffic for one address to any MAC",
    frameBytes: IPV4_FRAME_BYTES,
    write: (target, at, index) =>
      writeIpv4(target, at, {
        from: FORGER_MAC,
        to: scatter(index),
        source: privateIp(1),
        destination: VIP,
        port: index,
      }),
  },
];

const CHUNK_FRAMES = 4096;

/** @param perSecond how many frames a second, by the capture's times */
export function* floodCapture(flood: Flood, frames: number, perSecond = 100_000): Generator<Buffer> {
  yield pcapHeader();
  const recordBytes = RECORD_HEADER_BYTES + flood.frameBytes;
  for (let first = 0; first < frames; first += CHUNK_FRAMES) {
    const count = Math.min(CHUNK_FRAMES, frames - first);
    const chunk = Buffer.allocUnsafe(count * recordBytes);
    for (let index = first, at = 0; index < first + count; index++, at += recordBytes) {
      chunk.writeUInt32LE(1_700_000_000 + Math.floor(index / perSecond), at);
      chunk.writeUInt32LE(Math.floor((index % perSecond) * (1e9 / perSecond)), at + 4);
      chunk.writeUInt32LE(flood.frameBytes, at + 8);
      chunk.writeUInt32LE(flood.frameBytes, at + 12);
      flood.write(chunk, at + RECORD_HEADER_BYTES, index);
    }
    yield chunk;
  }
}
