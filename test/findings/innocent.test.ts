import { describe, expect, it } from "vitest";
import type { AnalyzeOptions, Report } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import {
  arp,
  BROADCAST_MAC,
  CLIENT,
  DIRECTOR,
  EtherType,
  ethernet,
  GATEWAY,
  type Host,
  INTRUDER,
  NEIGHBOUR,
  NO_MAC,
  REAL_SERVER,
  SECOND_DIRECTOR,
  SECOND_REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { lookup, SOUND_CLUSTER } from "../support/incidents.ts";
import { advertisement, carp, vrrp } from "../support/lvs-frames.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import {
  DhcpType,
  dhcp,
  GLBP,
  HSRP,
  hello,
  learningFrame,
  nlbHeartbeat,
  reverseArp,
} from "../support/signals.ts";
import { announcement, arping, at, isAt, packet, probe, whoHas } from "../support/traffic.ts";

/** One row of what looks like poisoning and is not. */
interface Row {
  readonly name: string;
  readonly frames: readonly CapturedFrame[];
  readonly options?: AnalyzeOptions;
  /** What must be listed, and a part of the reason that must be given. */
  readonly benign: readonly { readonly kind: string; readonly why: RegExp }[];
  /** Notices that belong to it. */
  readonly notices?: readonly string[];
}

const VIP_HOST: Host = { mac: DIRECTOR.mac, ip: VIP };
const OTHER_NEIGHBOUR: Host = { mac: "02:00:00:00:00:51", ip: NEIGHBOUR.ip };
const SERVER: Host = { mac: "02:00:00:00:00:07", ip: "192.168.1.7" };
const vmac = (group: number): Host => ({
  mac: `00:00:5e:00:01:${group.toString(16).padStart(2, "0")}`,
  ip: VIP,
});
const seconds = (...list: number[]) => list.map((second) => second * 1000);

/** keepalived: five gratuitous requests, and five more after five seconds. */
function volleys(start: number, sender: Host, ip = VIP): CapturedFrame[] {
  return [0, 1, 2, 3, 4, 5000, 5001, 5002, 5003, 5004].map((ms) => at(start + ms, announcement(ip, sender)));
}

function adverts(
  from: number,
  until: number,
  sender: Host,
  priority: number,
  address = VIP,
): CapturedFrame[] {
  const frames: CapturedFrame[] = [];
  for (let ms = from; ms < until; ms += 1000) {
    frames.push(at(ms, advertisement(sender, vrrp({ priority, addresses: [address] }))));
  }
  return frames;
}

function sorted(frames: readonly CapturedFrame[]): CapturedFrame[] {
  return frames.toSorted((a, b) => a.atNs - b.atNs);
}

/** A frame in which ARP names another MAC as its sender than Ethernet does. */
function proxied(ms: number, ip: string, named: string, sender: Host, receiver: Host): CapturedFrame {
  return at(ms, isAt(ip, sender, receiver, { mac: named }));
}

function requestOf(ms: number, target: string, asker: Host, etherSource = asker.mac): CapturedFrame {
  const payload = arp({
    operation: 1,
    senderMac: asker.mac,
    senderIp: asker.ip,
    targetMac: NO_MAC,
    targetIp: target,
  });
  return at(ms, ethernet({ to: BROADCAST_MAC, from: etherSource, type: EtherType.Arp, payload }));
}

const GLBP_MACS = ["00:07:b4:00:0a:01", "00:07:b4:00:0a:02", "00:07:b4:00:0a:03"];
const glbpHost = (index: number): Host => ({ mac: GLBP_MACS[index] ?? "", ip: GATEWAY.ip });

const CARP_MASTER: Host = { mac: "02:00:00:00:00:30", ip: "192.168.1.30" };
const carpAdvert = (ms: number) => at(ms, advertisement({ mac: vmac(7).mac, ip: CARP_MASTER.ip }, carp(7)));

const NLB_SHA = "02:bf:c0:a8:01:02";
const NLB_HOST: Host = { mac: "02:01:c0:a8:01:02", ip: "192.168.1.40" };

const SLAVES: readonly Host[] = [
  { mac: "02:00:00:00:0b:01", ip: "192.168.1.60" },
  { mac: "02:00:00:00:0b:02", ip: "192.168.1.60" },
];
const [SLAVE_A = NEIGHBOUR, SLAVE_B = NEIGHBOUR] = SLAVES;

const GUEST: Host = { mac: "02:00:00:00:0c:01", ip: "192.168.1.70" };
const BRIDGE: Host = { mac: "02:00:00:00:0c:00", ip: "192.168.1.71" };

/** The guest's request, and at once the same with the MAC of the host that bridges it. */
const bridgedRequests = seconds(1, 31, 61).flatMap((ms) => [
  at(ms, whoHas(GATEWAY.ip, GUEST)),
  at(ms + 0.4, whoHas(GATEWAY.ip, { ...GUEST, mac: BRIDGE.mac })),
  at(ms + 0.8, isAt(GATEWAY.ip, GATEWAY, { ...GUEST, mac: BRIDGE.mac })),
]);

