import type { Host } from "../../test/support/frames.ts";
import { pcapHeader, pcapRecord } from "../../test/support/pcap.ts";
import { announcement, isAt, packet, whoHas } from "../../test/support/traffic.ts";

/** A busy segment with a cluster on it, frame by frame, stamped with the moment that each is made. */

const CLIENTS = 4_000;
const ORDINARY_HOSTS = 100;
/** One frame of so many is ARP: hosts that re-check what they know. */
const ARP_EVERY = 200;

const GATEWAY = host(1);
export const DIRECTOR = host(10);
const REAL_SERVERS: readonly Host[] = [host(11), host(12), host(13), host(14)];
/** A machine of the cluster that leaks. */
const LEAKING = host(15);
const ORDINARY: readonly Host[] = Array.from({ length: ORDINARY_HOSTS }, (_, index) => host(100 + index));

export function vip(index: number): string {
  return `10.0.1.${index + 1}`;
}

function host(number: number): Host {
  return { mac: `02:00:00:00:00:${number.toString(16).padStart(2, "0")}`, ip: `10.0.0.${number}` };
}

export const STREAM_HEADER = pcapHeader({ nanosecond: true });

export function record(bytes: Uint8Array, nowMs = Date.now()): Buffer {
  const nanoseconds = Math.floor((nowMs % 1000) * 1e6);
  return pcapRecord({ seconds: Math.floor(nowMs / 1000), fraction: nanoseconds, bytes });
}

/** `who-has gateway tell VIP`, and the gateway answers: it is poisoned from here on. */
export function leak(vipIndex: number): Buffer[] {
  const address = vip(vipIndex);
  return [
    whoHas(GATEWAY.ip, LEAKING, { tell: address }),
    isAt(GATEWAY.ip, GATEWAY, LEAKING, { toIp: address }),
  ];
}

/** The director announces itself: the gateway is right again. */
export function heal(vipIndex: number): Buffer {
  return announcement(vip(vipIndex), DIRECTOR);
}

/** What makes every host known: each looks the gateway up, the gateway each VIP, the director its real servers. */
export function introductions(vips: number): Buffer[] {
  const lookup = (asker: Host, owner: Host, ip = owner.ip) => [whoHas(ip, asker), isAt(ip, owner, asker)];
  return [
    ...[...ORDINARY, ...REAL_SERVERS, LEAKING, DIRECTOR].flatMap((asker) => lookup(asker, GATEWAY)),
    ...Array.from({ length: vips }, (_, index) => lookup(GATEWAY, DIRECTOR, vip(index))).flat(),
    ...[...REAL_SERVERS, LEAKING].flatMap((server) => lookup(DIRECTOR, server)),
  ];
}

/** The n-th frame of the ordinary traffic: requests through the director, replies past it, some ARP. */
export function ordinaryFrame(n: number, vips: number): Uint8Array {
  if (n % ARP_EVERY === 0) return recheck(n / ARP_EVERY);
  const known = TEMPLATES[n % TEMPLATES.length] ?? templates(vips);
  return known[Math.floor(n / TEMPLATES.length) % known.length] ?? recheck(n);
}

function recheck(n: number): Buffer {
  const asker = ORDINARY[n % ORDINARY.length] ?? GATEWAY;
  return n % 2 === 0
    ? whoHas(GATEWAY.ip, asker, { only: GATEWAY })
    : isAt(GATEWAY.ip, GATEWAY, ORDINARY[(n - 1) % ORDINARY.length] ?? asker);
}

const TEMPLATES: Uint8Array[][] = [[], [], []];

/** Made once: a program that writes 100,000 frames a second has no time to make them. */
export function prepare(vips: number): void {
  for (let index = 0; index < TEMPLATES.length; index++) TEMPLATES[index] = templates(vips, index);
}

function templates(vips: number, step = 0): Uint8Array[] {
  return Array.from({ length: CLIENTS }, (_, index) => {
    const client = `203.0.${index >> 8}.${index & 0xff}`;
    const server = REAL_SERVERS[index % REAL_SERVERS.length] ?? LEAKING;
    const service = vip(index % vips);
    const request = { source: client, destination: service, identification: index & 0xffff };
    if (step === 0) return packet(GATEWAY, DIRECTOR, request);
    if (step === 1) return packet(DIRECTOR, server, request);
    return packet(server, GATEWAY, { source: service, destination: client, timeToLive: 64 });
  });
}

/** Not what the segment would carry, but what the loudest device on it could say: new senders without end. */
export function spoofed(n: number): Buffer {
  const mac = `06:${[24, 16, 8, 0].map((shift) => ((n >>> shift) & 0xff).toString(16).padStart(2, "0")).join(":")}:07`;
  const ip = `10.${64 + ((n >> 16) & 63)}.${(n >> 8) & 0xff}.${n & 0xff}`;
  return whoHas(GATEWAY.ip, { mac, ip });
}
