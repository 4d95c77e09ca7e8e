import fc from "fast-check";
import { DIRECTOR, GATEWAY, INTRUDER, NEIGHBOUR, REAL_SERVER, SECOND_REAL_SERVER, VIP } from "./frames.ts";
import type { CapturedFrame } from "./pcap.ts";
import { announcement, arping, isAt, packet, probe, tunnelled, whoHas } from "./traffic.ts";

const HOSTS = [GATEWAY, DIRECTOR, REAL_SERVER, SECOND_REAL_SERVER, NEIGHBOUR, INTRUDER];
const IPS = [VIP, GATEWAY.ip, REAL_SERVER.ip, NEIGHBOUR.ip];

const host = fc.constantFrom(...HOSTS);
const ip = fc.constantFrom(...IPS);
const tags = fc.constantFrom([], [], [], [{ vlan: 10 }]);

const frame = fc.oneof(
  fc
    .tuple(ip, host, ip, tags)
    .map(([target, asker, tell, vlan]) => whoHas(target, asker, { tell, tags: vlan })),
  fc.tuple(ip, host, host, ip).map(([target, asker, only, tell]) => whoHas(target, asker, { only, tell })),
  fc
    .tuple(ip, host, host, ip)
    .map(([claimed, sender, receiver, toIp]) => isAt(claimed, sender, receiver, { toIp })),
  fc.tuple(ip, host, tags).map(([claimed, sender, vlan]) => announcement(claimed, sender, { tags: vlan })),
  fc.tuple(ip, host).map(([claimed, sender]) => announcement(claimed, sender, { as: "reply" })),
  fc.tuple(ip, host).map(([target, asker]) => probe(target, asker)),
  fc.tuple(ip, host).map(([target, asker]) => arping(target, asker)),
  fc
    .tuple(host, host, ip, ip)
    .map(([sender, receiver, source, destination]) => packet(sender, receiver, { source, destination })),
  fc
    .tuple(host, host, ip)
    .map(([sender, receiver, destination]) => tunnelled(sender, receiver, { destination })),
);

/** Somebody asks, somebody answers: without such pairs hardly a cache would ever be filled. */
const lookup = fc
  .tuple(ip, host, host, ip)
  .map(([target, asker, owner, tell]) => [
    whoHas(target, asker, { tell }),
    isAt(target, owner, asker, { toIp: tell }),
  ]);

const LATENCY_NS = 100_000;

/** What six hosts might say to each other, sensible or not; gaps from microseconds to a minute. */
export const conversation: fc.Arbitrary<CapturedFrame[]> = fc
  .array(
    fc.tuple(
      fc.constantFrom(50_000, 1_500_000, 400_000_000, 1_100_000_000, 60_000_000_000),
      fc.oneof(
        lookup,
        frame.map((bytes) => [bytes]),
      ),
    ),
    { minLength: 1, maxLength: 30, size: "max" },
  )
  .map((steps) => {
    let atNs = 0;
    return steps.flatMap(([gapNs, exchange]) => {
      atNs += gapNs;
      return exchange.map((bytes) => {
        atNs += LATENCY_NS;
        return { atNs, bytes };
      });
    });
  });