const ROWS: readonly Row[] = [
  {
    name: "VRRP without virtual MACs: failover",
    frames: sorted([
      ...adverts(0, 10_000, DIRECTOR, 150),
      ...volleys(100, VIP_HOST),
      ...lookup(2000, GATEWAY, VIP_HOST),
      ...adverts(13_700, 30_000, SECOND_DIRECTOR, 100),
      ...volleys(13_750, { ...SECOND_DIRECTOR, ip: VIP }),
    ]),
    benign: [
      { kind: "vrrp-failover", why: /advertises it by VRRP version 2, virtual router 51, priority 100/ },
    ],
  },
  {
    name: "VRRP without virtual MACs: preemption",
    frames: sorted([
      ...adverts(0, 10_000, SECOND_DIRECTOR, 100),
      ...volleys(100, { ...SECOND_DIRECTOR, ip: VIP }),
      ...lookup(2000, GATEWAY, { ...SECOND_DIRECTOR, ip: VIP }),
      ...adverts(10_100, 30_000, DIRECTOR, 150),
      ...volleys(10_150, VIP_HOST),
    ]),
    benign: [{ kind: "vrrp-failover", why: /priority 150/ }],
  },
  {
    name: "VRRP without virtual MACs: resignation",
    frames: sorted([
      ...adverts(0, 10_000, DIRECTOR, 150),
      ...volleys(100, VIP_HOST),
      at(10_000, advertisement(DIRECTOR, vrrp({ priority: 0, addresses: [VIP] }))),
      ...adverts(10_600, 30_000, SECOND_DIRECTOR, 100),
      ...volleys(10_650, { ...SECOND_DIRECTOR, ip: VIP }),
    ]),
    benign: [{ kind: "vrrp-failover", why: /resigned from VRRP/ }],
  },
  {
    name: "VRRP with a virtual MAC: failover, for which the MAC stays",
    frames: sorted([
      ...adverts(0, 10_000, { mac: vmac(51).mac, ip: DIRECTOR.ip }, 150),
      ...volleys(100, vmac(51)),
      ...adverts(13_700, 30_000, { mac: vmac(51).mac, ip: SECOND_DIRECTOR.ip }, 100),
      ...volleys(13_750, vmac(51)),
      ...lookup(20_000, GATEWAY, vmac(51)),
    ]),
    benign: [{ kind: "virtual-mac", why: /VRRP group 51/ }],
  },
  {
    name: "HSRP: a virtual MAC whose routers greet each other",
    frames: [
      at(0, hello({ mac: "02:00:00:00:00:31", ip: "192.168.1.31" }, HSRP)),
      at(100, hello({ mac: "00:00:0c:07:ac:01", ip: "192.168.1.32" }, HSRP)),
      ...lookup(1000, REAL_SERVER, { mac: "00:00:0c:07:ac:01", ip: GATEWAY.ip }),
    ],
    benign: [{ kind: "virtual-mac", why: /HSRP group 1/ }],
  },
  {
    name: "GLBP: one address at several MACs of the group, a different one for each client",
    frames: [
      at(0, hello({ mac: "02:00:00:00:00:31", ip: "192.168.1.31" }, GLBP)),
      ...lookup(1000, REAL_SERVER, glbpHost(0)),
      ...lookup(2000, NEIGHBOUR, glbpHost(1)),
      ...lookup(3000, SECOND_REAL_SERVER, glbpHost(2)),
      ...lookup(60_000, REAL_SERVER, glbpHost(1)),
      ...lookup(61_000, NEIGHBOUR, glbpHost(0)),
    ],
    benign: [{ kind: "virtual-mac", why: /GLBP group 10/ }],
  },
  {
    name: "CARP: the address at the group's MAC and at the master's own (FreeBSD)",
    frames: sorted([
      ...seconds(0, 1, 2, 3, 4, 5).map(carpAdvert),
      ...lookup(100, CARP_MASTER, GATEWAY),
      ...lookup(1100, REAL_SERVER, vmac(7)),
      ...lookup(2100, { ...CARP_MASTER, ip: VIP }, GATEWAY),
      ...lookup(3100, NEIGHBOUR, vmac(7)),
    ]),
    benign: [{ kind: "virtual-mac", why: /card below the virtual MAC of CARP group 7/ }],
  },
  {
    name: "MetalLB: a new leader announces by pairs, the old one falls silent",
    frames: [
      ...lookup(0, GATEWAY, { ...NEIGHBOUR, ip: "192.168.1.90" }),
      ...[0, 1100, 2200, 3300, 4400].flatMap((ms) => [
        at(10_000 + ms, announcement("192.168.1.90", REAL_SERVER)),
        at(10_000.1 + ms, announcement("192.168.1.90", REAL_SERVER, { as: "reply" })),
      ]),
      ...lookup(60_000, GATEWAY, { ...REAL_SERVER, ip: "192.168.1.90" }),
    ],
    benign: [{ kind: "address-moved", why: /has not spoken for it since/ }],
  },
  {
    name: "a director that takes the VIP over without VRRP, and has nothing to pass on yet",
    frames: [...SOUND_CLUSTER, at(20_000, announcement(VIP, SECOND_DIRECTOR))],
    benign: [{ kind: "address-moved", why: /has not spoken for it since/ }],
  },
  {
    name: "a director that stands in for another again and again, and at last for good, without VRRP, while nothing comes",
    frames: [
      ...SOUND_CLUSTER.filter(({ atNs }) => atNs < 1e9),
      at(20_000, announcement(VIP, SECOND_DIRECTOR)),
      at(21_000, announcement(VIP, SECOND_DIRECTOR)),
      at(24_000, announcement(VIP, DIRECTOR)),
      ...SOUND_CLUSTER.filter(({ atNs }) => atNs < 1e9).map(({ atNs, bytes }) => ({
        atNs: atNs + 30e9,
        bytes,
      })),
      at(50_000, announcement(VIP, SECOND_DIRECTOR)),
      at(55_000, announcement(VIP, DIRECTOR)),
      at(70_000, announcement(VIP, SECOND_DIRECTOR)),
    ],
    benign: [{ kind: "address-moved", why: /has not spoken for it since/ }],
  },
  {
    name: "a standby that was asked in the VIP's name takes over without VRRP, and passes packets on to the same real servers",
    frames: [
      ...lookup(0, { ...DIRECTOR, ip: VIP }, SECOND_DIRECTOR),
      ...SOUND_CLUSTER.filter(({ atNs }) => atNs < 1e9).map(({ atNs, bytes }) => ({
        atNs: atNs + 1e9,
        bytes,
      })),
      at(20_000, announcement(VIP, SECOND_DIRECTOR)),
      at(21_000, packet(GATEWAY, SECOND_DIRECTOR, { source: CLIENT.ip, destination: VIP })),
      ...lookup(21_000.1, SECOND_DIRECTOR, REAL_SERVER),
      at(
        21_000.4,
        packet(SECOND_DIRECTOR, REAL_SERVER, { source: CLIENT.ip, destination: VIP, timeToLive: 63 }),
      ),
      at(40_000, announcement(VIP, DIRECTOR)),
    ],
    benign: [{ kind: "director-takeover", why: /./ }],
  },
  {
    name: "a director that had the VIP before the one that passes packets on",
    frames: [
      at(0, announcement(VIP, SECOND_DIRECTOR)),
      at(5000, announcement(VIP, DIRECTOR)),
      ...SOUND_CLUSTER.map(({ atNs, bytes }) => ({ atNs: atNs + 10e9, bytes })),
    ],
    benign: [{ kind: "address-moved", why: /has not spoken for it since/ }],
  },
  {
    name: "kube-vip: the leader announces for ever, and leadership comes back",
    frames: [
      ...Array.from({ length: 10 }, (_, index) =>
        at(index * 3000, announcement("192.168.1.90", REAL_SERVER)),
      ),
      ...Array.from({ length: 10 }, (_, index) =>
        at(40_000 + index * 3000, announcement("192.168.1.90", NEIGHBOUR, { as: "reply" })),
      ),
      ...Array.from({ length: 10 }, (_, index) =>
        at(80_000 + index * 3000, announcement("192.168.1.90", REAL_SERVER)),
      ),
    ],
    benign: [
      { kind: "address-moved", why: /each keeps silent while the other has it/ },
      { kind: "address-moved", why: /each keeps silent/ },
    ],
  },
  {
    name: "DHCP: the address is leased to another card",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(60_000, dhcp(SERVER, OTHER_NEIGHBOUR)),
      at(60_500, probe(NEIGHBOUR.ip, OTHER_NEIGHBOUR)),
      ...lookup(62_000, OTHER_NEIGHBOUR, GATEWAY),
    ],
    benign: [
      { kind: "address-probe", why: /checked 1 time/ },
      { kind: "address-moved", why: /a DHCP server had granted it \(frame 3\)/ },
    ],
  },
  {
    name: "DHCP: the address goes to and fro by leases",
    frames: [
      at(0, dhcp(SERVER, NEIGHBOUR)),
      ...lookup(10, NEIGHBOUR, GATEWAY),
      at(5000, dhcp(SERVER, OTHER_NEIGHBOUR)),
      ...lookup(5010, OTHER_NEIGHBOUR, GATEWAY),
      at(10_000, dhcp(SERVER, NEIGHBOUR)),
      ...lookup(10_010, NEIGHBOUR, GATEWAY),
    ],
    benign: [
      { kind: "address-moved", why: /granted it/ },
      { kind: "address-moved", why: /granted it/ },
    ],
  },
  {
    name: "renumbering: a host takes a new address",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(5000, announcement("192.168.1.55", { ...NEIGHBOUR, ip: "192.168.1.55" }, { as: "reply" })),
      ...lookup(6000, { ...NEIGHBOUR, ip: "192.168.1.55" }, GATEWAY),
    ],
    benign: [{ kind: "address-announcement", why: /nobody else claimed/ }],
  },
  {
    name: "replaced hardware, and a bond that fails over to a card of another MAC",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(500, packet(NEIGHBOUR, GATEWAY, { destination: CLIENT.ip })),
      at(9000, announcement(NEIGHBOUR.ip, OTHER_NEIGHBOUR, { targetMac: NO_MAC })),
      ...lookup(9500, OTHER_NEIGHBOUR, GATEWAY),
      at(9600, packet(OTHER_NEIGHBOUR, GATEWAY, { destination: CLIENT.ip })),
    ],
    benign: [{ kind: "address-moved", why: /has not spoken for it since/ }],
  },
  {
    name: "proxy ARP: one MAC for many addresses, whose packets it routes",
    frames: [
      ...["192.168.1.80", "192.168.1.81"].flatMap((ip, index) => [
        ...lookup(index * 1000, REAL_SERVER, { ...GATEWAY, ip }),
        at(index * 1000 + 10, packet(GATEWAY, REAL_SERVER, { source: ip, timeToLive: 63 })),
      ]),
    ],
    benign: [
      { kind: "proxy-arp", why: /192.168.1.81 and 1 other address, and routes their packets \(TTL 63\)/ },
      { kind: "proxy-arp", why: /proxy ARP/ },
    ],
  },
  {
    name: "bonding, adaptive load balancing: clients are told different cards",
    frames: sorted([
      ...seconds(0, 1, 2, 3).flatMap((ms) => [
        at(ms, learningFrame(SLAVE_A.mac)),
        at(ms + 1, learningFrame(SLAVE_B.mac)),
      ]),
      ...lookup(100, GATEWAY, SLAVE_A),
      ...lookup(200, NEIGHBOUR, SLAVE_B),
      // rlb_update_client: a client is taught its card again.
      ...seconds(5, 6, 7).map((ms) => at(ms, isAt(SLAVE_B.ip, SLAVE_B, NEIGHBOUR))),
      ...lookup(9000, SLAVE_A, GATEWAY),
    ]),
    benign: [{ kind: "mac-rewriting-bridge", why: /cards of one bond/ }],
  },
  {
    name: "a VM bridged over Wi-Fi: its host's MAC in its frames",
    frames: sorted([...lookup(0, BRIDGE, GATEWAY), ...bridgedRequests]),
    benign: [{ kind: "mac-rewriting-bridge", why: /all 3 ARP frames of .* came again from it/ }],
  },
  {
    name: "a bridge that rewrites the Ethernet source alone",
    frames: [
      ...lookup(0, BRIDGE, GATEWAY),
      requestOf(1000, GATEWAY.ip, GUEST, BRIDGE.mac),
      at(1000.3, isAt(GATEWAY.ip, GATEWAY, GUEST)),
      at(1001, packet({ ...GUEST, mac: BRIDGE.mac }, GATEWAY, { destination: CLIENT.ip })),
      requestOf(30_000, GATEWAY.ip, GUEST, BRIDGE.mac),
    ],
    benign: [{ kind: "mac-rewriting-bridge", why: /its packets, too/ }],
  },
  {
    name: "live migration: RARP, and the MAC stays",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      ...[5000, 5050, 5200].map((ms) => at(ms, reverseArp(NEIGHBOUR))),
      ...lookup(6000, GATEWAY, NEIGHBOUR),
    ],
    benign: [{ kind: "address-announcement", why: /3 times by RARP/ }],
  },
  {
    name: "RFC 5227: probes, then announcements",
    frames: [
      ...[0, 1500, 3000].map((ms) => at(ms, probe(NEIGHBOUR.ip, NEIGHBOUR))),
      ...[5000, 7000].map((ms) => at(ms, announcement(NEIGHBOUR.ip, NEIGHBOUR, { targetMac: NO_MAC }))),
      ...lookup(8000, NEIGHBOUR, GATEWAY),
    ],
    benign: [
      { kind: "address-probe", why: /checked 3 times/ },
      { kind: "address-announcement", why: /nobody else claimed/ },
    ],
  },
  {
    name: "RFC 5227: the owner defends its address, the other gives it up",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(5000, announcement(NEIGHBOUR.ip, OTHER_NEIGHBOUR, { targetMac: NO_MAC })),
      at(5000.5, announcement(NEIGHBOUR.ip, NEIGHBOUR, { targetMac: NO_MAC })),
      ...lookup(9000, { ...OTHER_NEIGHBOUR, ip: "192.168.1.52" }, GATEWAY),
      ...lookup(12_000, GATEWAY, NEIGHBOUR),
    ],
    benign: [{ kind: "address-announcement", why: /defended .* gave it up \(RFC 5227\)/ }],
  },
  {
    name: "two addresses on one card",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      ...lookup(10, GATEWAY, { ...NEIGHBOUR, ip: "192.168.1.51" }),
      at(20, whoHas("192.168.1.51", REAL_SERVER)),
    ],
    benign: [],
  },
  {
    name: "a scan",
    frames: Array.from({ length: 60 }, (_, index) =>
      at(index * 4, arping(`192.168.1.${index + 100}`, NEIGHBOUR)),
    ).concat(lookup(-0, NEIGHBOUR, GATEWAY).map(({ bytes }, index) => at(1000 + index, bytes))),
    benign: [],
    notices: ["arp-scan"],
  },
  {
    name: "a loop: one request, many times",
    frames: [
      ...Array.from({ length: 200 }, (_, index) => at(index * 0.3, whoHas(GATEWAY.ip, NEIGHBOUR))),
      at(100, isAt(GATEWAY.ip, GATEWAY, NEIGHBOUR)),
    ],
    benign: [],
    notices: ["arp-storm"],
  },
  {
    name: "a program that asks fifty times a second and is answered",
    frames: Array.from({ length: 100 }, (_, index) => [
      at(index * 20, whoHas(GATEWAY.ip, NEIGHBOUR)),
      at(index * 20 + 0.2, isAt(GATEWAY.ip, GATEWAY, NEIGHBOUR)),
    ]).flat(),
    benign: [],
    notices: ["arp-storm", "arp-storm"],
  },
  {
    name: "a flood of senders that nobody knows",
    frames: Array.from({ length: 150 }, (_, index) => {
      const hex = index.toString(16).padStart(2, "0");
      return at(
        index * 2,
        whoHas(GATEWAY.ip, { mac: `02:77:00:00:00:${hex}`, ip: `192.168.7.${index + 1}` }),
      );
    }),
    benign: [],
    notices: ["arp-flood"],
  },
  {
    name: "routed duplicates: a packet before and behind a router",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      ...lookup(5, GATEWAY, { ...REAL_SERVER, ip: "192.168.2.11" }),
      ...[10, 20, 30].flatMap((ms, index) => {
        const fields = { source: NEIGHBOUR.ip, destination: "192.168.2.11", identification: 100 + index };
        return [
          at(ms, packet(NEIGHBOUR, GATEWAY, fields)),
          at(ms + 0.1, packet(GATEWAY, REAL_SERVER, { ...fields, timeToLive: 63 })),
        ];
      }),
    ],
    benign: [],
  },
  {
    name: "a second router on the segment, on one arm",
    frames: [
      ...lookup(0, NEIGHBOUR, INTRUDER),
      ...lookup(5, INTRUDER, GATEWAY),
      ...[10, 20, 30].flatMap((ms, index) => [
        at(ms, packet(NEIGHBOUR, INTRUDER, { destination: CLIENT.ip, identification: 100 + index })),
        at(
          ms + 0.1,
          packet(INTRUDER, GATEWAY, {
            source: NEIGHBOUR.ip,
            destination: CLIENT.ip,
            identification: 100 + index,
            timeToLive: 63,
          }),
        ),
      ]),
    ],
    benign: [],
  },
  {
    name: "MS NLB in unicast mode: the cluster's MAC inside ARP, a host's outside",
    frames: [
      ...seconds(0, 1, 2).map((ms) => at(ms, nlbHeartbeat(NLB_HOST, 1, VIP))),
      at(2500, whoHas(VIP, GATEWAY)),
      proxied(2500.2, VIP, NLB_SHA, NLB_HOST, GATEWAY),
    ],
    benign: [{ kind: "virtual-mac", why: /heartbeats name it/ }],
  },
  {
    name: "MS NLB in multicast mode: a group's MAC in the answers",
    frames: [
      ...seconds(0, 1, 2).map((ms) =>
        at(ms, nlbHeartbeat({ ...NLB_HOST, mac: "02:00:00:00:00:40" }, 1, VIP)),
      ),
      at(2500, whoHas(VIP, GATEWAY)),
      proxied(2500.2, VIP, "03:bf:c0:a8:01:02", { ...NLB_HOST, mac: "02:00:00:00:00:40" }, GATEWAY),
    ],
    benign: [{ kind: "virtual-mac", why: /cluster of Microsoft NLB/ }],
  },
  {
    name: "every frame twice, from both directions of a mirrored port",
    frames: sorted(
      [
        ...lookup(0, NEIGHBOUR, GATEWAY),
        at(5000, isAt(GATEWAY.ip, GATEWAY, NEIGHBOUR)),
        ...lookup(20_000, GATEWAY, NEIGHBOUR),
      ].flatMap(({ atNs, bytes }) => [
        { atNs, bytes },
        { atNs: atNs + 30_000, bytes },
      ]),
    ),
    benign: [],
  },
  {
    name: "every frame on two VLANs",
    frames: lookup(0, NEIGHBOUR, GATEWAY).flatMap(({ atNs, bytes }) => [
      { atNs, bytes },
      {
        atNs: atNs + 20_000,
        bytes: Buffer.concat([bytes.subarray(0, 12), Buffer.from([0x81, 0, 0, 10]), bytes.subarray(12)]),
      },
    ]),
    benign: [],
  },
];

