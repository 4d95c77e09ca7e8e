import type { FrameWriter } from "../traffic/frame-writer.ts";
import { FrameMaker, type Host, host, ipv4, type Packet } from "../traffic/frames.ts";
import { makeCapture } from "../traffic/kinds.ts";
import { Random } from "../traffic/random.ts";

/** A capture in which one thing can be more or less; `count` is how much of it. */
export interface Shape {
  readonly id: string;
  readonly title: string;
  readonly counts: readonly number[];
  readonly make: (count: number, writer: FrameWriter) => void;
  /** Who is who, as a topology file would say it; null where that is to be inferred. */
  readonly topology: (count: number) => object | null;
}

const SEED = 0x6707;
const START_SECONDS = 1_700_000_000;
/** 2,000 frames a second: what a segment of ten thousand hosts may show. */
const MEAN_GAP_US = 500;

const GATEWAY = host(ipv4(10, 255, 255, 254));
const DIRECTOR = host(ipv4(10, 255, 255, 253));
const ATTACKER = host(ipv4(10, 255, 255, 252));
const REAL_SERVERS = [1, 2, 3, 4].map((last) => host(ipv4(10, 255, 255, last)));
const CLIENT_IP = ipv4(198, 51, 100, 7);

/** What tools send again and again, so that the caches do not forget. */
const ROUNDS = 3;
/** So many addresses between two rounds: one and the same frame a moment later would be taken for a mirror's copy. */
const BLOCK = 256;

/** Hosts that look their gateway up, and send a packet by it. */
function makeHosts(count: number, writer: FrameWriter): void {
  const make = start(writer);
  for (let index = 0; index < count; index++) {
    const asker = hostAt(index);
    resolve(make, asker, GATEWAY);
    make.packet(asker, GATEWAY, packetOf(asker.ip, CLIENT_IP, index));
  }
}

/** A host that says unasked, to the gateway, that it has each of so many addresses of others. */
function makeForgeries(count: number, writer: FrameWriter): void {
  const make = start(writer);
  resolve(make, ATTACKER, GATEWAY);
  for (let from = 0; from < count; from += BLOCK) {
    for (let round = 0; round < ROUNDS; round++) {
      for (let index = from; index < Math.min(from + BLOCK, count); index++) {
        const owner = hostAt(index);
        if (round === 0) resolve(make, owner, GATEWAY);
        else make.announce(owner, owner.ip);
        make.reply(ATTACKER, GATEWAY, owner.ip);
      }
    }
  }
}

/** Pairs of hosts of which both have the same address, and look the gateway up from it in turn. */
function makeDisputes(count: number, writer: FrameWriter): void {
  const make = start(writer);
  for (let index = 0; index < count; index++) {
    const owner = hostAt(index);
    for (let round = 0; round < ROUNDS; round++) {
      resolve(make, owner, GATEWAY);
      resolve(make, { ...owner, macHigh: 0x0204 }, GATEWAY);
    }
  }
}

/** VIPs of one director and four real servers, of which one in each asks in the VIP's name and gets its packets then. */
function makeVips(count: number, writer: FrameWriter): void {
  const make = start(writer);
  for (const server of [DIRECTOR, ...REAL_SERVERS]) resolve(make, server, GATEWAY);
  for (let index = 0; index < count; index++) {
    const vip = hostAt(index).ip;
    const server = REAL_SERVERS[index % REAL_SERVERS.length] ?? GATEWAY;
    make.request(GATEWAY, vip);
    make.reply(DIRECTOR, GATEWAY, vip);
    const packet = packetOf(CLIENT_IP, vip, index);
    make.packet(GATEWAY, DIRECTOR, packet);
    make.packet(DIRECTOR, server, { ...packet, timeToLive: packet.timeToLive - 1 });
    make.packet(server, GATEWAY, packetOf(vip, CLIENT_IP, index));
    make.request(server, GATEWAY.ip, vip);
    make.reply(GATEWAY, server, GATEWAY.ip, vip);
    make.packet(GATEWAY, server, packetOf(CLIENT_IP, vip, index + 1));
  }
}

function vipTopology(count: number): object {
  const vips = Array.from({ length: count }, (_, index) => ({
    ip: dotted(hostAt(index).ip),
    directors: [dotted(DIRECTOR.ip)],
    realServers: REAL_SERVERS.map(({ ip }) => dotted(ip)),
  }));
  return { gateways: [dotted(GATEWAY.ip)], vips };
}

const MIXED_BYTES = 100e6;
const TEN_TO = (powers: readonly number[]) => powers.map((power) => 10 ** power);

export const SHAPES: readonly Shape[] = [
  {
    id: "frames",
    title: "frames: times 100 MB of mixed LVS traffic",
    counts: [1, 4, 16],
    make: (count, writer) => makeCapture("mixed", count * MIXED_BYTES, writer),
    topology: () => null,
  },
  {
    id: "hosts",
    title: "hosts: each looks its gateway up and sends a packet",
    counts: TEN_TO([2, 3, 4, 5, 6]),
    make: makeHosts,
    topology: () => null,
  },
  {
    id: "vips",
    title: "VIPs, inferred: each with a real server that leaks it",
    counts: TEN_TO([0, 1, 2, 3, 4]),
    make: makeVips,
    topology: () => null,
  },
  {
    id: "vips-given",
    title: "VIPs, given: the same frames and a topology file",
    counts: TEN_TO([0, 1, 2, 3, 4]),
    make: makeVips,
    topology: vipTopology,
  },
  {
    id: "forgeries",
    title: "findings: addresses of others that one host claims",
    counts: TEN_TO([0, 1, 2, 3, 4, 5]),
    make: makeForgeries,
    topology: () => null,
  },
  {
    id: "disputes",
    title: "findings: addresses that two hosts have at once",
    counts: TEN_TO([0, 1, 2, 3, 4, 5]),
    make: makeDisputes,
    topology: () => null,
  },
];

function start(writer: FrameWriter): FrameMaker {
  return new FrameMaker(writer, new Random(SEED), START_SECONDS, MEAN_GAP_US);
}

function resolve(make: FrameMaker, asker: Host, owner: Host): void {
  make.request(asker, owner.ip);
  make.reply(owner, asker, owner.ip);
}

function hostAt(index: number): Host {
  return host(ipv4(10, 0, 0, 0) + index + 1);
}

function packetOf(sourceIp: number, destinationIp: number, index: number): Packet {
  return {
    sourceIp,
    destinationIp,
    sourcePort: 40_000,
    destinationPort: 80,
    identification: index & 0xffff,
    timeToLive: 64,
    bytes: 40,
  };
}

function dotted(ip: number): string {
  return [ip >>> 24, (ip >>> 16) & 0xff, (ip >>> 8) & 0xff, ip & 0xff].join(".");
}
