import { describe, expect, it } from "vitest";
import {
  type AnalyzeOptions,
  analyzeCapture,
  type NeighbourModelName,
  type Report,
  type ReportedFinding,
} from "../../../src/index.ts";
import { renderTable } from "../../../src/reports/table.ts";
import { analyze, cacheEntry, macHeld } from "../../support/analyze.ts";
import { lvsPcap } from "../../support/cli.ts";
import { cookedAt } from "../../support/cooked.ts";
import {
  CLIENT,
  DIRECTOR,
  GATEWAY,
  type Host,
  INTRUDER,
  NEIGHBOUR,
  REAL_SERVER,
  VIP,
} from "../../support/frames.ts";
import { ANNOUNCED, lookup, PROBLEM_3, REPLY_FIRST, REPLY_LATE, ROLES } from "../../support/incidents.ts";
import { type CapturedFrame, writePcap } from "../../support/pcap.ts";
import { loadRecordings } from "../../support/recordings.ts";
import { scratchFile } from "../../support/scratch.ts";
import { announcement, arping, at, isAt, packet, probe, whoHas } from "../../support/traffic.ts";

type Held = Readonly<Record<NeighbourModelName, Host | null>>;

/** What the gateway holds for the VIP at the end, by each model. */
async function gatewayHolds(
  ...frames: readonly CapturedFrame[]
): Promise<Record<NeighbourModelName, unknown>> {
  const held = (neighbourModel: NeighbourModelName) => macHeld(frames, GATEWAY, VIP, { neighbourModel });
  return { linux: await held("linux"), bsd: await held("bsd"), rfc826: await held("rfc826") };
}

function macs(held: Held): Record<NeighbourModelName, unknown> {
  return { linux: held.linux?.mac, bsd: held.bsd?.mac, rfc826: held.rfc826?.mac };
}

/** The gateway's entry for the VIP changes last at 0.1 ms. */
const LEARNED = [at(0, whoHas(VIP, GATEWAY)), at(0.1, isAt(VIP, DIRECTOR, GATEWAY))];
/** The gateway is known to hold its address, and holds nothing for the VIP. */
const ACQUAINTED = lookup(0, GATEWAY, NEIGHBOUR);
const MINUTE = 60_000;
/** Has nothing to do with it, and lets time pass. */
const later = (milliseconds: number) => at(milliseconds, probe("192.168.1.99", NEIGHBOUR));
const probed = (milliseconds: number, asked = REAL_SERVER) =>
  at(milliseconds, whoHas(VIP, GATEWAY, { only: asked }));

