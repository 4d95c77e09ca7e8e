// @module-tag slow
import { describe, expect, it } from "vitest";
import { analyzeCapture } from "../../src/index.ts";
import { ARPSPOOF, relayed, SCAPY_MITM, TOOLS } from "../support/attacks.ts";
import { loadCollected } from "../support/collected.ts";
import { CLIENT, GATEWAY, type Host, INTRUDER, NEIGHBOUR, REAL_SERVER } from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import { type CapturedFrame, writePcap } from "../support/pcap.ts";
import { validReport } from "../support/schema.ts";
import { scratchFile } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";
import { at, isAt, whoHas } from "../support/traffic.ts";
import { framesShown, tsharkUnavailable } from "../support/tshark.ts";

const unavailable = tsharkUnavailable();
const POISONING = {
  attacker: INTRUDER,
  victim: REAL_SERVER,
  spoofed: GATEWAY,
  twoWay: true,
  from: 10_000,
  until: 40_000,
};
const TRUTH = [...lookup(0, REAL_SERVER, GATEWAY), ...lookup(50, GATEWAY, REAL_SERVER)];
const RELAYED = relayed({ ...POISONING, beyond: CLIENT.ip, hops: 1 });

interface Told {
  readonly name: string;
  readonly frames: readonly CapturedFrame[];
}

const CASES: readonly Told[] = [
  ...TOOLS.map((tool) => ({
    name: tool.name,
    frames: [
      ...TRUTH,
      ...tool.forged(POISONING),
      ...tool.answers(POISONING),
      ...RELAYED,
      ...tool.restoring(POISONING),
    ],
  })),
  { name: "answers to requests that are missing", frames: [...TRUTH, ...SCAPY_MITM.answers(POISONING)] },
  { name: "relayed packets alone", frames: [...TRUTH, ...RELAYED] },
  {
    name: "relayed packets alone, of neighbours",
    frames: [
      ...lookup(0, REAL_SERVER, NEIGHBOUR),
      ...lookup(50, NEIGHBOUR, REAL_SERVER),
      ...relayed({ ...POISONING, spoofed: NEIGHBOUR, beyond: null, hops: 0 }),
    ],
  },
  {
    name: "every frame captured twice",
    frames: [...TRUTH, ...ARPSPOOF.forged(POISONING)].flatMap(({ atNs, bytes }) => [
      { atNs, bytes },
      { atNs: atNs + 20_000, bytes },
    ]),
  },
  {
    name: "another's MAC in the forged frames",
    frames: [
      ...TRUTH,
      ...[2, 4, 6, 8].map((second) =>
        at(second * 1000, isAt(GATEWAY.ip, INTRUDER, REAL_SERVER, { mac: NEIGHBOUR.mac })),
      ),
    ],
  },
  {
    name: "a loop",
    frames: Array.from({ length: 90 }, (_, index) => at(index * 0.4, whoHas(GATEWAY.ip, NEIGHBOUR))),
  },
  {
    name: "a storm in spells",
    frames: [0, 5000, 9000].flatMap((start, spell) =>
      Array.from({ length: 60 - spell * 24 }, (_, index) =>
        at(start + index * 10, whoHas(GATEWAY.ip, NEIGHBOUR)),
      ),
    ),
  },
  {
    name: "a flood",
    frames: Array.from({ length: 220 }, (_, index): Host => {
      return { mac: `02:77:00:00:00:${index.toString(16).padStart(2, "0")}`, ip: `192.168.7.${index + 1}` };
    }).map((host, index) => at(index * 3, whoHas(GATEWAY.ip, host))),
  },
];

async function countedAndShown(capture: string) {
  const { findings } = validReport(await analyzeCapture(capture));
  const counted = findings.map(({ kind, ip, count }) => `${kind} ${ip}: ${count}`);
  const shown = await Promise.all(
    findings.map(
      async ({ kind, ip, displayFilter }) => `${kind} ${ip}: ${await framesShown(capture, displayFilter)}`,
    ),
  );
  return { counted, shown };
}

describe.skipIf(unavailable !== null)(
  `Wireshark shows as many frames as are counted${skippedFor(unavailable)}`,
  () => {
    it.each(CASES)("$name", async ({ frames }) => {
      const capture = scratchFile("attack.pcap", writePcap(frames.toSorted((a, b) => a.atNs - b.atNs)));
      const { counted, shown } = await countedAndShown(capture);
      expect(counted).not.toEqual([]);
      expect(shown).toEqual(counted);
    });

    it.each(loadCollected())("in the capture $name", async ({ capture }) => {
      const { counted, shown } = await countedAndShown(capture);
      expect(shown).toEqual(counted);
    });
  },
);
