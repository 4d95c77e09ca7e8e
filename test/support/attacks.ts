import { arp, BROADCAST_MAC, EtherType, ethernet, type Host, NO_IP, NO_MAC } from "./frames.ts";
import type { CapturedFrame } from "./pcap.ts";
import { at, isAt, packet, whoHas } from "./traffic.ts";

/**
 * What the well-known tools for ARP poisoning send, frame by frame as their sources have it: kinds, destinations,
 * intervals, and how they put things right at their end.
 */

export interface Poisoning {
  readonly attacker: Host;
  /** Whose cache is to take the attacker's MAC for `spoofed`. */
  readonly victim: Host;
  readonly spoofed: Host;
  /** Also the other way round: `spoofed` is to take it for `victim`. */
  readonly twoWay: boolean;
  readonly from: number;
  readonly until: number;
}

export interface Tool {
  readonly name: string;
  /** Frames that the attacker forged. */
  forged(poisoning: Poisoning): CapturedFrame[];
  /** What the poisoned hosts send back because of them. */
  answers(poisoning: Poisoning): CapturedFrame[];
  /** The true bindings, sent by the attacker when it stops. */
  restoring(poisoning: Poisoning): CapturedFrame[];
}

interface Pair {
  readonly victim: Host;
  readonly spoofed: Host;
}

function pairs({ victim, spoofed, twoWay }: Poisoning): Pair[] {
  const there = { victim, spoofed };
  return twoWay ? [there, { victim: spoofed, spoofed: victim }] : [there];
}

function every(intervalMs: number, { from, until }: Poisoning): number[] {
  return Array.from(
    { length: Math.floor((until - from) / intervalMs) + 1 },
    (_, index) => from + index * intervalMs,
  );
}

/** Each round tells every victim once, `stormDelayMs` apart. */
function replies(poisoning: Poisoning, rounds: readonly number[], stormDelayMs: number): CapturedFrame[] {
  return rounds.flatMap((start) =>
    pairs(poisoning).map(({ victim, spoofed }, index) =>
      at(start + index * stormDelayMs, isAt(spoofed.ip, poisoning.attacker, victim)),
    ),
  );
}

/** The true owner's MAC as ARP sender, the attacker's as Ethernet source. */
function restoringReplies(poisoning: Poisoning, times: number, intervalMs: number): CapturedFrame[] {
  return Array.from({ length: times }, (_, index) => poisoning.until + 1000 + index * intervalMs).flatMap(
    (start) =>
      pairs(poisoning).map(({ victim, spoofed }, index) =>
        at(start + index, isAt(spoofed.ip, poisoning.attacker, victim, { mac: spoofed.mac })),
      ),
  );
}

/** ec_arp_poisoning.c and etter.conf: arp_poison_warm_up 1 s five times, then arp_poison_delay 10 s; storm delay 10 ms. */
export const ETTERCAP: Tool = {
  name: "ettercap",
  forged(poisoning) {
    const warmUp = [0, 1, 2, 3, 4].map((round) => poisoning.from + round * 1000);
    const steady = every(10_000, { ...poisoning, from: poisoning.from + 14_000 });
    // The first round also sends an ICMP echo in each other's name: so that there is an entry to overwrite.
    const echoes = pairs(poisoning).map(({ victim, spoofed }, index) =>
      at(
        poisoning.from - 5 + index,
        packet(poisoning.attacker, victim, { source: spoofed.ip, timeToLive: 64, identification: 0xe77e }),
      ),
    );
    return [...echoes, ...replies(poisoning, [...warmUp, ...steady], 10)];
  },
  answers: () => [],
  restoring: (poisoning) => restoringReplies(poisoning, 3, 1000),
};

const BETTERCAP: Tool = {
  name: "bettercap",
  forged: (poisoning) => replies(poisoning, every(1000, poisoning), 1),
  answers: () => [],
  restoring: (poisoning) => restoringReplies(poisoning, 1, 1000),
};

export const ARPSPOOF: Tool = {
  name: "arpspoof",
  forged: (poisoning) => replies(poisoning, every(2000, poisoning), 3),
  answers: () => [],
  restoring: (poisoning) => restoringReplies(poisoning, 3, 1000),
};

