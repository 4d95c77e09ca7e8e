import { LINKTYPE_ETHERNET } from "../../src/capture/link-type.ts";
import { Anomaly, Control, FrameFacts, FrameKind } from "../../src/decode/facts.ts";
import { linkDecoder } from "../../src/decode/link-layer.ts";
import {
  arp,
  BROADCAST_MAC,
  CLIENT,
  DIRECTOR,
  EtherType,
  ethernet,
  GATEWAY,
  ipip,
  NEIGHBOUR,
  NO_MAC,
  REAL_SERVER,
  VIP,
} from "../../test/support/frames.ts";
import {
  avs,
  backbone,
  cookedV1,
  cookedV2,
  ieee80211,
  loopback,
  nflog,
  pktap,
  ppi,
  prism,
  radiotap,
  rawIp,
  snap,
} from "../../test/support/link-layers.ts";
import {
  advertisement,
  carp,
  gre,
  gue,
  synchronisation,
  syncV0,
  syncV1,
  vrrp,
} from "../../test/support/lvs-frames.ts";
import { portUnreachable, TcpFlag, tcpSegment } from "../../test/support/refusals.ts";
import { dhcp, learningFrame, nlbHeartbeat, reverseArp } from "../../test/support/signals.ts";
import type { Benchmark, Prepared } from "./benchmark.ts";

const DECODES = 1_000_000;
/** More than the processor's first cache holds of anything: frames come from elsewhere. */
const COPIES = 1024;

const segment = tcpSegment(CLIENT, DIRECTOR, {
  source: CLIENT.ip,
  destination: VIP,
  sourcePort: 40_000,
  destinationPort: 443,
  flags: TcpFlag.Ack,
});
const packet = rawIp(segment);
const request = ethernet({
  to: BROADCAST_MAC,
  from: GATEWAY.mac,
  type: EtherType.Arp,
  payload: arp({
    operation: 1,
    senderMac: GATEWAY.mac,
    senderIp: GATEWAY.ip,
    targetMac: NO_MAC,
    targetIp: VIP,
  }),
});
const synced = Array.from({ length: 20 }, () => ({
  client: CLIENT.ip,
  vip: VIP,
  realServer: REAL_SERVER.ip,
  forwarding: 3,
}));
const air = ieee80211(segment, { fromDs: true, qos: true });

const isIpv4 = ({ kind }: FrameFacts) => kind === FrameKind.Ipv4;
const isArp = ({ kind }: FrameFacts) => kind === FrameKind.Arp;
const isBeacon = ({ kind }: FrameFacts) => kind === FrameKind.Beacon;
const isTunnel = ({ tunnelDepth }: FrameFacts) => tunnelDepth === 1;
const refuses = (facts: FrameFacts) => facts.refuses;
const says = (control: Control) => (facts: FrameFacts) => facts.control === control;

interface Example {
  readonly name: string;
  /** LINKTYPE_ value; Ethernet where there is none. */
  readonly linkType?: number;
  readonly frame: Buffer;
  readonly isUnderstood: (facts: FrameFacts) => boolean;
}

function inEthernet(payload: Uint8Array): Buffer {
  return ethernet({ to: REAL_SERVER.mac, from: DIRECTOR.mac, type: EtherType.Ipv4, payload });
}

const tagged = ethernet({
  to: DIRECTOR.mac,
  from: GATEWAY.mac,
  tags: [{ vlan: 5, type: EtherType.ServiceVlan }, { vlan: 7 }],
  type: EtherType.Ipv4,
  payload: packet,
});

