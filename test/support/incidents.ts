import type { AnalyzeOptions, FindingKind } from "../../src/index.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  type Host,
  INTRUDER,
  NEIGHBOUR,
  REAL_SERVER,
  SECOND_REAL_SERVER,
  VIP,
} from "./frames.ts";
import type { CapturedFrame } from "./pcap.ts";
import { announcement, arping, at, isAt, packet, probe, whoHas } from "./traffic.ts";

/** One fault in its purest form, with the roles that its admin would give. */
export interface Incident {
  readonly name: string;
  readonly kind: FindingKind;
  readonly frames: readonly CapturedFrame[];
  readonly roles: AnalyzeOptions;
}

export const ROLES: AnalyzeOptions = {
  vips: [VIP],
  directors: [DIRECTOR.ip],
  realServers: [REAL_SERVER.ip],
  gateways: [GATEWAY.ip],
};

const FROM_CLIENT = { source: CLIENT.ip, destination: VIP };
const TO_CLIENT = { source: VIP, destination: CLIENT.ip };

/** `asker` looks `owner` up under its own address, and is answered. */
export function lookup(milliseconds: number, asker: Host, owner: Host): CapturedFrame[] {
  return [at(milliseconds, whoHas(owner.ip, asker)), at(milliseconds + 0.1, isAt(owner.ip, owner, asker))];
}

/** Frames 1 to 6: a client's first packet reaches the real server through the director, as it should. */
export const FIRST_REQUEST: readonly CapturedFrame[] = [
  at(0, whoHas(VIP, GATEWAY)),
  at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
  at(0.2, packet(GATEWAY, DIRECTOR, FROM_CLIENT)),
  ...lookup(0.3, DIRECTOR, REAL_SERVER),
  at(0.5, packet(DIRECTOR, REAL_SERVER, FROM_CLIENT)),
];

/** The real server asks for the gateway under its own address, answers the client from the VIP, and so on. */
export const SOUND_CLUSTER: readonly CapturedFrame[] = [
  ...FIRST_REQUEST,
  ...lookup(0.6, REAL_SERVER, GATEWAY),
  at(0.8, packet(REAL_SERVER, GATEWAY, TO_CLIENT)),
  at(300, packet(GATEWAY, DIRECTOR, { ...FROM_CLIENT, sourcePort: 40_001 })),
  at(300.1, packet(DIRECTOR, REAL_SERVER, { ...FROM_CLIENT, sourcePort: 40_001 })),
  at(300.2, packet(REAL_SERVER, GATEWAY, TO_CLIENT)),
];

