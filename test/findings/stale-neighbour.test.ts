import { describe, expect, it } from "vitest";
import type { AnalyzeOptions, Report } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { lvsPcap } from "../support/cli.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  type Host,
  NEIGHBOUR,
  SECOND_DIRECTOR,
  SECOND_REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import { advertisement, vrrp } from "../support/lvs-frames.ts";
import { type CapturedFrame, writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

const TO_VIP = { source: CLIENT.ip, destination: VIP };
const FROM_VIP = { source: VIP, destination: CLIENT.ip };
const EACH_IS_KNOWN = [...lookup(0, DIRECTOR, GATEWAY), ...lookup(10, SECOND_DIRECTOR, GATEWAY)];

function adverts(from: number, until: number, sender: Host, priority: number): CapturedFrame[] {
  const frames: CapturedFrame[] = [];
  for (let ms = from; ms < until; ms += 1000) {
    frames.push(at(ms, advertisement(sender, vrrp({ priority, addresses: [VIP] }))));
  }
  return frames;
}

function sorted(frames: readonly CapturedFrame[]): CapturedFrame[] {
  return frames.toSorted((a, b) => a.atNs - b.atNs);
}

/** A packet for the VIP and the answer to it. */
function served(ms: number, holder: Host, port: number): CapturedFrame[] {
  return [
    at(ms, packet(GATEWAY, holder, { ...TO_VIP, sourcePort: port })),
    at(ms + 0.2, packet(holder, GATEWAY, { ...FROM_VIP, sourcePort: 80, destinationPort: port })),
  ];
}

function lost(ms: number, receiver: Host, port: number): CapturedFrame {
  return at(ms, packet(GATEWAY, receiver, { ...TO_VIP, sourcePort: port }));
}

function told({ findings }: Report): string[] {
  return findings.map(({ kind, severity, claimant }) => `${kind} ${severity} ${claimant.mac}`);
}

/** The master never stops; the standby announces the VIP with so many advertisements, and steps back. */
function strayAnnouncement(strayAdverts: number): CapturedFrame[] {
  return sorted([
    ...EACH_IS_KNOWN,
    ...adverts(100, 40_000, DIRECTOR, 150),
    at(110, announcement(VIP, DIRECTOR)),
    at(200, whoHas(VIP, GATEWAY)),
    at(200.1, isAt(VIP, DIRECTOR, GATEWAY)),
    ...served(300, DIRECTOR, 40_001),
    ...adverts(5500, 5500 + strayAdverts * 1000, SECOND_DIRECTOR, 100),
    at(5501, announcement(VIP, SECOND_DIRECTOR)),
    lost(15_000, SECOND_DIRECTOR, 40_002),
    lost(20_000, SECOND_DIRECTOR, 40_003),
  ]);
}

describe("a standby that announces the VIP and steps back", () => {
  it.each([1, 2, 5])("leaves a stale cache behind, after %d advertisements", async (count) => {
    const { findings, verdict } = await analyze(strayAnnouncement(count));
    expect(verdict).toBe("poisoned");
    expect(findings).toMatchObject([
      {
        kind: "stale-neighbour",
        severity: "critical",
        claimant: { mac: SECOND_DIRECTOR.mac },
        formerHolder: { mac: SECOND_DIRECTOR.mac },
        rightful: { mac: DIRECTOR.mac },
        victims: [{ mac: GATEWAY.mac, restored: null }],
        bypass: { frames: 2, flows: 2, unanswered: 2, endedBy: "capture-end" },
      },
    ]);
  });

  it("is told the same with true roles", async () => {
    const roles: AnalyzeOptions = {
      vips: [VIP],
      directors: [DIRECTOR.ip, SECOND_DIRECTOR.ip],
      gateways: [GATEWAY.ip],
    };
    expect(told(await analyze(strayAnnouncement(1), roles))).toEqual([
      `stale-neighbour critical ${SECOND_DIRECTOR.mac}`,
    ]);
  });

  it("is a warning once the master has announced itself again", async () => {
    const frames = sorted([
      ...strayAnnouncement(1),
      at(25_000, announcement(VIP, DIRECTOR)),
      ...served(26_000, DIRECTOR, 40_004),
    ]);
    const { findings } = await analyze(frames);
    expect(findings).toMatchObject([
      {
        kind: "stale-neighbour",
        severity: "warning",
        victims: [{ restoredBy: "an announcement of director 192.168.1.10" }],
        bypass: { frames: 2, endedBy: "announcement" },
      },
    ]);
  });

  it("does no harm where the master announces itself at once", async () => {
    const frames = sorted([
      ...strayAnnouncement(1).filter(({ atNs }) => atNs < 15e9 || atNs > 20e9),
      at(6000, announcement(VIP, DIRECTOR)),
      ...served(15_000, DIRECTOR, 40_002),
    ]);
    expect(told(await analyze(frames))).toEqual([]);
  });
});

describe("an address that moved", () => {
  const moved = { ...SECOND_REAL_SERVER, ip: NEIGHBOUR.ip };
  const TO_MOVED = { source: CLIENT.ip, destination: NEIGHBOUR.ip };
  /** The former holder falls silent, the new one tells the director only. */
  const move = [
    ...lookup(0, GATEWAY, NEIGHBOUR),
    at(100, packet(GATEWAY, NEIGHBOUR, TO_MOVED)),
    at(100.2, packet(NEIGHBOUR, GATEWAY, { source: NEIGHBOUR.ip, destination: CLIENT.ip })),
    ...lookup(30_000, moved, DIRECTOR),
  ];

  it("leaves a cache that still sends to the former holder: nobody is accused of it", async () => {
    const report = await analyze([
      ...move,
      ...[31_500, 32_500, 33_500].map((ms) => at(ms, packet(GATEWAY, NEIGHBOUR, TO_MOVED))),
    ]);
    expect(report.findings).toMatchObject([
      {
        kind: "stale-neighbour",
        severity: "critical",
        claimant: { mac: "00:00:00:00:00:00", ip: null },
        formerHolder: { mac: NEIGHBOUR.mac },
        rightful: { mac: moved.mac },
        victims: [{ mac: GATEWAY.mac, used: { frame: 7 }, restored: null }],
        bypass: { frames: 3 },
      },
    ]);
    expect(report.benign).toMatchObject([{ kind: "address-moved" }]);
  });

  it("says what ended it where the host notices by itself, as a kernel does", async () => {
    const { findings } = await analyze([
      ...move,
      at(31_500, packet(GATEWAY, NEIGHBOUR, TO_MOVED)),
      ...[36_500, 37_500, 38_500].map((ms) => at(ms, whoHas(NEIGHBOUR.ip, GATEWAY, { only: NEIGHBOUR }))),
      ...lookup(39_500, GATEWAY, moved),
      at(40_000, packet(GATEWAY, moved, TO_MOVED)),
    ]);
    expect(findings).toMatchObject([
      { kind: "stale-neighbour", severity: "warning", bypass: { frames: 1, endedBy: "probe-failure" } },
    ]);
  });

  it("leaves none where what goes to the former holder was under way", async () => {
    const frames = [...move, at(30_000.5, packet(GATEWAY, NEIGHBOUR, TO_MOVED))];
    expect(told(await analyze(frames))).toEqual([]);
  });

  it("leaves none where the former holder still serves the address: two hosts have it then", async () => {
    const frames = [
      ...move,
      at(32_000, packet(GATEWAY, NEIGHBOUR, TO_MOVED)),
      at(32_000.2, packet(NEIGHBOUR, GATEWAY, { source: NEIGHBOUR.ip, destination: CLIENT.ip })),
    ];
    expect(told(await analyze(frames))).toEqual([`address-conflict warning ${moved.mac}`]);
  });
});

describe("a failover that nobody announced", () => {
  it("leaves a cache that still sends to the dead master", async () => {
    const frames = sorted([
      ...EACH_IS_KNOWN,
      ...adverts(100, 10_000, DIRECTOR, 150),
      at(200, whoHas(VIP, GATEWAY)),
      at(200.1, isAt(VIP, DIRECTOR, GATEWAY)),
      ...served(300, DIRECTOR, 40_001),
      ...adverts(13_700, 40_000, SECOND_DIRECTOR, 100),
      lost(20_000, DIRECTOR, 40_002),
      lost(25_000, DIRECTOR, 40_003),
    ]);
    const { findings } = await analyze(frames);
    expect(findings).toMatchObject([
      {
        kind: "stale-neighbour",
        severity: "critical",
        claimant: { mac: "00:00:00:00:00:00" },
        formerHolder: { mac: DIRECTOR.mac },
        rightful: { mac: SECOND_DIRECTOR.mac },
        bypass: { frames: 2, flows: 2, unanswered: 2 },
      },
    ]);
  });
});

describe("the report on a stale cache whose former holder nobody accuses", () => {
  it("prints no MAC of zeros", async () => {
    const frames = [
      ...lookup(0, GATEWAY, NEIGHBOUR),
      ...lookup(30_000, { ...SECOND_REAL_SERVER, ip: NEIGHBOUR.ip }, DIRECTOR),
      at(32_000, packet(GATEWAY, NEIGHBOUR, { source: CLIENT.ip, destination: NEIGHBOUR.ip })),
    ];
    const file = scratchFile("moved.pcap", writePcap(frames));
    for (const format of ["table", "markdown", "html"]) {
      const { stdout } = await lvsPcap(["analyze", file, "--format", format]);
      expect(stdout, format).not.toContain("00:00:00:00:00:00");
      expect(stdout, format).toContain("stale-neighbour");
    }
  });
});
