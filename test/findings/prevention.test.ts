import { describe, expect, it } from "vitest";
import { type AnalyzeOptions, analyzeCapture, type Report } from "../../src/index.ts";
import { renderTable } from "../../src/reports/table.ts";
import { analyze } from "../support/analyze.ts";
import { DIRECTOR, GATEWAY, NEIGHBOUR, REAL_SERVER, SECOND_REAL_SERVER, VIP } from "../support/frames.ts";
import { ANNOUNCED, FIRST_REQUEST, LATE_CAPTURE, lookup, PROBLEM_3, ROLES } from "../support/incidents.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { proseLines } from "../support/table.ts";
import { announcement, at, isAt, whoHas } from "../support/traffic.ts";

const TWO: AnalyzeOptions = { ...ROLES, realServers: [REAL_SERVER.ip, SECOND_REAL_SERVER.ip] };

/** Of every finding its kind and claimant, and what would have been enough, in one line. */
function advice({ findings }: Report): string[] {
  return findings.map(({ kind, claimant, prevention }) => {
    const steps = prevention.map(
      ({ host, settings, enough }) =>
        `${host.mac.slice(-2)}: ${settings.join(" ")}${enough ? "" : ", not alone"}`,
    );
    return `${kind} by ${claimant.mac.slice(-2)}: ${steps.length === 0 ? "nothing" : steps.join("; ")}`;
  });
}

async function adviceFor(frames: readonly CapturedFrame[], roles = ROLES): Promise<string[]> {
  return advice(await analyze(frames, roles));
}

