import {
  BYSTANDERS,
  CLIENTS,
  CULPRIT,
  clientIp,
  DIRECTOR,
  GATEWAY,
  ROUTED_REAL_SERVERS,
  STOLEN_VIP,
  TUNNELLED_REAL_SERVERS,
  VIPS,
} from "./cluster.ts";
import type { FrameMaker, Host, Packet } from "./frames.ts";
import type { Random } from "./random.ts";

/** How long a packet may be, in bytes from the IPv4 header on. */
export type PacketSize = (random: Random) => number;

interface Connection {
  readonly clientIp: number;
  readonly clientPort: number;
  readonly vip: number;
  readonly realServer: Host;
  readonly tunnelled: boolean;
}

/** A client's packet on its way through the cluster, and the answer to it. */
interface Exchange {
  readonly request: Packet;
  readonly reply: Packet;
  connection: Connection;
  /** The gateway sent it straight to the real server. */
  bypassed: boolean;
}

const CONNECTIONS = 1 << 14;
/** One exchange in so many opens a new connection in place of another. */
const PACKETS_PER_CONNECTION = 48;
/** Of the 16,384 connections 30 %: then every tenth frame is the director's to a tunnelled real server. */
const TUNNELLED_PERCENT = 30;
/** So many exchanges later the director has passed a packet on, and the real server has answered it. */
const FORWARD_AFTER = 3;
const REPLY_AFTER = 37;
const IN_FLIGHT = 64;
/** Two ARP frames for a thousand of all. */
const FRAMES_PER_ARP = 1000;

/**
 * A cluster's traffic as a mirror port sees it: gateway to director, director to real server by direct routing or IPIP,
 * real server to gateway.
 *
 * In the middle one real server asks who-has gateway tell VIP; for a hundredth of the capture the gateway sends that
 * VIP's packets straight to it, then the director's gratuitous ARP puts it right.
 *
 * @param bytes how large the capture is to become
 * @returns the frames that bypassed the director
 */
export function makeLvsTraffic(
  make: FrameMaker,
  random: Random,
  bytes: number,
  size: PacketSize,
  paddedTo: number,
): number {
  resolveEverybody(make);
  const connections = Array.from({ length: CONNECTIONS }, () => connect(random));
  const ring = Array.from({ length: IN_FLIGHT }, () => newExchange(connect(random)));
  const arp = new OrdinaryArp(make, random);
  let bypassFrames = 0;
  let identification = 0;
  let stage: "before" | "poisoned" | "after" = "before";
  let nextArpAt = make.frames + FRAMES_PER_ARP;

  for (let index = 0; make.writtenBytes < bytes; index++) {
    if (stage === "before" && make.writtenBytes >= bytes * 0.5) {
      stage = "poisoned";
      make.request(CULPRIT, GATEWAY.ip, STOLEN_VIP);
      make.reply(GATEWAY, CULPRIT, GATEWAY.ip, STOLEN_VIP);
    } else if (stage === "poisoned" && make.writtenBytes >= bytes * 0.51 && bypassFrames > 0) {
      stage = "after";
      make.announce(DIRECTOR, STOLEN_VIP);
    }
    if (make.frames >= nextArpAt) {
      arp.next(stage === "poisoned" ? STOLEN_VIP : null);
      nextArpAt += FRAMES_PER_ARP;
    }

    const slot = random.below(CONNECTIONS);
    if (random.below(PACKETS_PER_CONNECTION) === 0) connections[slot] = connect(random);
    const connection = connections[slot] ?? connect(random);
    const exchange = ring[index % IN_FLIGHT] ?? newExchange(connection);
    identification = (identification + 1) & 0xffff;
    begin(exchange, connection, size(random), size(random), identification);
    exchange.bypassed = stage === "poisoned" && connection.vip === STOLEN_VIP;
    if (exchange.bypassed) bypassFrames++;
    make.packet(GATEWAY, exchange.bypassed ? CULPRIT : DIRECTOR, exchange.request, paddedTo);

    if (index >= FORWARD_AFTER) forward(make, ring[(index - FORWARD_AFTER) % IN_FLIGHT]);
    if (index >= REPLY_AFTER) answer(make, ring[(index - REPLY_AFTER) % IN_FLIGHT]);
  }
  return bypassFrames;
}

function forward(make: FrameMaker, exchange: Exchange | undefined): void {
  if (exchange === undefined || exchange.bypassed) return;
  const { connection, request } = exchange;
  request.timeToLive--;
  if (connection.tunnelled) {
    make.tunnelled(DIRECTOR, connection.realServer, request, request.identification);
  } else {
    make.packet(DIRECTOR, connection.realServer, request);
  }
}

