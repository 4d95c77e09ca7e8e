import type { FrameWriter } from "./frame-writer.ts";
import { Random } from "./random.ts";

/** A host on the segment: an address, and the MAC's upper 16 and lower 32 bits. */
export interface Host {
  readonly ip: number;
  readonly macHigh: number;
  readonly macLow: number;
}

/** What a packet says above Ethernet; a forwarder passes it on as it is, with one hop less to live. */
export interface Packet {
  sourceIp: number;
  destinationIp: number;
  sourcePort: number;
  destinationPort: number;
  identification: number;
  timeToLive: number;
  /** IPv4 header and all behind it; at least 40, at most 1500. */
  bytes: number;
}

const ETHERNET_BYTES = 14;
const IPV4_BYTES = 20;
const TCP_BYTES = 20;
const ARP_BYTES = 28;

const PROTOCOL_IPIP = 4;
const PROTOCOL_TCP = 6;
const DONT_FRAGMENT = 0x4000;
const TCP_OFFSET_AND_ACK = 0x5010;

const BROADCAST: Host = { ip: 0, macHigh: 0xffff, macLow: -1 };
const NOBODY: Host = { ip: 0, macHigh: 0, macLow: 0 };

/** 02:00 and four bytes: a locally administered MAC, the address's own bytes in it. */
export function host(ip: number): Host {
  return { ip, macHigh: 0x0200, macLow: ip };
}

export function ipv4(a: number, b: number, c: number, d: number): number {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

/** Writes frames one after the other, each a few microseconds after the last. */
export class FrameMaker {
  arpFrames = 0;
  private readonly writer: FrameWriter;
  private readonly random: Random;
  private readonly payload: Uint8Array;
  private readonly meanGapUs: number;
  private seconds: number;
  private microseconds = 0;

  constructor(writer: FrameWriter, random: Random, startSeconds: number, meanGapUs: number) {
    this.writer = writer;
    this.random = random;
    this.seconds = startSeconds;
    this.meanGapUs = meanGapUs;
    const noise = new Random(random.next());
    this.payload = Uint8Array.from({ length: 1 << 16 }, () => noise.below(256));
  }

  get frames(): number {
    return this.writer.frames;
  }

  get writtenBytes(): number {
    return this.writer.writtenBytes;
  }

  /** A TCP segment in IPv4. @param atLeast pads the frame as a card does */
  packet(from: Host, to: Host, packet: Packet, atLeast = 0): void {
    const frameBytes = Math.max(ETHERNET_BYTES + packet.bytes, atLeast);
    const at = this.begin(frameBytes, from, to, 0x0800);
    this.tcpInIpv4(at, packet);
    this.writer.bytes.fill(0, at + packet.bytes, at - ETHERNET_BYTES + frameBytes);
  }

  /** The same inside another IPv4 header, from `from` to `to` (RFC 2003). */
  tunnelled(from: Host, to: Host, packet: Packet, identification: number): void {
    const bytes = IPV4_BYTES + packet.bytes;
    const at = this.begin(ETHERNET_BYTES + bytes, from, to, 0x0800);
    this.ipv4Header(at, bytes, identification, 64, PROTOCOL_IPIP, from.ip, to.ip);
    this.tcpInIpv4(at + IPV4_BYTES, packet);
  }

  /** `who-has asked tell told`, from `from`; to the whole segment, or as a probe to the one who is believed to hold it. */
  request(from: Host, askedIp: number, toldIp: number = from.ip, to: Host = BROADCAST): void {
    this.arp(1, from, to, { ...from, ip: toldIp }, { ...NOBODY, ip: askedIp });
  }

  reply(from: Host, to: Host, ip: number, toldIp: number = to.ip): void {
    this.arp(2, from, to, { ...from, ip }, { ...to, ip: toldIp });
  }

  /** A gratuitous request, as keepalived and `arping -U` send it. */
  announce(from: Host, ip: number): void {
    this.arp(1, from, BROADCAST, { ...from, ip }, { ...BROADCAST, ip });
  }

  private arp(operation: number, from: Host, to: Host, sender: Host, target: Host): void {
    this.arpFrames++;
    const at = this.begin(ETHERNET_BYTES + ARP_BYTES, from, to, 0x0806);
    const { view } = this.writer;
    view.setInt32(at, 0x00010800);
    view.setInt32(at + 4, 0x06040000 | operation);
    view.setUint16(at + 8, sender.macHigh);
    view.setInt32(at + 10, sender.macLow);
    view.setInt32(at + 14, sender.ip);
    view.setUint16(at + 18, target.macHigh);
    view.setInt32(at + 20, target.macLow);
    view.setInt32(at + 24, target.ip);
  }

  private begin(frameBytes: number, from: Host, to: Host, etherType: number): number {
    this.microseconds += this.random.below(2 * this.meanGapUs + 1);
    if (this.microseconds >= 1_000_000) {
      this.microseconds -= 1_000_000;
      this.seconds++;
    }
    const at = this.writer.reserve(frameBytes, this.seconds, this.microseconds);
    const { view } = this.writer;
    view.setUint16(at, to.macHigh);
    view.setInt32(at + 2, to.macLow);
    view.setUint16(at + 6, from.macHigh);
    view.setInt32(at + 8, from.macLow);
    view.setUint16(at + 12, etherType);
    return at + ETHERNET_BYTES;
  }

  private tcpInIpv4(at: number, packet: Packet): void {
    this.ipv4Header(
      at,
      packet.bytes,
      packet.identification,
      packet.timeToLive,
      PROTOCOL_TCP,
      packet.sourceIp,
      packet.destinationIp,
    );
    const { view, bytes } = this.writer;
    const tcp = at + IPV4_BYTES;
    view.setUint16(tcp, packet.sourcePort);
    view.setUint16(tcp + 2, packet.destinationPort);
    view.setInt32(tcp + 4, packet.identification << 12);
    view.setInt32(tcp + 8, packet.identification << 10);
    view.setUint16(tcp + 12, TCP_OFFSET_AND_ACK);
    view.setUint16(tcp + 14, 0xffff);
    // As a card with checksum offload hands it to the capture.
    view.setInt32(tcp + 16, 0);
    const payloadBytes = packet.bytes - IPV4_BYTES - TCP_BYTES;
    const from = (packet.identification * 64) & 0x7fff;
    if (payloadBytes > 0) bytes.set(this.payload.subarray(from, from + payloadBytes), tcp + TCP_BYTES);
  }

  private ipv4Header(
    at: number,
    bytes: number,
    identification: number,
    timeToLive: number,
    protocol: number,
    sourceIp: number,
    destinationIp: number,
  ): void {
    const { view } = this.writer;
    view.setInt32(at, 0x45000000 | bytes);
    view.setUint16(at + 4, identification);
    view.setUint16(at + 6, DONT_FRAGMENT);
    view.setUint16(at + 8, (timeToLive << 8) | protocol);
    const sum =
      0x4500 +
      bytes +
      identification +
      DONT_FRAGMENT +
      ((timeToLive << 8) | protocol) +
      (sourceIp >>> 16) +
      (sourceIp & 0xffff) +
      (destinationIp >>> 16) +
      (destinationIp & 0xffff);
    const folded = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(at + 10, ~(folded + (folded >>> 16)));
    view.setInt32(at + 12, sourceIp);
    view.setInt32(at + 16, destinationIp);
  }
}