/** The same, but for what would clear it. */
interface Suspicious {
  readonly name: string;
  readonly frames: readonly CapturedFrame[];
  readonly options?: AnalyzeOptions;
  readonly found: readonly string[];
}

const STILL_SUSPICIOUS: readonly Suspicious[] = [
  {
    name: "an announcement though the master advertises on: split brain",
    frames: sorted([
      ...adverts(0, 30_000, DIRECTOR, 150),
      ...adverts(10_500, 30_000, SECOND_DIRECTOR, 100),
      ...volleys(100, VIP_HOST),
      ...volleys(10_550, { ...SECOND_DIRECTOR, ip: VIP }),
    ]),
    found: [`vip-split of ${VIP} by ${SECOND_DIRECTOR.mac}`],
  },
  {
    name: "two who advertise at once from one virtual MAC",
    frames: sorted([
      ...lookup(0, GATEWAY, DIRECTOR),
      ...lookup(10, GATEWAY, SECOND_DIRECTOR),
      ...adverts(100, 30_000, { mac: vmac(51).mac, ip: DIRECTOR.ip }, 150),
      ...adverts(600, 30_000, { mac: vmac(51).mac, ip: SECOND_DIRECTOR.ip }, 100),
    ]),
    found: [`vip-split of ${VIP} by ${SECOND_DIRECTOR.mac}`],
  },
  {
    name: "a VRRP virtual MAC for which nobody advertises, kept up against the owner",
    frames: sorted([
      ...lookup(0, REAL_SERVER, NEIGHBOUR),
      ...[2, 4, 6, 8].map((second) => at(second * 1000, isAt(NEIGHBOUR.ip, vmac(9), REAL_SERVER))),
    ]),
    found: [`address-impersonation of ${NEIGHBOUR.ip} by ${vmac(9).mac}`],
  },
  {
    name: "a real server that announces the VIP among VRRP adverts",
    frames: sorted([
      ...adverts(0, 30_000, DIRECTOR, 150),
      ...volleys(100, VIP_HOST),
      ...lookup(2000, GATEWAY, VIP_HOST),
      at(15_000, announcement(VIP, REAL_SERVER)),
    ]),
    found: [`vip-gratuitous of ${VIP} by ${REAL_SERVER.mac}`],
  },
  {
    name: "a host that announces the VIP while its director answers for it",
    frames: [
      ...SOUND_CLUSTER,
      at(20_000, announcement(VIP, SECOND_DIRECTOR)),
      ...lookup(25_000, NEIGHBOUR, { ...DIRECTOR, ip: VIP }),
    ],
    found: [`vip-gratuitous of ${VIP} by ${SECOND_DIRECTOR.mac}`],
  },
  {
    name: "a host that announces the VIP, and keeps the traffic that it gets",
    frames: [
      ...SOUND_CLUSTER,
      at(20_000, announcement(VIP, SECOND_DIRECTOR)),
      at(21_000, packet(GATEWAY, SECOND_DIRECTOR, { source: CLIENT.ip, destination: VIP })),
    ],
    found: [`vip-gratuitous of ${VIP} by ${SECOND_DIRECTOR.mac}`],
  },
  {
    name: "GLBP: a MAC outside of the group's",
    frames: [
      at(0, hello({ mac: "02:00:00:00:00:31", ip: "192.168.1.31" }, GLBP)),
      ...lookup(1000, REAL_SERVER, glbpHost(0)),
      ...lookup(2000, NEIGHBOUR, { ...INTRUDER, ip: GATEWAY.ip }),
      ...lookup(3000, REAL_SERVER, glbpHost(0)),
    ],
    found: [`address-conflict of ${GATEWAY.ip} by ${INTRUDER.mac}`],
  },
  {
    name: "GLBP's MACs where nobody speaks GLBP",
    frames: [
      ...lookup(1000, REAL_SERVER, glbpHost(0)),
      ...lookup(2000, NEIGHBOUR, glbpHost(1)),
      ...lookup(3000, REAL_SERVER, glbpHost(0)),
    ],
    found: [`address-conflict of ${GATEWAY.ip} by ${glbpHost(1).mac}`],
  },
  {
    name: "CARP: the address at a MAC that does not advertise",
    frames: sorted([
      ...seconds(0, 1, 2, 3, 4, 5).map(carpAdvert),
      ...lookup(1100, REAL_SERVER, vmac(7)),
      ...lookup(2100, { ...INTRUDER, ip: VIP }, GATEWAY),
      ...lookup(3100, NEIGHBOUR, vmac(7)),
    ]),
    found: [`address-conflict of ${VIP} by ${INTRUDER.mac}`],
  },
  {
    name: "two leaders of a cluster announce at the same time",
    frames: sorted([
      ...lookup(0, REAL_SERVER, GATEWAY),
      ...lookup(50, NEIGHBOUR, GATEWAY),
      ...Array.from({ length: 8 }, (_, index) =>
        at(1000 + index * 3000, announcement("192.168.1.90", REAL_SERVER)),
      ),
      ...Array.from({ length: 8 }, (_, index) =>
        at(2500 + index * 3000, announcement("192.168.1.90", NEIGHBOUR)),
      ),
    ]),
    found: [`address-conflict of 192.168.1.90`],
  },
  {
    name: "an announcement of the VIP while its director passes packets on, who announces himself later",
    frames: [
      ...SOUND_CLUSTER.filter(({ atNs }) => atNs < 1e9),
      at(20_000, announcement(VIP, SECOND_DIRECTOR)),
      at(21_500, packet(GATEWAY, DIRECTOR, { source: CLIENT.ip, destination: VIP })),
      at(21_500.1, packet(DIRECTOR, REAL_SERVER, { source: CLIENT.ip, destination: VIP, timeToLive: 63 })),
      at(24_000, announcement(VIP, DIRECTOR)),
    ],
    found: [`vip-gratuitous of ${VIP} by ${SECOND_DIRECTOR.mac}`],
  },
  {
    name: "a real server that announces the VIP for some seconds, while nothing comes",
    frames: [
      ...SOUND_CLUSTER.filter(({ atNs }) => atNs < 1e9),
      at(20_000, announcement(VIP, REAL_SERVER)),
      at(24_000, announcement(VIP, DIRECTOR)),
    ],
    found: [`vip-gratuitous of ${VIP} by ${REAL_SERVER.mac}`],
  },
  {
    name: "no lease, and the old owner still talks",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      ...lookup(60_000, OTHER_NEIGHBOUR, GATEWAY),
      at(70_000, packet(NEIGHBOUR, GATEWAY, { destination: CLIENT.ip })),
    ],
    found: [`address-conflict of ${NEIGHBOUR.ip} by ${OTHER_NEIGHBOUR.mac}`],
  },
  {
    name: "a lease for another card than the one that takes the address",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(60_000, dhcp(SERVER, REAL_SERVER)),
      at(60_001, dhcp(SERVER, OTHER_NEIGHBOUR, { type: DhcpType.Nak })),
      at(60_002, dhcp(SERVER, OTHER_NEIGHBOUR, { type: DhcpType.Offer })),
      ...lookup(62_000, OTHER_NEIGHBOUR, GATEWAY),
      ...lookup(64_000, NEIGHBOUR, GATEWAY),
    ],
    found: [`address-conflict of ${NEIGHBOUR.ip} by ${OTHER_NEIGHBOUR.mac}`],
  },
  {
    name: "the old owner goes on after the lease went to another: it is the one in the wrong",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(60_000, dhcp(SERVER, OTHER_NEIGHBOUR)),
      ...lookup(62_000, OTHER_NEIGHBOUR, GATEWAY),
      ...lookup(64_000, NEIGHBOUR, GATEWAY),
    ],
    found: [`address-conflict of ${NEIGHBOUR.ip} by ${NEIGHBOUR.mac}`],
  },
  {
    name: "HSRP: a member answers for the group's address with a MAC of its own",
    frames: [
      at(0, hello({ mac: "02:00:00:00:00:31", ip: "192.168.1.31" }, HSRP)),
      ...lookup(1000, REAL_SERVER, { mac: "00:00:0c:07:ac:01", ip: GATEWAY.ip }),
      ...lookup(5000, NEIGHBOUR, { mac: "02:00:00:00:00:31", ip: GATEWAY.ip }),
      ...lookup(9000, REAL_SERVER, { mac: "00:00:0c:07:ac:01", ip: GATEWAY.ip }),
    ],
    found: [`address-conflict of ${GATEWAY.ip} by 02:00:00:00:00:31`],
  },
  {
    name: "proxy ARP for an address whose owner answers, too",
    frames: [
      at(0, whoHas(NEIGHBOUR.ip, REAL_SERVER)),
      at(0.2, isAt(NEIGHBOUR.ip, NEIGHBOUR, REAL_SERVER)),
      at(0.5, isAt(NEIGHBOUR.ip, GATEWAY, REAL_SERVER)),
      ...lookup(1000, REAL_SERVER, GATEWAY),
    ],
    found: [`address-conflict of ${NEIGHBOUR.ip} by ${GATEWAY.mac}`],
  },
  {
    name: "bonding: a card that also has another host's address",
    frames: sorted([
      ...seconds(0, 1, 2, 3).flatMap((ms) => [
        at(ms, learningFrame(SLAVE_A.mac)),
        at(ms + 1, learningFrame(SLAVE_B.mac)),
      ]),
      ...lookup(100, GATEWAY, SLAVE_A),
      ...lookup(200, NEIGHBOUR, SLAVE_B),
      ...lookup(300, GATEWAY, { mac: SLAVE_B.mac, ip: REAL_SERVER.ip }),
      ...lookup(400, REAL_SERVER, GATEWAY),
      ...lookup(9000, SLAVE_A, GATEWAY),
    ]),
    found: [`address-conflict of ${SLAVE_A.ip}`],
  },
  {
    name: "two MACs for one address, and learning frames of a switch that are not to itself",
    frames: sorted([
      at(0, learningFrame(SLAVE_A.mac, GATEWAY.mac)),
      at(1, learningFrame(SLAVE_B.mac, GATEWAY.mac)),
      ...lookup(100, GATEWAY, SLAVE_A),
      ...lookup(200, NEIGHBOUR, SLAVE_B),
      ...lookup(9000, SLAVE_A, GATEWAY),
    ]),
    found: [`address-conflict of ${SLAVE_A.ip} by ${SLAVE_B.mac}`],
  },
  {
    name: "a bridge's MAC that also sends what its guest never said",
    frames: sorted([
      ...lookup(0, BRIDGE, GATEWAY),
      ...lookup(50, GATEWAY, GUEST),
      ...bridgedRequests,
      ...seconds(3, 5, 7, 9).map((ms) => at(ms, isAt(GUEST.ip, BRIDGE, GATEWAY))),
    ]),
    found: [`address-impersonation of ${GUEST.ip} by ${BRIDGE.mac}`],
  },
  {
    name: "a migrated machine's address at another MAC",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(5000, reverseArp(NEIGHBOUR)),
      ...lookup(6000, OTHER_NEIGHBOUR, GATEWAY),
      ...lookup(7000, NEIGHBOUR, GATEWAY),
    ],
    found: [`address-conflict of ${NEIGHBOUR.ip}`],
  },
  {
    name: "a defence that is not heeded",
    frames: [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(5000, announcement(NEIGHBOUR.ip, OTHER_NEIGHBOUR)),
      at(5000.5, announcement(NEIGHBOUR.ip, NEIGHBOUR)),
      at(7000, announcement(NEIGHBOUR.ip, OTHER_NEIGHBOUR)),
      ...lookup(8000, OTHER_NEIGHBOUR, GATEWAY),
    ],
    found: [`address-conflict of ${NEIGHBOUR.ip}`],
  },
];