// Linux: net/ipv4/arp.c and net/core/neighbour.c. BSD: in_arpinput of FreeBSD's if_ether.c. RFC 826: "Packet Reception".
describe.each<{ rule: string; frames: readonly CapturedFrame[]; held: Held }>([
  {
    rule: "of two answers the first one stays for Linux (locktime), the last one wins elsewhere",
    frames: [...LEARNED, at(0.2, isAt(VIP, REAL_SERVER, GATEWAY))],
    held: { linux: DIRECTOR, bsd: REAL_SERVER, rfc826: REAL_SERVER },
  },
  {
    rule: "an overheard request is refused by Linux within the second (locktime), and by nobody else",
    frames: [...LEARNED, at(500, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP }))],
    held: { linux: DIRECTOR, bsd: REAL_SERVER, rfc826: REAL_SERVER },
  },
  {
    rule: "an overheard request after the second is taken by all, whoever it was for",
    frames: [...LEARNED, at(1500, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP }))],
    held: { linux: REAL_SERVER, bsd: REAL_SERVER, rfc826: REAL_SERVER },
  },
  {
    rule: "an announcement overrides at once for all",
    frames: [...LEARNED, at(0.2, announcement(VIP, REAL_SERVER))],
    held: { linux: REAL_SERVER, bsd: REAL_SERVER, rfc826: REAL_SERVER },
  },
  {
    rule: "an announcement creates no entry for anybody: it is not for the gateway's own address",
    frames: [...ACQUAINTED, at(2000, announcement(VIP, REAL_SERVER))],
    held: { linux: null, bsd: null, rfc826: null },
  },
  {
    rule: "an announcement fills an entry that waits for an answer, but RFC 826 knows no entry without a MAC",
    frames: [...ACQUAINTED, at(2000, whoHas(VIP, GATEWAY)), at(2001, announcement(VIP, REAL_SERVER))],
    held: { linux: REAL_SERVER, bsd: REAL_SERVER, rfc826: null },
  },
  {
    rule: "a reply that nobody asked for creates an entry where a frame for one's own address does, not in Linux",
    frames: [...ACQUAINTED, at(2000, isAt(VIP, INTRUDER, GATEWAY))],
    held: { linux: null, bsd: INTRUDER, rfc826: INTRUDER },
  },
  {
    rule: "a reply to one host alone for another's address creates no entry",
    frames: [...ACQUAINTED, at(2000, isAt(VIP, INTRUDER, GATEWAY, { toIp: NEIGHBOUR.ip }))],
    held: { linux: null, bsd: null, rfc826: null },
  },
  {
    rule: "a host that was not heard of before holds the address for which it alone gets a frame",
    frames: [at(0, isAt(VIP, INTRUDER, GATEWAY))],
    held: { linux: null, bsd: INTRUDER, rfc826: INTRUDER },
  },
  {
    rule: "an answered request creates, or overrides at once, for all",
    frames: [
      ...LEARNED,
      at(0.2, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
      at(0.3, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
    ],
    held: { linux: REAL_SERVER, bsd: REAL_SERVER, rfc826: REAL_SERVER },
  },
  {
    rule: "a request without an answer creates an entry where it was for one's own address, but in Linux (arp_ignore)",
    frames: [...ACQUAINTED, at(2000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP }))],
    held: { linux: null, bsd: REAL_SERVER, rfc826: REAL_SERVER },
  },
  {
    rule: "a request without an answer overrides where it was for one's own address, but in Linux (arp_ignore)",
    frames: [
      ...ACQUAINTED,
      at(2000, whoHas(VIP, GATEWAY)),
      at(2000.1, isAt(VIP, DIRECTOR, GATEWAY)),
      at(9000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
    ],
    held: { linux: DIRECTOR, bsd: REAL_SERVER, rfc826: REAL_SERVER },
  },
  {
    rule: "the answer to a tool's request creates an entry where any reply does",
    frames: [at(0, arping(VIP, GATEWAY)), at(0.1, isAt(VIP, DIRECTOR, GATEWAY))],
    held: { linux: null, bsd: DIRECTOR, rfc826: DIRECTOR },
  },
  {
    rule: "three unanswered unicast requests end an entry of Linux, which alone re-checks",
    frames: [...LEARNED, ...[5000, 6000, 7000].map((ms) => probed(ms, DIRECTOR)), later(9000)],
    held: { linux: null, bsd: DIRECTOR, rfc826: DIRECTOR },
  },
  {
    rule: "just short of 20 minutes after the last frame that confirmed it BSD has the entry still",
    frames: [...LEARNED, later(20 * MINUTE)],
    held: { linux: DIRECTOR, bsd: DIRECTOR, rfc826: DIRECTOR },
  },
  {
    rule: "20 minutes after the last frame that confirmed it the entry is gone in BSD, and nowhere else",
    frames: [...LEARNED, later(20 * MINUTE + 0.1)],
    held: { linux: DIRECTOR, bsd: null, rfc826: DIRECTOR },
  },
  {
    rule: "any frame of its owner starts the 20 minutes anew",
    frames: [...LEARNED, at(15 * MINUTE, announcement(VIP, DIRECTOR)), later(30 * MINUTE)],
    held: { linux: DIRECTOR, bsd: DIRECTOR, rfc826: DIRECTOR },
  },
  {
    rule: "an entry past its age is not updated by what is only overheard",
    frames: [...LEARNED, at(21 * MINUTE, announcement(VIP, REAL_SERVER))],
    held: { linux: REAL_SERVER, bsd: null, rfc826: REAL_SERVER },
  },
])("$rule", ({ frames, held }) => {
  it.each<NeighbourModelName>(["linux", "bsd", "rfc826"])("%s", async (neighbourModel) => {
    expect(await macHeld(frames, GATEWAY, VIP, { neighbourModel })).toBe(held[neighbourModel]?.mac);
  });
});

