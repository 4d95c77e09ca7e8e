import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { analyzeCapture, type Report } from "../../src/index.ts";
import { renderTable } from "../../src/reports/table.ts";
import { analyze } from "../support/analyze.ts";
import { cookedAt } from "../support/cooked.ts";
import { CLIENT, DIRECTOR, GATEWAY, NEIGHBOUR, REAL_SERVER, VIP } from "../support/frames.ts";
import { lookup, PROBLEM_3, ROLES, SOUND_CLUSTER } from "../support/incidents.ts";
import { cookedV1, cookedV2, ieee80211, loopback, type OnAir, rawIp } from "../support/link-layers.ts";
import { type CapturedFrame, framesOf, writePcap } from "../support/pcap.ts";
import { seenAtPortOf } from "../support/port.ts";
import { loadRecordings, type Recording } from "../support/recordings.ts";
import { scratchFile } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";
import { at, isAt, packet, whoHas } from "../support/traffic.ts";
import { framesShown, tsharkUnavailable } from "../support/tshark.ts";

const CAPTURES = join(import.meta.dirname, "..", "..", "captures");

function link(file: string): string {
  return join(CAPTURES, "links", `${file}.pcap`);
}

const unavailable = tsharkUnavailable();

/** What is said of whom, and how far it came. */
function said({ findings }: Report) {
  return findings.map(({ kind, ip, claimant, stage, victims }) => ({
    kind,
    ip,
    claimant: claimant.ip,
    stage,
    victims: victims.map((victim) => victim.ip),
  }));
}

const LEAK = {
  kind: "vip-source-in-request",
  ip: VIP,
  claimant: REAL_SERVER.ip,
  victims: [GATEWAY.ip],
} as const;

describe("problem 3, recorded on all interfaces of one host", () => {
  const topology = join(CAPTURES, "problem-3", "topology.yaml");

  it.each([
    ["the gateway", "problem-3-at-gateway.sll2", "learned"],
    ["the gateway, version 1", "problem-3-at-gateway.sll", "learned"],
    ["a gateway with a bridge", "problem-3-at-bridged-gateway.sll2", "learned"],
    ["a gateway with a bridge, version 1", "problem-3-at-bridged-gateway.sll", "learned"],
    ["the gateway, logged by its firewall", "problem-3-at-gateway.nflog", "learned"],
    ["the director", "problem-3-at-director.sll2", "learned"],
    ["the director, version 1", "problem-3-at-director.sll", "learned"],
    ["the real server, to which the traffic went", "problem-3-at-real-server.sll2", "used"],
    ["the real server, version 1", "problem-3-at-real-server.sll", "used"],
  ])("is blamed on the same host, and its victim found: %s", async (_, file, stage) => {
    const report = await analyzeCapture(link(file), { topology });
    expect(report.verdict).toBe("poisoned");
    expect(said(report)).toEqual([{ ...LEAK, stage }]);
  });

  it.each(["problem-3-at-director.sll2", "problem-3-at-director.sll"])(
    "is recognised without any flag where the director shows that it passes packets on: %s",
    async (file) => {
      const report = await analyzeCapture(link(file));
      expect(said(report)).toEqual([{ ...LEAK, stage: "learned" }]);
      expect(report.topology.vips).toMatchObject([{ ip: VIP, origin: "inferred" }]);
      expect(report.topology.vips[0]?.evidence.join()).toContain("passes its packets on");
    },
  );

  it("counts the traffic that went astray where it arrives", async () => {
    const { findings } = await analyzeCapture(link("problem-3-at-real-server.sll2"), { topology });
    expect(findings).toMatchObject([{ bypass: { frames: 6, flows: 6, answered: 6 } }]);
  });

  it("counts a frame that crosses two interfaces as Wireshark shows it, and judges it once", async () => {
    const { findings } = await analyzeCapture(link("problem-3-at-bridged-gateway.sll2"), { topology });
    expect(findings.map(({ count }) => count)).toEqual([2]);
  });

  it("leaves the neighbour tables as they were at the end", async () => {
    const { caches } = await analyzeCapture(link("problem-3-at-gateway.sll2"), { topology });
    const held = caches.map(({ host, entries }) => [host.ip, entries.map(({ ip, mac }) => `${ip} ${mac}`)]);
    expect(Object.fromEntries(held)).toMatchObject({
      [CLIENT.ip]: ["10.10.10.1 02:00:00:00:0a:01"],
      [GATEWAY.ip]: [`${VIP} ${REAL_SERVER.mac}`],
    });
  });
});

