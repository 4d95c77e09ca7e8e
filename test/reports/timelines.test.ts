import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyzeCapture, type Report, type Timeline } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { CLIENT, DIRECTOR, GATEWAY, INTRUDER, REAL_SERVER, VIP } from "../support/frames.ts";
import { GATEWAY_SPOOFED, lookup, PROBLEM_3 } from "../support/incidents.ts";
import { seenAtPortOf } from "../support/port.ts";
import { loadRecordings, type Recording } from "../support/recordings.ts";
import { scratchFile } from "../support/scratch.ts";
import { at, isAt, packet } from "../support/traffic.ts";

function recorded(name: string): Recording {
  const found = loadRecordings().find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no recording ${name}`);
  return found;
}

function timelineOf(report: Report, ip: string): Timeline {
  const timeline = report.timelines.find((candidate) => candidate.ip === ip);
  if (timeline === undefined) throw new Error(`no timeline of ${ip}`);
  return timeline;
}

/** Whose MAC was held, from which frame to which: what a lane shows. */
function lanesOf({ observers }: Timeline) {
  return observers.map(({ host, held }) => [
    host.ip,
    held.map(({ owner, from, to }) => [owner.mac, from.frame, to?.frame ?? "the end"]),
  ]);
}

describe("the timeline of a VIP", () => {
  it("has a lane for each host that held its MAC, from change to change", async () => {
    const report = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    expect(lanesOf(timelineOf(report, VIP))).toEqual([
      [
        GATEWAY.ip,
        [
          [DIRECTOR.mac, 2, 7],
          [REAL_SERVER.mac, 7, "the end"],
        ],
      ],
    ]);
  });

  it("says how the wrong MAC came into the cache, and from which frame on it was used", async () => {
    const report = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    const [, wrong] = timelineOf(report, VIP).observers[0]?.held ?? [];
    expect([wrong?.cause, wrong?.used?.frame]).toEqual(["answered-request", 10]);
  });

  it("counts all frames of a flow that goes on", async () => {
    const more = [...Array(40).keys()].map((index) =>
      at(2000 + index * 10, packet(GATEWAY, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
    );
    const report = await analyze([...PROBLEM_3.frames, ...more], PROBLEM_3.roles);
    const astray = timelineOf(report, VIP).observers[0]?.sent.filter(({ to }) => to.mac === REAL_SERVER.mac);
    const bypass = report.findings[0]?.bypass;
    expect(astray?.map(({ frames, last }) => [frames, last.frame])).toEqual([
      [bypass?.frames, bypass?.last.frame],
    ]);
    expect(bypass?.frames).toBeGreaterThan(40);
  });

  it("counts what the host sent by what it believed", async () => {
    const report = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    const astray = timelineOf(report, VIP).observers[0]?.sent.filter(({ to }) => to.mac === REAL_SERVER.mac);
    const [finding] = report.findings;
    expect(astray?.map(({ frames, bytes, first }) => [frames, bytes, first.frame])).toEqual([
      [finding?.bypass?.frames, finding?.bypass?.bytes, finding?.bypass?.first.frame],
    ]);
  });

  it("marks every claim with its form, the accused one's first", async () => {
    const { claims } = timelineOf(await analyze(PROBLEM_3.frames, PROBLEM_3.roles), VIP);
    expect(
      claims.map(({ claimant, form, frames }) => [claimant.mac, form, frames.map(({ frame }) => frame)]),
    ).toEqual([
      [REAL_SERVER.mac, "request", [7]],
      [DIRECTOR.mac, "reply", [2]],
    ]);
  });

  it("ends a lane where the entry was lost, and begins it anew with the answer", async () => {
    const recording = recorded("problem-3-self-heals");
    const report = await analyzeCapture(recording.capture, { topology: recording.topology });
    const [victim] = report.findings[0]?.victims ?? [];
    const [lane] = timelineOf(report, VIP).observers;
    expect(lane?.held.map(({ owner }) => owner.role)).toEqual(["director", "real-server", "director"]);
    expect(lane?.held.at(-1)?.from).toEqual(victim?.restored);
  });

  it("shows as possible what a host may have learned where this cannot be seen", async () => {
    const recording = recorded("problem-3");
    const bytes = seenAtPortOf(readFileSync(recording.capture), DIRECTOR.mac);
    const report = await analyzeCapture(scratchFile("port.pcap", bytes), { topology: recording.topology });
    const held = timelineOf(report, VIP).observers.flatMap((observer) => observer.held);
    expect(held.filter(({ state }) => state === "possible")).toMatchObject([
      { owner: { mac: REAL_SERVER.mac }, cause: "not-observable", from: { frame: 7 }, to: null },
    ]);
  });
});

describe("the timeline of a gateway", () => {
  it("puts the hosts that were fooled before the others", async () => {
    const report = await analyze(
      [
        ...lookup(0, DIRECTOR, GATEWAY),
        ...GATEWAY_SPOOFED.frames.map(({ atNs, bytes }) => ({ atNs: atNs + 1e9, bytes })),
      ],
      GATEWAY_SPOOFED.roles,
    );
    const timeline = timelineOf(report, GATEWAY.ip);
    expect([timeline.role, timeline.observers.map(({ host }) => host.ip)]).toEqual([
      "gateway",
      [REAL_SERVER.ip, DIRECTOR.ip],
    ]);
    expect(timeline.claims[0]?.claimant.mac).toBe(INTRUDER.mac);
  });
});

describe("the timelines", () => {
  it("stay few, however many addresses are contested", async () => {
    const frames = Array.from({ length: 80 }, (_, index) => {
      const ip = `192.168.${index + 2}.9`;
      const hosts = ["0a", "0b", "0a", "0b"].map((side) => ({
        mac: `02:00:00:00:${side}:${String(index).padStart(2, "0")}`,
        ip,
      }));
      return hosts.flatMap((host, turn) => lookup(index * 40_000 + turn * 5000, host, GATEWAY));
    }).flat();
    const report = await analyze(frames);
    expect(report.findings.length).toBeGreaterThan(60);
    expect(report.timelines.length).toBeLessThanOrEqual(48);
  });

  it("keep the first and the newest of what alternates without end", async () => {
    const frames = Array.from({ length: 400 }, (_, index) =>
      at(5000 + index * 2000, isAt(GATEWAY.ip, index % 2 === 0 ? INTRUDER : GATEWAY, REAL_SERVER)),
    );
    const report = await analyze([...lookup(0, REAL_SERVER, GATEWAY), ...frames], { gateways: [GATEWAY.ip] });
    const [lane] = timelineOf(report, GATEWAY.ip).observers;
    expect(lane?.held.length).toBeLessThanOrEqual(128);
    expect(lane?.held[0]?.from.frame).toBe(2);
    expect(lane?.held.at(-1)?.from.frame).toBe(402);
  });
});