describe("a host's own frames go before any model", () => {
  const everywhere = (host: Host | null) => macs({ linux: host, bsd: host, rfc826: host });

  it("where it sends", async () => {
    const options = { vips: [VIP], directors: [DIRECTOR.mac], realServers: [REAL_SERVER.mac] };
    const frames = [
      ...LEARNED,
      at(0.2, isAt(VIP, REAL_SERVER, GATEWAY)),
      at(900, packet(GATEWAY, DIRECTOR, { source: CLIENT.ip, destination: VIP })),
    ];
    for (const neighbourModel of ["linux", "bsd", "rfc826"] as const) {
      expect(await macHeld(frames, GATEWAY, VIP, { ...options, neighbourModel })).toBe(DIRECTOR.mac);
    }
  });

  it("whom alone it asks", async () => {
    expect(await gatewayHolds(...LEARNED, probed(5000))).toEqual(everywhere(REAL_SERVER));
  });

  it("that it asks everybody: it lost what it had", async () => {
    expect(await gatewayHolds(...LEARNED, at(90_000, whoHas(VIP, GATEWAY)))).toEqual(everywhere(null));
  });

  it("that it still sends by an entry past its age: something confirmed it", async () => {
    const options = { vips: [VIP], directors: [DIRECTOR.mac], neighbourModel: "bsd" } as const;
    const used = (minutes: number) =>
      at(minutes * MINUTE, packet(GATEWAY, DIRECTOR, { source: CLIENT.ip, destination: VIP }));
    const frames = [...LEARNED, used(0.1), used(10), used(19), used(25)];
    expect(await macHeld([...frames, later(30 * MINUTE)], GATEWAY, VIP, options)).toBe(DIRECTOR.mac);
    expect(await macHeld([...frames, later(46 * MINUTE)], GATEWAY, VIP, options)).toBeUndefined();
  });
});

async function only(
  frames: readonly CapturedFrame[],
  options: AnalyzeOptions = ROLES,
): Promise<ReportedFinding> {
  const { findings } = await analyze(frames, options);
  const [finding] = findings;
  if (finding === undefined || findings.length > 1) throw new Error(JSON.stringify(findings, null, 2));
  return finding;
}

function outcomes({ models }: ReportedFinding): Record<string, unknown> {
  return Object.fromEntries(
    models.map(({ model, hosts }) => [
      model,
      hosts.map(({ mac, outcome, learned, restored }) => ({
        mac,
        outcome,
        learned: learned?.frame ?? null,
        restored: restored?.frame ?? null,
      })),
    ]),
  );
}

