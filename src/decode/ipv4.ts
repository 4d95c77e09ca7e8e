import { decodeDhcp } from "./dhcp.ts";
import { Anomaly, Control, type FrameFacts, FrameKind, IpProtocol } from "./facts.ts";
import { decodeHsrp, HSRP_PORT } from "./hsrp.ts";
import { decodeIcmp } from "./icmp.ts";
import {
  IPV4_HEADER_BYTES,
  ipv4Destination,
  ipv4HeaderBytes,
  ipv4Identification,
  ipv4Protocol,
  ipv4Source,
  ipv4Ttl,
  isLaterFragment,
  packetEnd,
  sentPacketEnd,
} from "./ipv4-header.ts";
import { decodeIpvsSync } from "./ipvs-sync.ts";
import { NotAnalysed, ofIpProtocol, ofUdp } from "./not-analysed.ts";
import { decodeTunnel } from "./tunnel.ts";
import { decodeVrrp } from "./vrrp.ts";

/** TCP and UDP both begin with source and destination port (RFC 9293, RFC 768). */
const PORTS_BYTES = 4;
/** RFC 9293, section 3.1. */
const TCP_FLAGS = 13;
const UDP_HEADER_BYTES = 8;

/** The UDP ports from which `sync_ports` of IPVS counts up (ip_vs_sync.c). */
export const IPVS_SYNC_PORTS = { first: 8848, last: 8911 } as const;

/** From a DHCP server's port to a client's (RFC 2131, section 4.1). */
export const DHCP_CLIENT_PORT = 68;
const DHCP_ANSWER_PORTS = (67 << 16) | DHCP_CLIENT_PORT;

/**
 * Decodes the IPv4 header at `start..end` of `view` into `facts`, and what LVS puts behind one: tunnelled packets,
 * VRRP advertisements, IPVS synchronisation.
 *
 * Of a later fragment the header is all there is. What lies behind the header and was not captured whole is left out;
 * the facts of the header hold.
 */
export function decodeIpv4(view: DataView, start: number, end: number, facts: FrameFacts): void {
  facts.control = Control.None;
  facts.tunnelDepth = 0;
  facts.ports = 0;
  facts.tcpFlags = 0;
  facts.refuses = false;
  if (end - start < IPV4_HEADER_BYTES) {
    facts.kind = FrameKind.Malformed;
    facts.anomaly = Anomaly.TruncatedIpv4;
    return;
  }
  const headerBytes = ipv4HeaderBytes(view, start);
  if (headerBytes === 0) {
    facts.kind = FrameKind.Malformed;
    facts.anomaly = Anomaly.CorruptIpv4;
    return;
  }
  facts.kind = FrameKind.Ipv4;
  facts.identification = ipv4Identification(view, start);
  facts.ttl = ipv4Ttl(view, start);
  facts.protocol = ipv4Protocol(view, start);
  facts.sourceIp = ipv4Source(view, start);
  facts.destinationIp = ipv4Destination(view, start);
  if (isLaterFragment(view, start)) return;
  const payload = start + headerBytes;
  if (facts.protocol === IpProtocol.Tcp || facts.protocol === IpProtocol.Udp) {
    if (end - payload < PORTS_BYTES) return;
    facts.ports = view.getInt32(payload);
    if (facts.protocol === IpProtocol.Udp) decodeUdp(view, start, payload, end, facts);
    else if (end - payload > TCP_FLAGS) facts.tcpFlags = view.getUint8(payload + TCP_FLAGS);
  } else if (facts.protocol === IpProtocol.Icmp) {
    decodeIcmp(view, payload, end, facts);
  } else if (facts.protocol === IpProtocol.IpIp || facts.protocol === IpProtocol.Gre) {
    decodeTunnel(view, start, payload, end, facts);
  } else if (facts.protocol === IpProtocol.Vrrp) {
    const sentEnd = sentPacketEnd(view, start, end);
    facts.control = decodeVrrp(view, payload, packetEnd(view, start, end), sentEnd, facts.advert);
  }
  if (facts.protocol !== IpProtocol.Tcp && facts.protocol !== IpProtocol.Udp && facts.tunnelDepth === 0)
    facts.notAnalysed = ofIpProtocol(view, payload, end, facts.protocol);
}

function decodeUdp(view: DataView, start: number, payload: number, end: number, facts: FrameFacts): void {
  const destinationPort = facts.ports & 0xffff;
  if (destinationPort >= IPVS_SYNC_PORTS.first && destinationPort <= IPVS_SYNC_PORTS.last) {
    facts.control = decodeIpvsSync(view, payload, packetEnd(view, start, end), facts.sync);
  }
  if (facts.ports === DHCP_ANSWER_PORTS) {
    facts.control = decodeDhcp(view, payload, packetEnd(view, start, end), facts.lease);
  }
  if (destinationPort === HSRP_PORT) {
    facts.control = decodeHsrp(view, payload + UDP_HEADER_BYTES, packetEnd(view, start, end), facts.advert);
  }
  if (facts.control !== Control.None) return;
  if (end - payload >= UDP_HEADER_BYTES + 2)
    facts.notAnalysed = ofUdp(destinationPort, view.getUint16(payload + UDP_HEADER_BYTES));
  if (facts.notAnalysed === NotAnalysed.Nothing) decodeTunnel(view, start, payload, end, facts);
}