function accusations({ findings }: Report): string[] {
  return findings
    .filter(({ severity }) => severity !== "notice")
    .map(({ kind, ip, claimant }) => `${kind} of ${ip} by ${claimant.mac}`);
}

describe("what looks like poisoning and is not", () => {
  it.each(ROWS)("$name", async ({ frames, options = {}, benign, notices = [] }) => {
    const report = await analyze(frames, options);
    expect(accusations(report)).toEqual([]);
    expect(report.findings.map(({ kind }) => kind)).toEqual(notices);
    for (const { kind, why } of benign) {
      const reasons = report.benign.filter((change) => change.kind === kind).map((change) => change.why);
      expect(reasons).toContainEqual(expect.stringMatching(why));
    }
    for (const change of report.benign) expect(change.evidence).not.toEqual([]);
  });
});

describe("without what clears it", () => {
  it.each(STILL_SUSPICIOUS)("$name", async ({ frames, options = {}, found }) => {
    const accused = accusations(await analyze(frames, options));
    expect(accused).toHaveLength(found.length);
    for (const start of found) expect(accused).toContainEqual(expect.stringMatching(new RegExp(`^${start}`)));
  });
});

describe("a director that is also a real server", () => {
  const options: AnalyzeOptions = {
    vips: [VIP],
    directors: [DIRECTOR.ip],
    realServers: [DIRECTOR.ip, REAL_SERVER.ip],
    gateways: [GATEWAY.ip],
  };
  const frames = [
    ...lookup(0, DIRECTOR, REAL_SERVER),
    ...lookup(100, GATEWAY, VIP_HOST),
    at(200, packet(GATEWAY, DIRECTOR, { source: CLIENT.ip, destination: VIP })),
    at(201, packet(DIRECTOR, GATEWAY, { source: VIP, destination: CLIENT.ip })),
    at(300, announcement(VIP, DIRECTOR)),
  ];

  it("may answer for the VIP, announce it and send from it", async () => {
    expect(accusations(await analyze(frames, options))).toEqual([]);
  });

  it("does not excuse a real server that is none", async () => {
    const leaking = [...frames, at(400, announcement(VIP, REAL_SERVER))];
    expect(accusations(await analyze(leaking, options))).toEqual([
      `vip-gratuitous of ${VIP} by ${REAL_SERVER.mac}`,
    ]);
  });
});