describe("where another model ends otherwise the report says so", () => {
  const gateway = { mac: GATEWAY.mac };

  it("the director answers first, the real server second: Linux was lucky", async () => {
    const finding = await only(REPLY_LATE.frames);
    expect(finding.stage).toBe("claimed");
    // The gateway's packet to the director in frame 8 agrees with Linux, and so tells nothing of the others.
    const taken = [{ ...gateway, outcome: "poisoned", learned: 7, restored: null }];
    expect(outcomes(finding)).toEqual({ bsd: taken, rfc826: taken });
  });

  it("the real server answers first, the director second: only Linux is wrong for good", async () => {
    const finding = await only(REPLY_FIRST.frames);
    expect(finding.victims).toMatchObject([{ ...GATEWAY, restored: null }]);
    const cured = [{ ...gateway, outcome: "restored", learned: 6, restored: 7 }];
    expect(outcomes(finding)).toEqual({ bsd: cured, rfc826: cured });
  });

  it("by BSD's rules the same race is learned, and Linux is spared", async () => {
    const finding = await only(REPLY_LATE.frames.slice(0, 7), { ...ROLES, neighbourModel: "bsd" });
    expect(finding).toMatchObject({ stage: "learned", severity: "critical" });
    expect(outcomes(finding)).toEqual({
      linux: [{ ...gateway, outcome: "spared", learned: null, restored: null }],
    });
  });

  it("a forged reply to a host without an entry", async () => {
    const frames = [...ACQUAINTED, ...[2, 4, 6].map((s) => at(s * 1000, isAt(VIP, INTRUDER, GATEWAY)))];
    const finding = await only([...lookup(10, DIRECTOR, REAL_SERVER), ...frames]);
    const taken = [{ ...gateway, outcome: "poisoned", learned: 5, restored: null }];
    expect([finding.stage, outcomes(finding)]).toEqual(["claimed", { bsd: taken, rfc826: taken }]);
  });

  it("an entry that only Linux re-checks, and then asks for anew", async () => {
    const frames = [
      ...PROBLEM_3.frames,
      ...[5000, 6000, 7000].map((milliseconds) => probed(milliseconds)),
      at(8000, whoHas(VIP, GATEWAY)),
      at(9000, whoHas(VIP, GATEWAY)),
      at(9000.1, isAt(VIP, DIRECTOR, GATEWAY)),
    ];
    const finding = await only(frames);
    expect(finding.victims).toMatchObject([{ ...GATEWAY, restored: { frame: 18 } }]);
    const still = [{ ...gateway, outcome: "poisoned", learned: 7, restored: null }];
    expect(outcomes(finding)).toEqual({ bsd: still, rfc826: still });
  });

  it("an entry that the real server's answers keep alive in Linux, and 20 minutes end in BSD", async () => {
    const rechecks = [5, 35].flatMap((minutes) => [
      probed(minutes * MINUTE),
      at(minutes * MINUTE + 0.1, isAt(VIP, REAL_SERVER, GATEWAY)),
    ]);
    // The host itself holds the real server's MAC all the time: what BSD would be told when it asks anew is not known.
    const { findings } = await analyze([...PROBLEM_3.frames, ...rechecks], ROLES);
    expect(findings.flatMap(({ models }) => models)).toEqual([]);
  });

  it("all agree where the host asked anew of its own accord", async () => {
    const frames = [
      ...PROBLEM_3.frames,
      at(400_000, whoHas(VIP, GATEWAY)),
      at(400_000.1, isAt(VIP, DIRECTOR, GATEWAY)),
    ];
    expect(outcomes(await only(frames))).toEqual({});
  });

  it.each([PROBLEM_3, ANNOUNCED])("all agree on $name", async ({ frames }) => {
    expect((await only(frames)).models).toEqual([]);
  });

  it("all agree where a frame that the capture lacks shows in the host's traffic", async () => {
    const started = { source: CLIENT.ip, destination: VIP };
    const frames = [
      ...lookup(0, DIRECTOR, REAL_SERVER),
      at(10, packet(GATEWAY, DIRECTOR, started)),
      at(5000, announcement(VIP, REAL_SERVER)),
      at(9000, packet(GATEWAY, DIRECTOR, started)),
    ];
    const finding = await only(frames, { ...ROLES, directors: [DIRECTOR.mac] });
    expect(finding.victims).toMatchObject([
      { mac: GATEWAY.mac, learned: { frame: 4 }, restored: { frame: 5 } },
    ]);
    expect(finding.models).toEqual([]);
  });

  it("20 minutes later BSD asks anew, and is told what the host itself was told", async () => {
    const healed = [
      ...PROBLEM_3.frames,
      ...[5000, 6000, 7000].map((milliseconds) => probed(milliseconds)),
      at(8000, whoHas(VIP, GATEWAY)),
      at(8000.1, isAt(VIP, DIRECTOR, GATEWAY)),
    ];
    const finding = await only([...healed, later(21 * MINUTE)]);
    expect(Object.keys(outcomes(finding))).toEqual(["rfc826"]);
  });
});

