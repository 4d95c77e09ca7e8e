import { analyzeCapture } from "../../../src/index.ts";
import type { BenignEvent, FindingEvent } from "../../../src/reports/event.ts";
import type { WatchGauges } from "../../../src/watch/event-sink.ts";
import { DIRECTOR, SECOND_DIRECTOR, VIP } from "../../support/frames.ts";
import { PROBLEM_3 } from "../../support/incidents.ts";
import { writePcap } from "../../support/pcap.ts";
import { scratchFile } from "../../support/scratch.ts";
import { announcement, at } from "../../support/traffic.ts";

const POISONED = await analyzeCapture(
  scratchFile("poisoned.pcap", writePcap(PROBLEM_3.frames)),
  PROBLEM_3.roles,
);

/** The letter's problem 3, as it would be told when it begins. */
export function opened(changes: Partial<FindingEvent> = {}): FindingEvent {
  const [finding] = POISONED.findings;
  if (finding === undefined) throw new Error("the incident is not found");
  return { ...finding, event: "opened", at: finding.last.time, ending: null, ...changes };
}

const TAKEN_OVER = await analyzeCapture(
  scratchFile(
    "taken-over.pcap",
    writePcap([at(0, announcement(VIP, DIRECTOR)), at(5000, announcement(VIP, SECOND_DIRECTOR))]),
  ),
  { vips: [VIP], directors: [DIRECTOR.mac, SECOND_DIRECTOR.mac] },
);

/** A director took over from another one. */
export function takeover(): BenignEvent {
  const change = TAKEN_OVER.benign.find(({ kind }) => kind === "director-takeover");
  if (change === undefined) throw new Error("no takeover is explained");
  return { ...change, event: "benign", at: change.last.time };
}

export const GAUGES: WatchGauges = {
  open: [
    { kind: "vip-reply", severity: "critical", ip: VIP, isVip: true, count: 2 },
    { kind: "address-conflict", severity: "warning", ip: "192.168.1.77", isVip: false, count: 1 },
  ],
  events: { opened: 3, updated: 2, restored: 1, benign: 4 },
  bindings: 7,
  hosts: 5,
  frames: 1234,
  bytes: 98_765,
  framesPerSecond: 12,
  droppedFrames: null,
  lagSeconds: 0.0005,
  workSeconds: 0.001,
  forgotten: 0,
  sinkDropped: { syslog: 6 },
};

/** Resolves when the condition holds; rejects when it never does. */
export async function until(holds: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("it never came true");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