describe("two directors that are each other's real servers", () => {
  const options: AnalyzeOptions = {
    vips: [VIP],
    directors: [DIRECTOR.ip, SECOND_DIRECTOR.ip],
    realServers: [DIRECTOR.ip, SECOND_DIRECTOR.ip],
    gateways: [GATEWAY.ip],
  };
  const frames = sorted([
    ...lookup(0, DIRECTOR, SECOND_DIRECTOR),
    ...adverts(0, 10_000, DIRECTOR, 150),
    ...volleys(100, VIP_HOST),
    ...lookup(1000, GATEWAY, VIP_HOST),
    ...[2000, 2100, 2200].flatMap((ms, index) => {
      const fields = { source: CLIENT.ip, destination: VIP, identification: index };
      return [
        at(ms, packet(GATEWAY, DIRECTOR, fields)),
        at(ms + 0.1, packet(DIRECTOR, SECOND_DIRECTOR, { ...fields, timeToLive: 63 })),
        at(ms + 0.3, packet(SECOND_DIRECTOR, GATEWAY, { source: VIP, destination: CLIENT.ip })),
      ];
    }),
    ...adverts(13_700, 30_000, SECOND_DIRECTOR, 100),
    ...volleys(13_750, { ...SECOND_DIRECTOR, ip: VIP }),
  ]);

  it.each([options, {}])("may take the VIP over from each other", async (roles) => {
    const report = await analyze(frames, roles);
    expect(accusations(report)).toEqual([]);
    expect(report.benign.map(({ kind }) => kind)).toContain("vrrp-failover");
  });
});