describe("what would have prevented a leak", () => {
  it("is arp_announce=2 where a request carried the VIP", async () => {
    expect(await adviceFor(PROBLEM_3.frames)).toEqual(["vip-source-in-request by 11: 11: arp_announce=2"]);
  });

  it("is no announcement where there was one", async () => {
    expect(await adviceFor(ANNOUNCED.frames)).toEqual(["vip-gratuitous by 11: 11: no-announcement"]);
  });

  it("is both settings where the host leaks in two ways, and either fools the gateway", async () => {
    const frames = [
      ...PROBLEM_3.frames,
      at(20_000, whoHas(VIP, GATEWAY)),
      at(20_000.1, isAt(VIP, REAL_SERVER, GATEWAY)),
      at(20_000.2, isAt(VIP, DIRECTOR, GATEWAY)),
    ];
    expect(await adviceFor(frames)).toEqual([
      "vip-source-in-request by 11: 11: arp_announce=2 arp_ignore=1",
      "vip-reply by 11: 11: arp_ignore=1 arp_announce=2",
    ]);
  });

  it("is asked of the other real server, too, where that one is next in line", async () => {
    const frames = [
      ...lookup(0, DIRECTOR, REAL_SERVER),
      ...lookup(10, DIRECTOR, SECOND_REAL_SERVER),
      ...lookup(20, GATEWAY, DIRECTOR),
      at(100, whoHas(VIP, GATEWAY)),
      at(100.01, isAt(VIP, REAL_SERVER, GATEWAY)),
      at(100.02, isAt(VIP, SECOND_REAL_SERVER, GATEWAY)),
      at(100.03, isAt(VIP, DIRECTOR, GATEWAY)),
    ];
    expect(await adviceFor(frames, TWO)).toEqual([
      "vip-reply by 11: 11: arp_ignore=1, not alone; 12: arp_ignore=1, not alone",
      "vip-reply by 12: 12: arp_ignore=1, not alone; 11: arp_ignore=1, not alone",
    ]);
  });

  it("does not ask for what the director's own answer outran", async () => {
    const frames = [
      ...PROBLEM_3.frames,
      ...lookup(700, DIRECTOR, SECOND_REAL_SERVER),
      at(20_000, whoHas(VIP, NEIGHBOUR)),
      at(20_000.1, isAt(VIP, DIRECTOR, NEIGHBOUR)),
      at(20_000.2, isAt(VIP, SECOND_REAL_SERVER, NEIGHBOUR)),
    ];
    expect((await adviceFor(frames, TWO))[0]).toBe("vip-source-in-request by 11: 11: arp_announce=2");
  });

  it("is told of a leak that fooled nobody, too: the next one may", async () => {
    const frames = [...lookup(0, DIRECTOR, REAL_SERVER), at(5000, announcement(VIP, REAL_SERVER))];
    expect(await adviceFor(frames)).toEqual(["vip-gratuitous by 11: 11: no-announcement"]);
  });

  it("is not told where no claim was captured", async () => {
    expect(advice(await analyze(LATE_CAPTURE.frames, LATE_CAPTURE.roles))).toEqual([
      "vip-bypass by 11: nothing",
    ]);
  });

  it("is the same where the gateway's entry had been heard of long before anybody leaked", async () => {
    const quiet = Array.from({ length: 40 }, (_, index) =>
      at(60_000 * (index + 1), whoHas(GATEWAY.ip, DIRECTOR, { tell: VIP })),
    );
    const frames = [...FIRST_REQUEST, ...quiet, at(60_000 * 50, announcement(VIP, REAL_SERVER))];
    // Without the VIP named, of an address that one station alone claims little is kept.
    expect(await adviceFor(frames, { ...ROLES, vips: [] })).toEqual([
      "vip-gratuitous by 11: 11: no-announcement",
    ]);
  });

  it("says how many claims were too many to be run again", async () => {
    const leaks = Array.from({ length: 4200 }, (_, index) =>
      at(1000 + 2 * index, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
    );
    const { findings } = await analyze([...PROBLEM_3.frames, ...leaks], ROLES);
    expect(findings[0]?.preventionOmittedClaims).toBeGreaterThan(100);
    expect(findings[0]?.remedy[0]).toMatch(/\d+ later claims were not replayed/);
  });
});

describe("the remedy", () => {
  it("begins with what is enough, and on which host", async () => {
    const { findings } = await analyze(PROBLEM_3.frames, ROLES);
    expect(findings[0]?.remedy[0]).toContain(`on ${REAL_SERVER.ip} arp_announce=2`);
  });

  it("fits the table", async () => {
    const report = await analyze(PROBLEM_3.frames, ROLES);
    const table = renderTable(report, { color: false });
    expect(table.replace(/\s+/g, " ")).toContain("fix What would have prevented this");
    for (const line of proseLines(table, report)) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("a recorded leak", () => {
  it.each([
    ["problem-1", ["vip-reply by 11: 11: arp_ignore=1"]],
    [
      "problem-1-two-real-servers",
      ["vip-reply by 12: 12: arp_ignore=1", "vip-reply by 11: 11: arp_ignore=1, not alone; 12: arp_ignore=1"],
    ],
    ["problem-3", ["vip-source-in-request by 11: 11: arp_announce=2"]],
    // The reply answers a probe that the gateway sends only because the request had fooled it.
    [
      "problem-3-answering",
      ["vip-source-in-request by 12: 12: arp_announce=2", "vip-reply by 12: 12: arp_ignore=1 arp_announce=2"],
    ],
    ["third-host-request", ["vip-source-in-request by 11: 11: arp_announce=2"]],
    ["gratuitous-from-real-server", ["vip-gratuitous by 11: 11: no-announcement"]],
    ["keepalived-failover-leaking-real-server", ["vip-source-in-request by 12: 12: arp_announce=2"]],
    ["intruder-arpspoof-vip", ["address-impersonation by 66: nothing"]],
  ])("%s has the settings that would have been enough", async (name, expected) => {
    const recording = loadRecordings().find((candidate) => candidate.name === name);
    if (recording === undefined) throw new Error(`no recording ${name}`);
    expect(advice(await analyzeCapture(recording.capture, { topology: recording.topology }))).toEqual(
      expected,
    );
  });
});
