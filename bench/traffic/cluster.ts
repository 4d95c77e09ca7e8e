import { type Host, host, ipv4 } from "./frames.ts";

function lan(last: number): Host {
  return host(ipv4(192, 168, 1, last));
}

function range(from: number, count: number): Host[] {
  return Array.from({ length: count }, (_, index) => lan(from + index));
}

/** The segment that the mirror port shows: 192.168.1.0/24, its clients behind the gateway. */
export const GATEWAY = lan(1);
export const DIRECTOR = lan(10);
/** Addresses of services; they have no MAC of their own. */
export const VIPS: readonly number[] = [2, 3, 4, 5].map((last) => lan(last).ip);
export const ROUTED_REAL_SERVERS: readonly Host[] = range(11, 8);
export const TUNNELLED_REAL_SERVERS: readonly Host[] = range(21, 4);
/** Hosts that have nothing to do with the cluster but resolve each other. */
export const BYSTANDERS: readonly Host[] = range(101, 64);

/** What is wrong in it: this real server asks in this VIP's name. */
export const CULPRIT = lan(11);
export const STOLEN_VIP = lan(2).ip;

export const CLIENTS = 4096;

export function clientIp(index: number): number {
  return ipv4(10, 64, index >>> 8, index & 0xff);
}

/** Who is who, as the analyser's flags. */
export const ROLE_FLAGS: readonly string[] = [
  ...VIPS.flatMap((ip) => ["--vip", dotted(ip)]),
  "--director",
  dotted(DIRECTOR.ip),
  ...[...ROUTED_REAL_SERVERS, ...TUNNELLED_REAL_SERVERS].flatMap(({ ip }) => ["--real-server", dotted(ip)]),
  "--gateway",
  dotted(GATEWAY.ip),
];

function dotted(ip: number): string {
  return [ip >>> 24, (ip >>> 16) & 0xff, (ip >>> 8) & 0xff, ip & 0xff].join(".");
}