const EXAMPLES: readonly Example[] = [
  { name: "Ethernet, IPv4, TCP", frame: segment, isUnderstood: isIpv4 },
  { name: "Ethernet, ARP", frame: request, isUnderstood: isArp },
  { name: "two VLAN tags", frame: tagged, isUnderstood: isIpv4 },
  { name: "LLC and SNAP", frame: snap(segment), isUnderstood: isIpv4 },
  { name: "802.1ah", frame: backbone(segment, 1), isUnderstood: isIpv4 },
  {
    name: "tunnel, IPIP",
    frame: inEthernet(ipip(DIRECTOR.ip, REAL_SERVER.ip, packet)),
    isUnderstood: isTunnel,
  },
  {
    name: "tunnel, GRE",
    frame: inEthernet(gre(DIRECTOR.ip, REAL_SERVER.ip, packet)),
    isUnderstood: isTunnel,
  },
  {
    name: "tunnel, GUE",
    frame: inEthernet(gue(DIRECTOR.ip, REAL_SERVER.ip, packet)),
    isUnderstood: isTunnel,
  },
  {
    name: "VRRP",
    frame: advertisement(DIRECTOR, vrrp({ addresses: [VIP] })),
    isUnderstood: says(Control.Vrrp),
  },
  { name: "CARP", frame: advertisement(DIRECTOR, carp(1)), isUnderstood: says(Control.Carp) },
  {
    name: "IPVS synchronisation, version 1, 20 connections",
    frame: synchronisation(DIRECTOR, syncV1(synced)),
    isUnderstood: says(Control.IpvsSync),
  },
  {
    name: "IPVS synchronisation, version 0, 20 connections",
    frame: synchronisation(DIRECTOR, syncV0(synced)),
    isUnderstood: says(Control.IpvsSync),
  },
  { name: "DHCP", frame: dhcp(GATEWAY, NEIGHBOUR), isUnderstood: says(Control.Lease) },
  {
    name: "ICMP unreachable",
    frame: portUnreachable(REAL_SERVER, GATEWAY, { client: CLIENT.ip, clientPort: 40_000, vip: VIP }),
    isUnderstood: refuses,
  },
  { name: "RARP", frame: reverseArp(NEIGHBOUR), isUnderstood: isBeacon },
  { name: "NLB heartbeat", frame: nlbHeartbeat(NEIGHBOUR, 1, VIP), isUnderstood: isBeacon },
  { name: "bonding's learning frame", frame: learningFrame(NEIGHBOUR.mac), isUnderstood: isBeacon },
  { name: "BSD loopback", linkType: 0, frame: loopback(segment, true), isUnderstood: isIpv4 },
  { name: "raw IP", linkType: 101, frame: packet, isUnderstood: isIpv4 },
  { name: "raw IPv4", linkType: 228, frame: packet, isUnderstood: isIpv4 },
  { name: "cooked v1", linkType: 113, frame: cookedV1(segment), isUnderstood: isIpv4 },
  { name: "cooked v2", linkType: 276, frame: cookedV2(segment), isUnderstood: isIpv4 },
  { name: "802.11", linkType: 105, frame: air, isUnderstood: isIpv4 },
  {
    name: "radiotap",
    linkType: 127,
    frame: radiotap(air, { flags: 0x10, time: true }),
    isUnderstood: isIpv4,
  },
  { name: "Prism", linkType: 119, frame: prism(air), isUnderstood: isIpv4 },
  { name: "AVS", linkType: 163, frame: avs(air), isUnderstood: isIpv4 },
  { name: "PPI", linkType: 192, frame: ppi(air), isUnderstood: isIpv4 },
  { name: "NFLOG", linkType: 239, frame: nflog(segment), isUnderstood: isIpv4 },
  { name: "PKTAP", linkType: 258, frame: pktap(segment), isUnderstood: isIpv4 },
];

/** One frame of each thing that is understood, again and again. */
export const DECODERS: readonly Benchmark[] = EXAMPLES.map((example) => ({
  name: `decode, ${example.name}`,
  prepare: () => prepareDecode(example),
}));

function prepareDecode({ name, linkType = LINKTYPE_ETHERNET, frame, isUnderstood }: Example): Prepared {
  const decode = linkDecoder(linkType);
  if (decode === undefined) throw new Error(`${name}: there is no decoder of link type ${linkType}`);
  const bytes = Buffer.concat(Array.from({ length: COPIES }, () => frame));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const facts = new FrameFacts();
  facts.originalBytes = frame.length;
  const frameBytes = frame.length;
  const round = () => {
    let decoded = 0;
    for (let index = 0; index < DECODES; index++) {
      const start = (index % COPIES) * frameBytes;
      decode(view, start, start + frameBytes, facts);
      if (facts.anomaly === Anomaly.None) decoded++;
    }
    // Once, so that it is not what is measured.
    return isUnderstood(facts) ? decoded : 0;
  };
  return { round, expected: DECODES };
}