describe("ARP frames with another MAC as sender than Ethernet's", () => {
  it("are worth a notice that names both", async () => {
    const frames = [
      ...lookup(0, REAL_SERVER, GATEWAY),
      proxied(1000, NEIGHBOUR.ip, OTHER_NEIGHBOUR.mac, GATEWAY, REAL_SERVER),
    ];
    const { findings, verdict } = await analyze(frames);
    expect(verdict).toBe("clean");
    expect(findings).toMatchObject([
      { kind: "sender-mismatch", severity: "notice", claimant: { mac: GATEWAY.mac }, count: 1 },
    ]);
    expect(findings[0]?.summary).toContain(OTHER_NEIGHBOUR.mac);
  });

  it("are none where a forger puts things right at its end", async () => {
    const frames = [
      ...lookup(0, REAL_SERVER, NEIGHBOUR),
      ...seconds(2, 4, 6, 8).map((ms) => at(ms, isAt(NEIGHBOUR.ip, INTRUDER, REAL_SERVER))),
      ...seconds(9, 10, 11).map((ms) => proxied(ms, NEIGHBOUR.ip, NEIGHBOUR.mac, INTRUDER, REAL_SERVER)),
    ];
    const { findings, benign } = await analyze(frames);
    expect(findings.map(({ kind }) => kind)).toEqual(["address-impersonation"]);
    expect(benign.map(({ kind }) => kind)).toContain("cache-restored");
  });

  it("are not cleared by a cluster's prefix without its heartbeats", async () => {
    const frames = [at(0, whoHas(VIP, GATEWAY)), proxied(0.2, VIP, NLB_SHA, NLB_HOST, GATEWAY)];
    expect((await analyze(frames)).findings.map(({ kind }) => kind)).toEqual(["sender-mismatch"]);
  });

  it("are not cleared by a virtual MAC's adverts where a stranger sends them", async () => {
    const frames = [
      ...adverts(0, 3000, { mac: vmac(51).mac, ip: DIRECTOR.ip }, 150),
      proxied(3500, VIP, vmac(51).mac, INTRUDER, GATEWAY),
    ];
    expect((await analyze(frames)).findings.map(({ kind }) => kind)).toContain("sender-mismatch");
  });
});

describe("a card that sends packets to itself", () => {
  it("is no man in the middle of what it sends to another card later", async () => {
    const own = { source: NEIGHBOUR.ip, destination: GATEWAY.ip };
    const report = await analyze([
      at(0, whoHas(GATEWAY.ip, NEIGHBOUR)),
      at(1, isAt(GATEWAY.ip, GATEWAY, NEIGHBOUR)),
      at(2, packet(NEIGHBOUR, NEIGHBOUR, own)),
      at(3, packet(NEIGHBOUR, GATEWAY, own)),
    ]);
    expect(report.findings).toEqual([]);
  });
});
