import { describe, expect, it } from "vitest";
import type { AnalyzeOptions, ReportedFinding } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { lvsPcap } from "../support/cli.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  NEIGHBOUR,
  REAL_SERVER,
  SECOND_REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { FIRST_REQUEST, lookup, ROLES } from "../support/incidents.ts";
import { type CapturedFrame, writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

const DAY_MS = 86_400_000;
const START = [...FIRST_REQUEST, ...lookup(100, REAL_SERVER, GATEWAY)];

function leak(milliseconds: number): CapturedFrame[] {
  return [
    at(milliseconds, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
    at(milliseconds + 0.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
  ];
}

function request(milliseconds: number, receiver = REAL_SERVER, sourcePort = 40_001): CapturedFrame {
  return at(milliseconds, packet(GATEWAY, receiver, { source: CLIENT.ip, destination: VIP, sourcePort }));
}

/** Leaks, two stray packets, healed by the director after 5 s, and a packet that goes right. */
function bout(milliseconds: number): CapturedFrame[] {
  return [
    ...leak(milliseconds),
    request(milliseconds + 1000),
    request(milliseconds + 2000),
    at(milliseconds + 5000, announcement(VIP, DIRECTOR)),
    request(milliseconds + 6000, DIRECTOR),
  ];
}

async function only(
  frames: readonly CapturedFrame[],
  roles: AnalyzeOptions = ROLES,
): Promise<ReportedFinding> {
  const [finding, ...others] = (await analyze(frames, roles)).findings;
  if (finding === undefined || others.length > 0) throw new Error(`${others.length + 1} findings`);
  return finding;
}

async function table(frames: readonly CapturedFrame[]): Promise<string> {
  const { stdout } = await lvsPcap([
    "analyze",
    scratchFile("episodes.pcap", writePcap(frames)),
    ...["--vip", VIP, "--director", DIRECTOR.ip, "--real-server", REAL_SERVER.ip],
  ]);
  return stdout.replaceAll(/\s+/g, " ");
}

describe("an outage that comes back", () => {
  const TWICE = [...START, ...bout(1000), ...bout(DAY_MS)];

  it("is one finding with an episode for each", async () => {
    const { episodes } = await only(TWICE);
    expect(
      episodes.map(({ claimed, learned, used, restored, bypass }) => [
        claimed?.frame,
        learned?.frame,
        used?.frame,
        restored?.frame,
        bypass?.frames,
      ]),
    ).toEqual([
      [9, 9, 11, 13, 2],
      [15, 15, 17, 19, 2],
    ]);
  });

  it("says of each what set it right", async () => {
    const { episodes } = await only(TWICE);
    expect(episodes.map(({ restoredBy }) => restoredBy)).toEqual(
      Array(2).fill("an announcement of director 192.168.1.10"),
    );
  });

  it("lasts as long as its episodes together, not from the first to the last", async () => {
    const { bypass, episodes } = await only(TWICE);
    expect(bypass?.durationNs).toBe(8e9);
    expect(bypass?.frames).toBe(episodes.reduce((sum, episode) => sum + (episode.bypass?.frames ?? 0), 0));
    expect(await table(TWICE)).toContain("for 8.0 s in 2 episodes");
  });

  it("is told with the date of each frame, in every format", async () => {
    const capture = scratchFile("days.pcap", writePcap(TWICE));
    for (const format of ["table", "markdown", "html"]) {
      const { stdout } = await lvsPcap(["analyze", capture, "--format", format, "--vip", VIP]);
      expect(stdout, format).toMatch(/14 Nov 2023.*15 Nov 2023/s);
    }
  });

  it("gives each victim the episodes in which it was wrong", async () => {
    const other = [
      at(3000, whoHas(VIP, NEIGHBOUR)),
      at(3000.1, isAt(VIP, DIRECTOR, NEIGHBOUR)),
      at(DAY_MS - 1000, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP })),
      at(DAY_MS - 999.9, isAt(NEIGHBOUR.ip, NEIGHBOUR, REAL_SERVER, { toIp: VIP })),
    ];
    const frames = [...TWICE, ...other].toSorted((a, b) => a.atNs - b.atNs);
    const { victims, episodes } = await only(frames);
    expect(victims.map(({ mac, episodes: indices }) => [mac, indices])).toEqual([
      [GATEWAY.mac, [0, 1]],
      [NEIGHBOUR.mac, [1]],
    ]);
    expect(episodes).toHaveLength(2);
  });

  it("is one episode where the claimant answers who asked everybody again", async () => {
    const frames = [
      ...START,
      ...leak(1000),
      request(2000),
      at(3000, whoHas(VIP, GATEWAY)),
      at(3000.1, isAt(VIP, REAL_SERVER, GATEWAY)),
      request(4000),
    ];
    const { findings } = await analyze(frames, ROLES);
    expect(findings.map(({ episodes }) => episodes.length)).toEqual([1, 1]);
  });

  it("has none where no cache was wrong", async () => {
    const { episodes, bypass } = await only([
      ...START,
      at(1000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
    ]);
    expect([episodes, bypass]).toEqual([[], null]);
  });
});

describe("how much went astray", () => {
  it("is counted beside what went right meanwhile", async () => {
    const { bypass, summary } = await only([...START, ...bout(1000), ...bout(60_000)]);
    expect(bypass).toMatchObject({ frames: 4, elsewhere: 1 });
    expect(summary).toContain("gateway 192.168.1.1 sent 4 of its 5 frames for 192.168.1.2 there");
  });

  it("leaves out what went right before the first claim and after the last end", async () => {
    const { bypass } = await only([
      ...START,
      request(200, DIRECTOR),
      request(300, DIRECTOR),
      ...bout(1000),
      request(60_000, DIRECTOR),
    ]);
    expect(bypass).toMatchObject({ frames: 2, elsewhere: 0 });
  });

  it("is all of its traffic where nothing went right", async () => {
    const { summary } = await only([...START, ...leak(1000), request(2000)]);
    expect(summary).toContain("gateway 192.168.1.1 now sends its traffic there instead of to director");
  });

  it("counts a flow as answered that another host answers", async () => {
    const answer = {
      source: VIP,
      destination: CLIENT.ip,
      sourcePort: 80,
      destinationPort: 40_001,
    };
    const { bypass } = await only([
      ...START,
      ...leak(1000),
      request(2000),
      at(2000.1, packet(SECOND_REAL_SERVER, GATEWAY, answer)),
      request(3000, REAL_SERVER, 40_002),
    ]);
    expect(bypass).toMatchObject({ flows: 2, answered: 0, answeredByOthers: 1, unanswered: 1 });
  });
});
