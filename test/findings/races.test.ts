import { describe, expect, it } from "vitest";
import { analyzeCapture, type ReportedFinding } from "../../src/index.ts";
import { renderTable } from "../../src/reports/table.ts";
import { analyze } from "../support/analyze.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, SECOND_REAL_SERVER, VIP } from "../support/frames.ts";
import { lookup, PROBLEM_3, REPLY_FIRST, REPLY_LATE, ROLES } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { at, isAt, whoHas } from "../support/traffic.ts";

async function onlyFinding(frames: readonly CapturedFrame[]): Promise<ReportedFinding> {
  const { findings } = await analyze(frames, ROLES);
  const [finding] = findings;
  if (finding === undefined || findings.length > 1) throw new Error(`${findings.length} findings`);
  return finding;
}

/** The gateway asks for the VIP so often, and the real server is `behindNs` later than the director each time. */
function races(count: number, behindNs: number): CapturedFrame[] {
  const asks = Array.from({ length: count }, (_, index) => {
    const start = 20_000 * (index + 1);
    return [
      at(start, whoHas(VIP, GATEWAY)),
      at(start + 0.013, isAt(VIP, DIRECTOR, GATEWAY)),
      at(start + 0.013 + behindNs / 1e6, isAt(VIP, REAL_SERVER, GATEWAY)),
    ];
  });
  return [...lookup(0, DIRECTOR, REAL_SERVER), ...lookup(10, GATEWAY, DIRECTOR), ...asks.flat()];
}

describe("a race for the VIP", () => {
  it("is told with every answer, in order, and how long after the request each came", async () => {
    const { races: found, racesTotal } = await onlyFinding(REPLY_LATE.frames);
    expect(racesTotal).toBe(1);
    expect(found).toMatchObject([
      {
        request: { frame: 5 },
        answers: [
          { position: { frame: 6 }, by: { ...DIRECTOR, role: "director" }, delayNs: 100_000 },
          { position: { frame: 7 }, by: { ...REAL_SERVER, role: "real-server" }, delayNs: 200_000 },
        ],
      },
    ]);
  });

  it("that the real server lost by a single microsecond is a warning, and says so", async () => {
    const finding = await onlyFinding(races(1, 1000));
    expect(finding).toMatchObject({ kind: "vip-reply", severity: "warning", stage: "claimed" });
    expect(finding.races[0]?.answers.map(({ delayNs }) => delayNs)).toEqual([13_000, 14_000]);
    expect(finding.summary).toContain("1 µs");
  });

  it("that the real server won begins with its answer", async () => {
    const { severity, races: found } = await onlyFinding(REPLY_FIRST.frames);
    expect(severity).toBe("critical");
    expect(found[0]?.answers.map(({ by }) => by.mac)).toEqual([REAL_SERVER.mac, DIRECTOR.mac]);
  });

  it("is told eight times at most, and counted however often it was run", async () => {
    const { races: found, racesTotal } = await onlyFinding(races(11, 1000));
    expect([found.length, racesTotal]).toEqual([8, 11]);
  });

  it("is none where the director alone was asked", async () => {
    const frames = [
      ...lookup(0, DIRECTOR, REAL_SERVER),
      at(20_000, whoHas(VIP, GATEWAY, { only: DIRECTOR })),
      at(20_000.1, isAt(VIP, DIRECTOR, GATEWAY)),
      at(20_000.2, isAt(VIP, REAL_SERVER, GATEWAY)),
    ];
    expect((await onlyFinding(frames)).races).toEqual([]);
  });

  it("is none where nobody else answered", async () => {
    expect((await onlyFinding(PROBLEM_3.frames)).races).toEqual([]);
  });

  it("is one line in the table", async () => {
    const table = renderTable(await analyze(races(1, 1000), ROLES), { color: false });
    const text = table.replace(/\s+/g, " ");
    expect(text).toContain(
      `frame 5: director ${DIRECTOR.ip} after 13 µs, real server ${REAL_SERVER.ip} 1 µs later`,
    );
  });
});

describe("the recording of two real servers that answer beside the director", () => {
  it("tells all three answers, to both findings", async () => {
    const recording = loadRecordings().find(({ name }) => name === "problem-1-two-real-servers");
    if (recording === undefined) throw new Error("no recording");
    const { findings } = await analyzeCapture(recording.capture, { topology: recording.topology });
    const answers = [
      ["02:00:00:00:00:12", 13_000],
      ["02:00:00:00:00:10", 14_000],
      ["02:00:00:00:00:11", 15_000],
    ];
    const told = findings.map(({ races: found }) =>
      found.map((race) => race.answers.map(({ by, delayNs }) => [by.mac, delayNs])),
    );
    expect(told).toEqual([[answers], [answers]]);
  });
});

describe("a question for the VIP that three answer, of whom only one real server shows its own address", () => {
  const nameless = (mac: string) => ({ mac, ip: VIP });
  const frames = [
    ...lookup(0, REAL_SERVER, GATEWAY),
    at(1000, whoHas(VIP, GATEWAY)),
    at(1000.03, isAt(VIP, REAL_SERVER, GATEWAY)),
    at(1000.04, isAt(VIP, nameless(SECOND_REAL_SERVER.mac), GATEWAY)),
    at(1000.05, isAt(VIP, nameless(DIRECTOR.mac), GATEWAY)),
  ];
  const roles = {
    vips: [VIP],
    directors: [DIRECTOR.ip],
    realServers: [REAL_SERVER.ip, SECOND_REAL_SERVER.ip],
    gateways: [GATEWAY.ip],
  };

  it("convicts that one, and says that the other two cannot both be in the right", async () => {
    const { findings } = await analyze(frames, roles);
    expect(findings).toMatchObject([
      { kind: "vip-reply", claimant: { mac: REAL_SERVER.mac } },
      {
        kind: "address-conflict",
        claimant: { mac: SECOND_REAL_SERVER.mac },
        rightful: { mac: DIRECTOR.mac },
        summary: expect.stringContaining("no frame tells which of them is its director"),
      },
    ]);
  });

  it("does not take the second answer for a move of the address", async () => {
    expect((await analyze(frames, roles)).benign.filter(({ kind }) => kind === "address-moved")).toEqual([]);
  });
});