/** The letter's Problem 3. Frame 7 is the leak, frame 8 the answer by which the gateway learned, frame 10 the proof. */
export const PROBLEM_3: Incident = {
  name: "the letter's problem 3",
  kind: "vip-source-in-request",
  roles: ROLES,
  frames: [
    ...FIRST_REQUEST,
    at(0.6, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
    at(0.7, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
    at(0.8, packet(REAL_SERVER, GATEWAY, TO_CLIENT)),
    at(300, packet(GATEWAY, REAL_SERVER, { ...FROM_CLIENT, sourcePort: 40_001 })),
    at(300.1, packet(REAL_SERVER, GATEWAY, TO_CLIENT)),
    at(600, packet(GATEWAY, REAL_SERVER, { ...FROM_CLIENT, sourcePort: 40_002 })),
  ],
};

/** Who is who comes first, frames 1 to 4; then the gateway asks for the VIP in frame 5, and both answer. */
function race(first: Host, second: Host): CapturedFrame[] {
  return [
    ...lookup(0, DIRECTOR, REAL_SERVER),
    ...lookup(10, GATEWAY, DIRECTOR),
    at(20, whoHas(VIP, GATEWAY)),
    at(20.1, isAt(VIP, first, GATEWAY)),
    at(20.2, isAt(VIP, second, GATEWAY)),
    at(25, packet(GATEWAY, first, FROM_CLIENT)),
  ];
}

export const REPLY_FIRST: Incident = {
  name: "a real server that answers for the VIP before the director",
  kind: "vip-reply",
  roles: ROLES,
  frames: race(REAL_SERVER, DIRECTOR),
};

export const REPLY_LATE: Incident = {
  name: "a real server that answers for the VIP after the director",
  kind: "vip-reply",
  roles: ROLES,
  frames: race(DIRECTOR, REAL_SERVER),
};

/** The announcement is frame 7; nobody sends to the VIP afterwards. */
export const ANNOUNCED: Incident = {
  name: "a real server that announces the VIP",
  kind: "vip-gratuitous",
  roles: ROLES,
  frames: [...FIRST_REQUEST, at(5000, announcement(VIP, REAL_SERVER))],
};

/** Three requests of the gateway, frames 3 to 5; none is answered. */
export const UNANSWERED: Incident = {
  name: "a director that never answers for the VIP",
  kind: "vip-unanswered",
  roles: ROLES,
  frames: [
    ...lookup(0, DIRECTOR, REAL_SERVER),
    ...[1000, 2000, 3000].map((milliseconds) => at(milliseconds, whoHas(VIP, GATEWAY))),
  ],
};

/** Three packets that reach the real server past the director; whoever claimed the VIP did so before the capture. */
export const LATE_CAPTURE: Incident = {
  name: "a capture that began after the leak",
  kind: "vip-bypass",
  roles: { vips: [VIP], directors: [DIRECTOR.mac], realServers: [REAL_SERVER.mac] },
  frames: [
    ...[0, 100, 200].flatMap((milliseconds, index) => [
      at(milliseconds, packet(GATEWAY, REAL_SERVER, { ...FROM_CLIENT, sourcePort: 40_000 + index })),
      at(milliseconds + 0.1, packet(REAL_SERVER, GATEWAY, TO_CLIENT)),
    ]),
    ...lookup(300, DIRECTOR, REAL_SERVER),
  ],
};

const TAKEN: Host = { ...SECOND_REAL_SERVER, ip: NEIGHBOUR.ip };

/** Each asks under the address, and answers for it, in turn. */
export const CONFLICT: Incident = {
  name: "two hosts that really use one address",
  kind: "address-conflict",
  roles: {},
  frames: [
    ...lookup(0, NEIGHBOUR, GATEWAY),
    ...lookup(5000, TAKEN, GATEWAY),
    ...lookup(10_000, NEIGHBOUR, GATEWAY),
    ...lookup(15_000, TAKEN, GATEWAY),
  ],
};

/** One that looked the address up, and so does not hold it, announces it by turns with its owner. */
export const FLIP_FLOP: Incident = {
  name: "an address that goes back and forth",
  kind: "flip-flop",
  roles: {},
  frames: [
    ...lookup(0, NEIGHBOUR, GATEWAY),
    ...lookup(100, SECOND_REAL_SERVER, NEIGHBOUR),
    at(5000, announcement(NEIGHBOUR.ip, SECOND_REAL_SERVER)),
    at(10_000, announcement(NEIGHBOUR.ip, NEIGHBOUR)),
    at(15_000, announcement(NEIGHBOUR.ip, SECOND_REAL_SERVER)),
    at(20_000, announcement(NEIGHBOUR.ip, NEIGHBOUR)),
  ],
};

function arpspoof(victim: Host, ip: string): CapturedFrame[] {
  return [5000, 7000, 9000].map((milliseconds) => at(milliseconds, isAt(ip, INTRUDER, victim)));
}

export const GATEWAY_SPOOFED: Incident = {
  name: "an intruder that claims the gateway's address",
  kind: "gateway-impersonation",
  roles: { gateways: [GATEWAY.ip] },
  frames: [
    ...lookup(0, REAL_SERVER, GATEWAY),
    ...arpspoof(REAL_SERVER, GATEWAY.ip),
    at(9500, packet(REAL_SERVER, INTRUDER, { destination: CLIENT.ip })),
  ],
};

export const NEIGHBOUR_SPOOFED: Incident = {
  name: "an intruder that claims a host's address",
  kind: "address-impersonation",
  roles: {},
  frames: [...lookup(0, GATEWAY, NEIGHBOUR), ...arpspoof(GATEWAY, NEIGHBOUR.ip)],
};

export const INCIDENTS: readonly Incident[] = [
  PROBLEM_3,
  REPLY_FIRST,
  REPLY_LATE,
  ANNOUNCED,
  UNANSWERED,
  LATE_CAPTURE,
  CONFLICT,
  FLIP_FLOP,
  GATEWAY_SPOOFED,
  NEIGHBOUR_SPOOFED,
];

/** What goes on around an incident and has nothing to do with it, though addresses and MACs are the same. */
export const AROUND = {
  problem3OnAnotherVlan: PROBLEM_3.frames.map(({ atNs, bytes }) => ({
    atNs: atNs + 20e9,
    bytes: Buffer.concat([bytes.subarray(0, 12), Buffer.from([0x81, 0x00, 0x00, 0x0a]), bytes.subarray(12)]),
  })),
  directorsTraffic: [
    at(1000, packet(NEIGHBOUR, DIRECTOR, { destination: VIP })),
    at(1000.1, packet(DIRECTOR, REAL_SERVER, { source: NEIGHBOUR.ip, destination: VIP })),
  ],
  directorsAnnouncement: [at(500, announcement(VIP, DIRECTOR))],
  probesForTheVip: [at(4000, probe(VIP, NEIGHBOUR)), at(4500, arping(VIP, NEIGHBOUR))],
} as const;