/** `who-has victim tell spoofed`, which the victim answers to the attacker. */
function requests(poisoning: Poisoning, intervalMs: number, broadcast: boolean): CapturedFrame[] {
  return every(intervalMs, poisoning).flatMap((start) =>
    pairs(poisoning).map(({ victim, spoofed }, index) =>
      at(
        start + index * 5,
        whoHas(victim.ip, poisoning.attacker, { tell: spoofed.ip, ...(!broadcast && { only: victim }) }),
      ),
    ),
  );
}

function requestAnswers(poisoning: Poisoning, intervalMs: number): CapturedFrame[] {
  return every(intervalMs, poisoning).flatMap((start) =>
    pairs(poisoning).map(({ victim, spoofed }, index) =>
      at(start + index * 5 + 0.3, isAt(victim.ip, victim, poisoning.attacker, { toIp: spoofed.ip })),
    ),
  );
}

function restoringRequests(poisoning: Poisoning): CapturedFrame[] {
  return pairs(poisoning).map(({ victim, spoofed }, index) =>
    at(
      poisoning.until + 1000 + index * 5,
      ethernet({
        to: BROADCAST_MAC,
        from: poisoning.attacker.mac,
        type: EtherType.Arp,
        payload: arp({
          operation: 1,
          senderMac: spoofed.mac,
          senderIp: spoofed.ip,
          targetMac: NO_MAC,
          targetIp: victim.ip,
        }),
      }),
    ),
  );
}

export const SCAPY_CACHE_POISON: Tool = {
  name: "scapy arpcachepoison",
  forged: (poisoning) => requests(poisoning, 15_000, true),
  answers: (poisoning) => requestAnswers(poisoning, 15_000),
  restoring: restoringRequests,
};

export const SCAPY_MITM: Tool = {
  name: "scapy arp_mitm",
  forged: (poisoning) => requests(poisoning, 3000, false),
  answers: (poisoning) => requestAnswers(poisoning, 3000),
  restoring: restoringRequests,
};

export const TOOLS: readonly Tool[] = [ETTERCAP, BETTERCAP, ARPSPOOF, SCAPY_CACHE_POISON, SCAPY_MITM];

/** arpspoof without a target: the whole subnet hears by broadcast replies that the address is at the attacker. */
export function subnetWide({
  attacker,
  spoofed,
  from,
  until,
}: Omit<Poisoning, "victim" | "twoWay">): CapturedFrame[] {
  return every(2000, { attacker, spoofed, from, until, victim: spoofed, twoWay: false }).map((start) =>
    at(
      start,
      ethernet({
        to: BROADCAST_MAC,
        from: attacker.mac,
        type: EtherType.Arp,
        payload: arp({
          operation: 2,
          senderMac: attacker.mac,
          senderIp: spoofed.ip,
          targetMac: BROADCAST_MAC,
          targetIp: NO_IP,
        }),
      }),
    ),
  );
}

export interface Relaying extends Poisoning {
  /** The address beyond the gateway that the victim talks to; null where it talks to `spoofed` itself. */
  readonly beyond: string | null;
  /** 0 for a tool that forwards by itself, 1 for a kernel with ip_forward. */
  readonly hops: 0 | 1;
}

/** What the victim sends to the attacker and the attacker sends on; the answers come back the same way, or straight. */
export function relayed({
  attacker,
  victim,
  spoofed,
  twoWay,
  from,
  until,
  beyond,
  hops,
}: Relaying): CapturedFrame[] {
  const far = beyond ?? spoofed.ip;
  const times = Array.from({ length: 8 }, (_, index) => from + ((until - from) * (index + 0.5)) / 8);
  return times.flatMap((start, index) => {
    const there = { source: victim.ip, destination: far, identification: 1000 + index };
    const back = {
      source: far,
      destination: victim.ip,
      identification: 2000 + index,
      destinationPort: 40_000,
    };
    const ttl = beyond === null ? 64 : 57;
    return [
      at(start, packet(victim, attacker, { ...there, timeToLive: 64 })),
      at(start + 0.2, packet(attacker, spoofed, { ...there, timeToLive: 64 - hops })),
      ...(twoWay
        ? [
            at(start + 1, packet(spoofed, attacker, { ...back, timeToLive: ttl })),
            at(start + 1.2, packet(attacker, victim, { ...back, timeToLive: ttl - hops })),
          ]
        : [at(start + 1, packet(spoofed, victim, { ...back, timeToLive: ttl }))]),
    ];
  });
}