describe("each model has its own timers", () => {
  const restoredBy = async (neighbourModel: NeighbourModelName, ...frames: readonly CapturedFrame[]) => {
    const { findings } = await analyze([...PROBLEM_3.frames, ...frames], { ...ROLES, neighbourModel });
    return findings.flatMap(({ victims }) => victims.map((victim) => victim.restoredBy));
  };

  it("says how many probes went unanswered, and who answered then", async () => {
    const probes = [5000, 6000, 7000].map((milliseconds) => probed(milliseconds));
    const answered = [at(8100, whoHas(VIP, GATEWAY)), at(8100.1, isAt(VIP, DIRECTOR, GATEWAY))];
    expect(await restoredBy("linux", ...probes, ...answered)).toEqual([
      `its 3 unicast probes went unanswered, so it asked everybody, and director ${DIRECTOR.ip} answered`,
    ]);
  });

  it("says after which age the entry went", async () => {
    expect(await restoredBy("bsd", later(21 * MINUTE))).toEqual([
      "nothing confirmed the entry for 20 minutes; it has no entry now",
    ]);
  });

  it("says of a host that asks everybody, and has no answer yet, that it dropped the entry", async () => {
    expect(await restoredBy("linux", at(400_000, whoHas(VIP, GATEWAY)))).toEqual([
      "it dropped the entry and is resolving again",
    ]);
  });

  it.each([
    ["linux", DIRECTOR.mac],
    ["bsd", undefined],
    ["rfc826", undefined],
  ] as const)(
    "%s: whom a host asked that holds an entry, where the frames do not name the receiver",
    async (neighbourModel, mac) => {
      // Linux re-checks by unicast, and keeps the entry; the others ask by broadcast only, so it is gone.
      const frames = cookedAt([...LEARNED, at(5000, whoHas(VIP, GATEWAY))], GATEWAY.mac, 2);
      expect(cacheEntry(await analyze(frames, { neighbourModel }), GATEWAY, VIP)?.mac).toBe(mac);
    },
  );
});

describe("the recording problem-3-self-heals", () => {
  const recording = loadRecordings().find(({ name }) => name === "problem-3-self-heals");
  const read = (): Promise<Report> => {
    if (recording === undefined) throw new Error("there is no such recording");
    return analyzeCapture(recording.capture, { topology: recording.topology });
  };

  it("ends well for Linux in eight seconds, and for nobody else", async () => {
    const { findings, neighbourModel } = await read();
    expect(neighbourModel).toBe("linux");
    expect(findings).toMatchObject([
      {
        victims: [{ restored: { frame: 38 } }],
        models: [
          { model: "bsd", hosts: [{ ...GATEWAY, role: "gateway", outcome: "poisoned", restored: null }] },
          { model: "rfc826", hosts: [{ ...GATEWAY, role: "gateway", outcome: "poisoned", restored: null }] },
        ],
      },
    ]);
  });

  it("says in the table how long another gateway would have stayed poisoned", async () => {
    const table = renderTable(await read(), { color: false }).replace(/\s+/g, " ");
    expect(table).toContain(
      "with other neighbour caches By BSD's rules gateway 192.168.1.1 would still hold",
    );
    expect(table).toMatch(/up to 20 minutes .* on Cisco IOS for up to 4 hours/);
  });
});

describe("the model", () => {
  const file = scratchFile("models.pcap", writePcap(REPLY_LATE.frames.slice(0, 7)));
  const flags = ["--vip", VIP, "--director", DIRECTOR.ip, "--format", "json"];

  it("is Linux's unless said otherwise", async () => {
    const { stdout } = await lvsPcap(["analyze", file, ...flags]);
    expect(JSON.parse(stdout)).toMatchObject({ neighbourModel: "linux", verdict: "suspicious" });
  });

  it("is what --neighbour-model says", async () => {
    const { stdout, status } = await lvsPcap(["analyze", file, ...flags, "--neighbour-model", "bsd"]);
    expect(JSON.parse(stdout)).toMatchObject({ neighbourModel: "bsd", verdict: "poisoned" });
    expect(status).toBe(1);
  });

  it("is none that nobody knows", async () => {
    const { stderr, status } = await lvsPcap(["analyze", file, "--neighbour-model", "windows"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^lvs-pcap: .*windows.*linux.*\n$/);
  });

  it("is none that nobody knows where a program asks, either", async () => {
    const options: AnalyzeOptions = JSON.parse('{ "neighbourModel": "windows" }');
    await expect(analyzeCapture(file, options)).rejects.toMatchObject({ code: "bad-usage" });
  });

  it("rules the caches of the report", async () => {
    const frames = [...LEARNED, at(0.2, isAt(VIP, REAL_SERVER, GATEWAY))];
    const report = await analyze(frames, { neighbourModel: "rfc826" });
    expect(cacheEntry(report, GATEWAY, VIP)).toMatchObject({ mac: REAL_SERVER.mac, since: { frame: 3 } });
  });
});
