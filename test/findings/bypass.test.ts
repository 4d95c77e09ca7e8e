import { describe, expect, it } from "vitest";
import { type AnalyzeOptions, analyzeCapture, type ReportedBypass } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  INTRUDER,
  NEIGHBOUR,
  REAL_SERVER,
  SECOND_REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { FIRST_REQUEST, LATE_CAPTURE, lookup, PROBLEM_3, ROLES } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { portUnreachable, TcpFlag, tcpSegment } from "../support/refusals.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

async function bypass(
  frames: readonly CapturedFrame[],
  roles: AnalyzeOptions = ROLES,
): Promise<ReportedBypass> {
  const found = (await analyze(frames, roles)).findings.flatMap((finding) => finding.bypass ?? []);
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} bypasses`);
  return first;
}

async function bypassIn(name: string): Promise<ReportedBypass> {
  const recording = loadRecordings().find((candidate) => candidate.name === name);
  if (recording === undefined) throw new Error(`no recording ${name}`);
  const report = await analyzeCapture(recording.capture, { topology: recording.topology });
  const found = report.findings[0]?.bypass;
  if (found == null) throw new Error(`no bypass in ${name}`);
  return found;
}

function request(milliseconds: number, sourcePort: number): CapturedFrame {
  return at(milliseconds, packet(GATEWAY, REAL_SERVER, { source: CLIENT.ip, destination: VIP, sourcePort }));
}

function answer(milliseconds: number, clientPort: number): CapturedFrame {
  const ports = { sourcePort: 80, destinationPort: clientPort };
  return at(milliseconds, packet(REAL_SERVER, GATEWAY, { source: VIP, destination: CLIENT.ip, ...ports }));
}

/** Frames 1 to 8: the cluster works, then the real server leaks the VIP and the gateway learns it. */
const LEAKED = PROBLEM_3.frames.slice(0, 8);

describe("traffic that went past the director", () => {
  it("is answered where the claimant sends packets back", async () => {
    const frames = [...LEAKED, request(300, 40_001), answer(300.1, 40_001), request(400, 40_002)];
    expect(await bypass(frames)).toMatchObject({ flows: 2, answered: 1, reset: 0, unanswered: 1 });
  });

  it("is not answered by what the real server sends to another client port", async () => {
    const frames = [...LEAKED, request(300, 40_001), answer(300.1, 40_009)];
    expect(await bypass(frames)).toMatchObject({ flows: 1, answered: 0, unanswered: 1 });
  });

  it("is not answered by what had come back before", async () => {
    const frames = [...LEAKED, answer(200, 40_001), request(300, 40_001)];
    expect(await bypass(frames)).toMatchObject({ answered: 0, unanswered: 1 });
  });

  it("is reset where nobody listens: by TCP with RST, by ICMP for UDP", async () => {
    const syn = { source: CLIENT.ip, destination: VIP, sourcePort: 50_000, destinationPort: 80 };
    const rst = { source: VIP, destination: CLIENT.ip, sourcePort: 80, destinationPort: 50_000 };
    const frames = [
      ...LEAKED,
      at(300, tcpSegment(GATEWAY, REAL_SERVER, { ...syn, flags: TcpFlag.Syn })),
      at(300.1, tcpSegment(REAL_SERVER, GATEWAY, { ...rst, flags: TcpFlag.Rst | TcpFlag.Ack })),
      request(400, 40_001),
      at(400.1, portUnreachable(REAL_SERVER, GATEWAY, { client: CLIENT.ip, clientPort: 40_001, vip: VIP })),
    ];
    expect(await bypass(frames)).toMatchObject({ flows: 2, answered: 0, reset: 2, unanswered: 0 });
  });

  it("counts a connection that was served and then torn down as answered", async () => {
    const there = { source: CLIENT.ip, destination: VIP, sourcePort: 50_000, destinationPort: 80 };
    const back = { source: VIP, destination: CLIENT.ip, sourcePort: 80, destinationPort: 50_000 };
    const frames = [
      ...LEAKED,
      at(300, tcpSegment(GATEWAY, REAL_SERVER, { ...there, flags: TcpFlag.Syn })),
      at(300.1, tcpSegment(REAL_SERVER, GATEWAY, { ...back, flags: TcpFlag.Syn | TcpFlag.Ack })),
      at(400, tcpSegment(REAL_SERVER, GATEWAY, { ...back, flags: TcpFlag.Rst })),
    ];
    expect(await bypass(frames)).toMatchObject({ flows: 1, answered: 1, reset: 0 });
  });

  it("does not include what the director passed on to the same real server", async () => {
    const passedOn = [
      at(500, packet(DIRECTOR, REAL_SERVER, { source: NEIGHBOUR.ip, destination: VIP })),
      at(501, packet(DIRECTOR, REAL_SERVER, { source: NEIGHBOUR.ip, destination: VIP })),
    ];
    expect(await bypass([...LEAKED, request(300, 40_001), ...passedOn])).toMatchObject({ frames: 1 });
  });

  it("counts what the claimant passes on to the director once, on its way to the claimant", async () => {
    const spoofed = [
      ...FIRST_REQUEST,
      ...[2000, 4000].map((milliseconds) => at(milliseconds, isAt(VIP, INTRUDER, GATEWAY))),
      ...[5000, 5100].flatMap((milliseconds) => [
        at(milliseconds, packet(GATEWAY, INTRUDER, { source: CLIENT.ip, destination: VIP })),
        at(milliseconds + 0.1, packet(INTRUDER, DIRECTOR, { source: CLIENT.ip, destination: VIP })),
        at(milliseconds + 0.2, packet(DIRECTOR, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
      ]),
    ];
    expect(await bypass(spoofed)).toMatchObject({ frames: 2, flows: 0 });
  });

  it("is split between what began before the capture and the leak after the cure", async () => {
    const frames = [
      ...LATE_CAPTURE.frames,
      at(1000, announcement(VIP, DIRECTOR)),
      at(1100, packet(GATEWAY, DIRECTOR, { source: CLIENT.ip, destination: VIP })),
      at(2000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
      at(2000.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
      request(2100, 40_001),
      request(2200, 40_002),
    ];
    const { findings } = await analyze(frames, LATE_CAPTURE.roles);
    expect(findings.map((finding) => [finding.kind, finding.bypass?.frames, finding.bypass?.flows])).toEqual([
      ["vip-bypass", 3, 3],
      ["vip-source-in-request", 2, 2],
    ]);
  });

  it("does not include what an address' former owner got in its own time", async () => {
    const former = { ...SECOND_REAL_SERVER, ip: NEIGHBOUR.ip };
    const toFormer = (milliseconds: number) =>
      at(milliseconds, packet(GATEWAY, former, { source: CLIENT.ip, destination: NEIGHBOUR.ip }));
    const frames = [
      at(0, announcement(NEIGHBOUR.ip, former)),
      ...[1000, 2000, 3000].map(toFormer),
      ...lookup(5000, NEIGHBOUR, GATEWAY),
      at(10_000, isAt(NEIGHBOUR.ip, former, GATEWAY)),
      ...[11_000, 12_000].map(toFormer),
    ];
    const { findings } = await analyze(frames);
    expect(findings.map(({ kind, claimant, bypass: found }) => [kind, claimant.mac, found?.frames])).toEqual([
      ["address-conflict", former.mac, 2],
    ]);
  });
});

describe("the end of it", () => {
  it("is the director's announcement, at the frame that made it", async () => {
    const frames = [...LEAKED, request(300, 40_001), at(2000, announcement(VIP, DIRECTOR))];
    expect(await bypass(frames)).toMatchObject({ endedBy: "announcement", ended: { frame: 10 } });
  });

  it("is another frame for the director where that overrode the entry", async () => {
    const frames = [
      ...LEAKED,
      request(300, 40_001),
      at(2000, whoHas(GATEWAY.ip, DIRECTOR, { tell: VIP })),
      at(2000.1, isAt(GATEWAY.ip, GATEWAY, DIRECTOR, { toIp: VIP })),
    ];
    expect(await bypass(frames)).toMatchObject({ endedBy: "claim" });
  });

  it("is the capture's where the cache is wrong to the last", async () => {
    const frames = [...LEAKED, request(300, 40_001), ...lookup(5000, NEIGHBOUR, DIRECTOR)];
    expect(await bypass(frames)).toMatchObject({
      endedBy: "capture-end",
      last: { frame: 9 },
      ended: { frame: frames.length },
    });
  });

  it.each([
    ["problem-3", "capture-end"],
    ["problem-3-cured", "announcement"],
    ["problem-3-self-heals", "probe-failure"],
    ["poisoning-cured-by-resolution", "probe-failure"],
  ])("of the recording %s is %s", async (name, endedBy) => {
    expect(await bypassIn(name)).toMatchObject({ endedBy });
  });
});

describe("a recorded bypass", () => {
  it("was answered by the real server as long as it was there, and then by nobody", async () => {
    expect(await bypassIn("poisoning-cured-by-resolution")).toMatchObject({
      flows: 14,
      answered: 4,
      reset: 0,
      unanswered: 10,
    });
  });

  it("was answered throughout where the real server stayed", async () => {
    expect(await bypassIn("problem-3-self-heals")).toMatchObject({ flows: 12, answered: 12 });
  });
});