function answer(make: FrameMaker, exchange: Exchange | undefined): void {
  if (exchange === undefined) return;
  make.packet(exchange.bypassed ? CULPRIT : exchange.connection.realServer, GATEWAY, exchange.reply);
}

function connect(random: Random): Connection {
  // The product of two evenly spread numbers prefers the small ones: few clients send much, many little.
  const client = Math.floor((random.below(CLIENTS) * random.below(CLIENTS)) / CLIENTS);
  const tunnelled = random.below(100) < TUNNELLED_PERCENT;
  return {
    clientIp: clientIp(client),
    clientPort: 1024 + random.below(64512),
    vip: pick(VIPS, random),
    realServer: pick(tunnelled ? TUNNELLED_REAL_SERVERS : ROUTED_REAL_SERVERS, random),
    tunnelled,
  };
}

function newExchange(connection: Connection): Exchange {
  const packet = (): Packet => ({
    sourceIp: 0,
    destinationIp: 0,
    sourcePort: 0,
    destinationPort: 0,
    identification: 0,
    timeToLive: 0,
    bytes: 0,
  });
  return { request: packet(), reply: packet(), connection, bypassed: false };
}

function begin(
  exchange: Exchange,
  connection: Connection,
  requestBytes: number,
  replyBytes: number,
  identification: number,
): void {
  const { request, reply } = exchange;
  exchange.connection = connection;
  request.sourceIp = reply.destinationIp = connection.clientIp;
  request.destinationIp = reply.sourceIp = connection.vip;
  request.sourcePort = reply.destinationPort = connection.clientPort;
  request.destinationPort = reply.sourcePort = 443;
  request.identification = identification;
  reply.identification = identification ^ 0x5555;
  request.timeToLive = 57;
  reply.timeToLive = 64;
  // A tunnel's outer header must fit into 1500 bytes, too: path MTU discovery sees to that.
  request.bytes = connection.tunnelled ? Math.min(requestBytes, 1480) : requestBytes;
  reply.bytes = replyBytes;
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** The first frames of the capture: whoever will send to an address asks for it, and is answered. */
function resolveEverybody(make: FrameMaker): void {
  const resolve = (asker: Host, owner: Host, ip: number) => {
    make.request(asker, ip);
    make.reply(owner, asker, ip);
  };
  for (const vip of VIPS) resolve(GATEWAY, DIRECTOR, vip);
  for (const realServer of [...ROUTED_REAL_SERVERS, ...TUNNELLED_REAL_SERVERS]) {
    resolve(DIRECTOR, realServer, realServer.ip);
    resolve(realServer, GATEWAY, GATEWAY.ip);
  }
}

/** What goes on in a sound segment: probes of what is known, strangers that resolve each other, a gratuitous ARP at times. */
class OrdinaryArp {
  private readonly make: FrameMaker;
  private readonly random: Random;
  private turn = 0;

  constructor(make: FrameMaker, random: Random) {
    this.make = make;
    this.random = random;
  }

  /** Two frames. @param untouched a VIP of which nothing is to be said now */
  next(untouched: number | null): void {
    const { make, random } = this;
    const vip = pick(VIPS, random);
    const realServer = pick(random.below(2) === 0 ? ROUTED_REAL_SERVERS : TUNNELLED_REAL_SERVERS, random);
    switch (this.turn++ % 5) {
      case 0:
        if (vip !== untouched) this.probe(GATEWAY, DIRECTOR, vip);
        else this.strangers();
        return;
      case 1:
        this.probe(DIRECTOR, realServer, realServer.ip);
        return;
      case 2:
        this.probe(realServer, GATEWAY, GATEWAY.ip);
        return;
      case 3:
        this.strangers();
        return;
      default:
        make.announce(DIRECTOR, vip === untouched ? DIRECTOR.ip : vip);
        make.announce(realServer, realServer.ip);
    }
  }

  private probe(asker: Host, owner: Host, ip: number): void {
    this.make.request(asker, ip, asker.ip, owner);
    this.make.reply(owner, asker, ip);
  }

  /** Each asks for its neighbour and for nobody else, or it would be a scan. */
  private strangers(): void {
    const index = this.random.below(BYSTANDERS.length);
    const asker = BYSTANDERS[index] ?? GATEWAY;
    const owner = BYSTANDERS[(index + 1) % BYSTANDERS.length] ?? GATEWAY;
    this.make.request(asker, owner.ip);
    this.make.reply(owner, asker, owner.ip);
  }
}