describe("an incident, as the capture on all interfaces of a host on the wire shows it", () => {
  const views = loadRecordings().flatMap((recording) =>
    recording.hosts
      .filter(({ role }) => role !== "client")
      .map(({ name, mac }) => ({ title: `${recording.name} at ${name}`, recording, mac })),
  );

  const findingsOf = async (bytes: Uint8Array, { topology }: Recording) =>
    said(await analyzeCapture(scratchFile("view.pcap", bytes), { topology }));

  describe.each(views)("$title", ({ recording, mac }) => {
    let atPort: ReturnType<typeof said> = [];
    let cooked: Record<"version1" | "version2", ReturnType<typeof said>> = { version1: [], version2: [] };
    beforeAll(async () => {
      const capture = readFileSync(recording.capture);
      const frames = framesOf(capture);
      atPort = await findingsOf(seenAtPortOf(capture, mac), recording);
      cooked = {
        version1: await findingsOf(cookedAt(frames, mac, 1), recording),
        version2: await findingsOf(cookedAt(frames, mac, 2), recording),
      };
    });

    it("accuses nobody whom the same host's port does not", () => {
      const known = atPort.map(({ stage: _, ...finding }) => finding);
      for (const { stage: _, ...finding } of [...cooked.version1, ...cooked.version2])
        expect(known).toContainEqual(finding);
    });

    it("misses no cache that was poisoned", () => {
      const poisoned = (findings: ReturnType<typeof said>) =>
        findings.filter(({ stage }) => stage !== "claimed").map(({ kind, victims }) => [kind, victims]);
      expect(poisoned(cooked.version2)).toEqual(poisoned(atPort));
    });
  });
});

describe("a capture on all interfaces", () => {
  it("names the machine, and says what it cannot show", async () => {
    const { vantage } = await analyze(cookedAt(PROBLEM_3.frames, DIRECTOR.mac, 2), ROLES);
    expect(vantage).toMatchObject([{ kind: "cooked", host: DIRECTOR }]);
  });

  it("does not say that nobody learned what others may have answered", async () => {
    const { findings } = await analyze(cookedAt(PROBLEM_3.frames, DIRECTOR.mac, 2), ROLES);
    expect(findings).toMatchObject([
      { kind: "vip-source-in-request", stage: "claimed", notObservable: [GATEWAY] },
    ]);
  });

  it("proves nothing of where the machine's own packets went", async () => {
    const { findings } = await analyze(cookedAt(PROBLEM_3.frames, GATEWAY.mac, 2), ROLES);
    expect(findings).toMatchObject([{ stage: "learned", bypass: null }]);
    expect(findings[0]?.victims[0]).toMatchObject({ ...GATEWAY, used: null });
  });

  it("does not take an address of nobody for a station", async () => {
    const report = await analyze(cookedAt(SOUND_CLUSTER, GATEWAY.mac, 2), ROLES);
    expect(JSON.stringify(report)).not.toContain("01:00:00:00:00:00");
    expect(JSON.stringify(report)).not.toContain("00:00:00:00:00:00");
  });

  it("leaves out what the loopback device shows, which has no MAC", async () => {
    const local = packet(
      { mac: "00:00:00:00:00:00", ip: VIP },
      { mac: "00:00:00:00:00:00", ip: VIP },
      { source: VIP, destination: VIP },
    );
    const frames = [0, 10].map((ms) => at(ms, cookedV2(local, { device: 772, interfaceIndex: 1 })));
    const report = await analyze(writePcap(frames, { linkType: 276 }), ROLES);
    expect([report.caches, report.findings, report.vantage.map(({ kind }) => kind)]).toEqual([
      [],
      [],
      ["cooked"],
    ]);
  });

  /** A client's packets for the VIP come in at the other interface of the gateway, whose MAC they bear. */
  const routed = (wrap: (frame: Buffer, interfaceIndex: number, packetType: number) => Buffer) => {
    const inside = { ...GATEWAY };
    const outside = { mac: "02:00:00:00:0a:01", ip: "10.10.10.1" };
    const request = (to: typeof inside, from: typeof inside) =>
      packet(from, to, { source: CLIENT.ip, destination: VIP });
    return [
      at(0, wrap(whoHas(outside.ip, CLIENT), 3, 1)),
      at(0.1, wrap(isAt(outside.ip, outside, CLIENT), 3, 4)),
      at(0.2, wrap(request(outside, CLIENT), 3, 0)),
      at(0.3, wrap(whoHas(VIP, inside), 2, 4)),
      at(0.4, wrap(isAt(VIP, DIRECTOR, inside), 2, 0)),
      at(0.5, wrap(request(DIRECTOR, inside), 2, 4)),
    ];
  };

  it.each<[string, number, (frame: Buffer, interfaceIndex: number, packetType: number) => Buffer]>([
    ["version 1", 113, (frame, _, packetType) => cookedV1(frame, { packetType })],
    [
      "version 2",
      276,
      (frame, interfaceIndex, packetType) => cookedV2(frame, { interfaceIndex, packetType }),
    ],
  ])("of a router does not take the way to it for a way past the director: %s", async (_, linkType, wrap) => {
    const report = await analyze(writePcap(routed(wrap), { linkType }), ROLES);
    expect(report.findings).toEqual([]);
    expect(report.topology.vips.map(({ ip }) => ip)).toEqual([VIP]);
    const client = report.caches.find(({ host }) => host.mac === CLIENT.mac);
    expect(client?.entries.map(({ ip }) => ip)).toEqual(["10.10.10.1"]);
  });
});

