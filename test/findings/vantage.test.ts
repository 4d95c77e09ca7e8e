import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyzeCapture, type Report } from "../../src/index.ts";
import { renderTable } from "../../src/reports/table.ts";
import { analyze, cacheEntry } from "../support/analyze.ts";
import {
  DIRECTOR,
  GATEWAY,
  type Host,
  ipip,
  NEIGHBOUR,
  REAL_SERVER,
  SECOND_REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { lookup, PROBLEM_3, ROLES, SOUND_CLUSTER, UNANSWERED } from "../support/incidents.ts";
import { type CapturedFrame, pcapHeader, writePcap } from "../support/pcap.ts";
import { seenAtPortOf, seenWhere } from "../support/port.ts";
import { loadRecordings, type Recording } from "../support/recordings.ts";
import { scratchFile } from "../support/scratch.ts";
import { proseLines } from "../support/table.ts";
import { announcement, at, isAt, packet, tunnelled, whoHas } from "../support/traffic.ts";

function recording(name: string): Recording {
  const found = loadRecordings().find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no recording ${name}`);
  return found;
}

/** What the incident's capture would have told if it had been taken at the switch port of this host. */
function atPortOf(name: string, host: Host): Promise<Report> {
  const { capture, topology } = recording(name);
  const bytes = seenAtPortOf(readFileSync(capture), host.mac);
  return analyzeCapture(scratchFile("port.pcap", bytes), { topology });
}

describe("a capture that shows every port", () => {
  it.each(loadRecordings())("lacks nothing: $name", async ({ capture, topology }) => {
    expect((await analyzeCapture(capture, { topology })).vantage).toEqual([]);
  });
});

describe("problem 3 as the director's port shows it", () => {
  it("is known to lack what others send each other, and why", async () => {
    const { vantage } = await atPortOf("problem-3", DIRECTOR);
    expect(vantage).toMatchObject([
      {
        kind: "unicast-not-mirrored",
        capture: 0,
        host: { ...DIRECTOR, role: "director" },
        evidence: [{ frame: 7 }],
      },
    ]);
    expect(vantage[0]?.what).toContain(`director ${DIRECTOR.ip}`);
  });

  it("does not say that no cache took it, but that this is not observable", async () => {
    const { findings } = await atPortOf("problem-3", DIRECTOR);
    expect(findings).toMatchObject([
      { kind: "vip-source-in-request", stage: "claimed", severity: "warning", notObservable: [GATEWAY] },
    ]);
    expect(findings[0]?.summary).toContain(`not observable whether gateway ${GATEWAY.ip} learned it`);
    expect(findings[0]?.summary).not.toContain("no cache is seen");
  });

  it("leaves it possible that the gateway's cache has the real server's MAC", async () => {
    expect(cacheEntry(await atPortOf("problem-3", DIRECTOR), GATEWAY, VIP)).toMatchObject({
      mac: REAL_SERVER.mac,
      since: { frame: 7 },
      state: "possible",
    });
  });

  it("says so in the table, one sentence under the capture's name", async () => {
    const report = await atPortOf("problem-3", DIRECTOR);
    const table = renderTable(report, { color: false });
    expect(table.replace(/\s+/g, " ")).toContain(`Every unicast frame is from or to director ${DIRECTOR.ip}`);
    for (const line of proseLines(table, report)) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("problem 3 as other ports show it", () => {
  it("is proven at the gateway's, whose answer is there", async () => {
    const report = await atPortOf("problem-3", GATEWAY);
    expect(report.vantage).toMatchObject([{ host: GATEWAY }]);
    expect(report.findings).toMatchObject([{ stage: "used", notObservable: [] }]);
    expect(cacheEntry(report, GATEWAY, VIP)).toMatchObject({ mac: REAL_SERVER.mac, state: "known" });
  });

  it("was possible for a while where the director's port shows the gateway cured", async () => {
    const report = await atPortOf("problem-3-cured", DIRECTOR);
    expect(report.findings).toMatchObject([{ stage: "claimed", notObservable: [GATEWAY] }]);
    expect(cacheEntry(report, GATEWAY, VIP)).toMatchObject({ mac: DIRECTOR.mac, state: "known" });
  });

  it("names the host by its address alone where no frame shows it", async () => {
    const frames = [
      ...lookup(0, DIRECTOR, REAL_SERVER),
      ...lookup(10, DIRECTOR, SECOND_REAL_SERVER),
      at(100, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
    ];
    const { findings } = await analyze(frames, ROLES);
    expect(findings).toMatchObject([{ notObservable: [{ mac: "00:00:00:00:00:00", ip: GATEWAY.ip }] }]);
  });

  it("fooled nobody by a question for what the asker has itself", async () => {
    const oneWay = Array.from({ length: 8 }, (_, index) =>
      at(index, packet(GATEWAY, DIRECTOR, { source: "10.10.10.10", destination: VIP })),
    );
    const frames = [
      ...oneWay,
      at(90, announcement(NEIGHBOUR.ip, NEIGHBOUR)),
      at(100, whoHas(NEIGHBOUR.ip, NEIGHBOUR, { tell: VIP })),
    ];
    expect((await analyze(frames, ROLES)).findings).toMatchObject([{ notObservable: [] }]);
  });

  it("never fooled a gateway that is seen to go on sending to the director", async () => {
    const capture = writePcap([
      ...SOUND_CLUSTER.slice(0, 6),
      at(100, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
      at(200, packet(GATEWAY, DIRECTOR, { source: "10.10.10.10", destination: VIP })),
    ]);
    const report = await analyze(seenAtPortOf(capture, DIRECTOR.mac), ROLES);
    expect(report.findings).toMatchObject([{ notObservable: [] }]);
    expect(cacheEntry(report, GATEWAY, VIP)).toMatchObject({ mac: DIRECTOR.mac, state: "known" });
  });
});

describe("a port to which nobody sends", () => {
  /** A monitoring station's own port: it hears two hosts ask, who then are content. */
  const heard = [
    at(0, whoHas(VIP, GATEWAY)),
    at(10, whoHas(REAL_SERVER.ip, DIRECTOR)),
    at(20, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
    at(9000, whoHas(DIRECTOR.ip, NEIGHBOUR)),
  ];

  it("shows broadcasts only, and says so", async () => {
    const { vantage, findings } = await analyze(heard, ROLES);
    expect(vantage).toMatchObject([{ kind: "unicast-not-mirrored", host: null, count: 3 }]);
    expect(findings.map(({ kind, notObservable }) => [kind, notObservable.length])).toEqual([
      ["vip-source-in-request", 1],
    ]);
  });

  it("is not suspected where the hosts ask again, as kernels do that get no answer", async () => {
    const frames = [0, 1000, 2000].flatMap((milliseconds) => [
      at(milliseconds, whoHas(VIP, GATEWAY)),
      at(milliseconds + 10, whoHas(REAL_SERVER.ip, DIRECTOR)),
    ]);
    expect((await analyze([...frames, at(9000, whoHas(VIP, NEIGHBOUR))], ROLES)).vantage).toEqual([]);
  });
});

describe("requests for the VIP that seem to go unanswered", () => {
  /** Everything at the real server's port: it talks to two others, and hears a tool ask for the VIP every second. */
  const atRealServer = [
    ...lookup(0, REAL_SERVER, GATEWAY),
    ...lookup(10, REAL_SERVER, NEIGHBOUR),
    at(20, whoHas(GATEWAY.ip, DIRECTOR)),
    ...[5000, 6000, 7000].map((milliseconds) => at(milliseconds, whoHas(VIP, GATEWAY))),
    at(20_000, whoHas(REAL_SERVER.ip, GATEWAY)),
    at(20_000.1, isAt(REAL_SERVER.ip, REAL_SERVER, GATEWAY)),
  ];

  it("accuse nobody where the answer would not be seen", async () => {
    const { vantage, findings } = await analyze(atRealServer, ROLES);
    expect(vantage).toMatchObject([{ kind: "unicast-not-mirrored", host: REAL_SERVER }]);
    expect(findings).toEqual([]);
  });

  it("accuse the director where its answers to others are seen", async () => {
    const frames = [...atRealServer, ...lookup(30_000, GATEWAY, DIRECTOR)];
    const { vantage, findings } = await analyze(frames, ROLES);
    expect(vantage).toEqual([]);
    expect(findings).toMatchObject([{ kind: "vip-unanswered" }]);
  });

  it("accuse it as before where nothing tells of a limit", async () => {
    expect((await analyze(UNANSWERED.frames, UNANSWERED.roles)).findings).toMatchObject([
      { kind: "vip-unanswered" },
    ]);
  });
});

describe("a capture of one direction", () => {
  const sent = (name: string, host: Host) => {
    const { capture, topology } = recording(name);
    const bytes = seenWhere(readFileSync(capture), ({ from }) => from === host.mac);
    return analyzeCapture(scratchFile("sent.pcap", bytes), { topology });
  };

  it("is recognised by hosts that are sent to and never send", async () => {
    expect((await sent("problem-3", GATEWAY)).vantage).toMatchObject([{ kind: "one-direction" }]);
  });

  it("does not accuse the director of the silence", async () => {
    const frames: CapturedFrame[] = [
      ...[0, 1000, 2000].map((milliseconds) => at(milliseconds, whoHas(VIP, GATEWAY))),
      ...Array.from({ length: 10 }, (_, index) => at(3000 + index * 10, packet(GATEWAY, DIRECTOR))),
    ];
    const { vantage, findings } = await analyze(frames, ROLES);
    expect(vantage).toMatchObject([{ kind: "one-direction" }]);
    expect(findings).toEqual([]);
  });
});

describe("a capture with a short snap length", () => {
  it("says how many frames were cut too short, and to what", async () => {
    const capture = writePcap(PROBLEM_3.frames, { snapLength: 40 });
    const { vantage } = await analyze(capture, ROLES);
    const requests = PROBLEM_3.frames.filter(({ bytes }) => bytes.length === 42).length;
    expect(vantage).toMatchObject([{ kind: "snap-length", count: requests }]);
    expect(vantage[0]?.what).toContain("40 bytes");
  });

  it("says so, too, where it cuts the header inside a tunnel", async () => {
    const frames = [at(0, tunnelled(DIRECTOR, REAL_SERVER, { source: "10.10.10.10", destination: VIP }))];
    expect(frames[0]?.bytes.length).toBeGreaterThan(14 + ipip("1.1.1.1", "2.2.2.2", Buffer.alloc(0)).length);
    expect((await analyze(writePcap(frames, { snapLength: 50 }), ROLES)).vantage).toMatchObject([
      { kind: "snap-length", count: 1, evidence: [{ frame: 1 }] },
    ]);
  });

  it("lacks nothing that matters where headers are whole", async () => {
    const { vantage } = await analyze(writePcap(PROBLEM_3.frames, { snapLength: 42 }), ROLES);
    expect(vantage).toEqual([]);
  });
});

describe("a capture on all interfaces at once", () => {
  it.each([113, 276])("lacks the MACs to which frames were sent: link type %i", async (linkType) => {
    expect((await analyze(pcapHeader({ linkType }), ROLES)).vantage).toMatchObject([{ kind: "cooked" }]);
  });
});