describe(`a display filter for another link layer${skippedFor(unavailable)}`, { tags: ["slow"] }, () => {
  it.skipIf(unavailable !== null).each([
    ["vip-bypass of a cooked capture", cookedAt(PROBLEM_3.frames.slice(8), REAL_SERVER.mac, 2)],
    [
      "arp-scan of a cooked capture",
      cookedAt(
        [
          ...lookup(0, NEIGHBOUR, GATEWAY),
          ...Array.from({ length: 40 }, (_, index) =>
            at(10 + index, whoHas(`192.168.1.${index + 100}`, NEIGHBOUR)),
          ),
        ],
        GATEWAY.mac,
        1,
      ),
    ],
  ])("shows as many frames as the finding counts: %s", async (_, capture) => {
    const file = scratchFile("filter.pcap", capture);
    const { findings } = await analyzeCapture(file, ROLES);
    for (const { displayFilter, count } of findings)
      expect(await framesShown(file, displayFilter), displayFilter).toBe(count);
  });
});

describe("frames from the air", () => {
  /** A station's frame goes to the access point, and comes from it again, to everybody after its next beacon. */
  function throughAccessPoint(frames: readonly CapturedFrame[], delayMs = 90): CapturedFrame[] {
    let sequence = 0;
    return frames
      .flatMap(({ atNs, bytes }) => {
        const frame = Buffer.from(bytes);
        const toAll = frame[0] === 0xff;
        const hop = (air: OnAir) => ieee80211(frame, { ...air, sequence: sequence++ });
        const first = sequence;
        return [
          { atNs, bytes: hop({ toDs: true }) },
          { atNs: atNs + 200_000, bytes: ieee80211(frame, { toDs: true, retry: true, sequence: first }) },
          { atNs: atNs + (toAll ? delayMs * 1e6 : 400_000), bytes: hop({ fromDs: true }) },
        ];
      })
      .toSorted((a, b) => a.atNs - b.atNs);
  }

  const spread = (frames: readonly CapturedFrame[]) =>
    frames.map(({ atNs, bytes }, index) => ({ atNs: atNs + index * 200e6, bytes }));

  it("accuse nobody because they are heard twice, and sent again", async () => {
    const air = throughAccessPoint(spread(SOUND_CLUSTER));
    const report = await analyze(writePcap(air, { linkType: 105 }), ROLES);
    expect(report.findings).toEqual([]);
  });

  it("are no storm where a tool asks twenty times a second", async () => {
    const asking = Array.from({ length: 30 }, (_, index) => at(index * 50, whoHas(VIP, NEIGHBOUR)));
    const capture = writePcap(throughAccessPoint(asking, 20), { linkType: 105 });
    expect((await analyze(capture)).findings.map(({ kind }) => kind)).not.toContain("arp-storm");
  });

  it("show the leak as the wire does, and count every copy of it as Wireshark shows it", async () => {
    const air = throughAccessPoint(spread(PROBLEM_3.frames));
    const report = await analyze(writePcap(air, { linkType: 105 }), ROLES);
    expect(said(report)).toEqual([{ ...LEAK, stage: "used" }]);
    expect(report.findings.map(({ count }) => count)).toEqual([3]);
  });

  it("say how many could not be read because they are encrypted", async () => {
    const frames = SOUND_CLUSTER.map(({ atNs, bytes }) => ({
      atNs,
      bytes: ieee80211(Buffer.from(bytes), { toDs: true, isProtected: true }),
    }));
    const { vantage } = await analyze(writePcap(frames, { linkType: 105 }), ROLES);
    expect(vantage).toContainEqual(expect.objectContaining({ kind: "encrypted", count: frames.length }));
  });
});

describe("packets without a link layer", () => {
  const packets = SOUND_CLUSTER.filter(({ bytes }) => bytes[12] === 8 && bytes[13] === 0);

  it.each<[string, number, (frame: Buffer) => Buffer]>([
    ["RAW", 101, rawIp],
    ["NULL", 0, (frame) => loopback(frame, true)],
  ])("make nobody a station, and the report says what that hides: %s", async (name, linkType, wrap) => {
    const frames = packets.map(({ atNs, bytes }) => ({ atNs, bytes: wrap(Buffer.from(bytes)) }));
    const report = await analyze(writePcap(frames, { linkType }), ROLES);
    expect(report).toMatchObject({
      verdict: "undetermined",
      captures: [{ linkTypes: [name], frames: frames.length, problem: null, anomalies: {} }],
      vantage: [{ kind: "no-macs", count: frames.length, evidence: [{ frame: 1 }, {}, {}] }],
      caches: [],
    });
    expect(renderTable(report, { color: false }).replace(/\s+/g, " ")).toContain("no MAC and no ARP");
  });
});

describe("a link type that is not understood", () => {
  it("is named, and its frames are counted", async () => {
    const capture = writePcap([at(0, Buffer.alloc(60)), at(1, Buffer.alloc(60))], { linkType: 147 });
    const { captures } = await analyze(capture);
    expect(captures).toMatchObject([{ frames: 2, linkTypes: ["147"] }]);
    expect(captures[0]?.problem).toContain(
      "link type 147 is not understood: 2 of 2 frames were counted and no more",
    );
  });
});
