import { describe, expect, it } from "vitest";
import type { ReportedFinding } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { CLIENT, DIRECTOR, GATEWAY, NEIGHBOUR, REAL_SERVER, VIP } from "../support/frames.ts";
import {
  ANNOUNCED,
  FIRST_REQUEST,
  type Incident,
  LATE_CAPTURE,
  lookup,
  PROBLEM_3,
  REPLY_FIRST,
  REPLY_LATE,
  ROLES,
  SOUND_CLUSTER,
  UNANSWERED,
} from "../support/incidents.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

async function onlyFinding({ frames, roles }: Incident): Promise<ReportedFinding> {
  const { findings } = await analyze(frames, roles);
  const [finding] = findings;
  if (finding === undefined || findings.length > 1) throw new Error(`${findings.length} findings`);
  return finding;
}

describe("a real server that asks for the gateway in the VIP's name", () => {
  it("is accused of exactly that, with the frame of the request", async () => {
    expect(await onlyFinding(PROBLEM_3)).toMatchObject({
      kind: "vip-source-in-request",
      severity: "critical",
      ip: VIP,
      vlan: null,
      claimant: { ...REAL_SERVER, role: "real-server" },
      rightful: { ...DIRECTOR, role: "director" },
      first: { frame: 7 },
      last: { frame: 7 },
      count: 1,
    });
  });

  it("fooled the gateway, which learned by the request and used it with its next packet", async () => {
    const { stage, victims } = await onlyFinding(PROBLEM_3);
    expect({ stage, victims }).toMatchObject({
      stage: "used",
      victims: [
        {
          ...GATEWAY,
          role: "gateway",
          learned: { frame: 7 },
          used: { frame: 10 },
          restored: null,
          restoredBy: null,
        },
      ],
    });
  });

  it("drew the client's packets to itself", async () => {
    const strayed = [PROBLEM_3.frames[9], PROBLEM_3.frames[11]];
    expect((await onlyFinding(PROBLEM_3)).bypass).toMatchObject({
      frames: 2,
      bytes: strayed.reduce((sum, frame) => sum + (frame?.bytes.length ?? 0), 0),
      flows: 2,
      first: { frame: 10 },
      last: { frame: 12 },
    });
  });

  it("did no harm yet where nobody answered it", async () => {
    const frames = [...FIRST_REQUEST, at(0.6, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP }))];
    expect(await onlyFinding({ ...PROBLEM_3, frames })).toMatchObject({
      severity: "warning",
      stage: "claimed",
      victims: [],
      bypass: null,
    });
  });

  it("poisoned a cache that nobody has used yet where the capture ends with the answer", async () => {
    const finding = await onlyFinding({ ...PROBLEM_3, frames: PROBLEM_3.frames.slice(0, 9) });
    expect(finding).toMatchObject({ severity: "critical", stage: "learned", bypass: null });
  });

  it("is told when the victim came right again, and by what", async () => {
    const frames = [...PROBLEM_3.frames, at(2000, announcement(VIP, DIRECTOR))];
    expect((await onlyFinding({ ...PROBLEM_3, frames })).victims).toMatchObject([
      { restored: { frame: 13 }, restoredBy: expect.stringContaining(DIRECTOR.ip) },
    ]);
  });

  it("counts once however often it asks", async () => {
    const again = [1, 2, 3].map((second) =>
      at(second * 1000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
    );
    const finding = await onlyFinding({ ...PROBLEM_3, frames: [...PROBLEM_3.frames, ...again] });
    expect([finding.count, finding.first.frame, finding.last.frame]).toEqual([4, 7, 15]);
  });
});

describe("a real server that answers for the VIP", () => {
  it("poisoned the gateway where it was first", async () => {
    expect(await onlyFinding(REPLY_FIRST)).toMatchObject({
      kind: "vip-reply",
      severity: "critical",
      stage: "used",
      claimant: REAL_SERVER,
      rightful: DIRECTOR,
      victims: [{ ...GATEWAY, learned: { frame: 6 }, used: { frame: 8 } }],
      first: { frame: 6 },
      count: 1,
    });
  });

  it("is warned of where the director was first, this time", async () => {
    expect(await onlyFinding(REPLY_LATE)).toMatchObject({
      kind: "vip-reply",
      severity: "warning",
      stage: "claimed",
      claimant: REAL_SERVER,
      victims: [],
      first: { frame: 7 },
      count: 1,
    });
  });
});

describe("a real server that announces the VIP", () => {
  it("poisoned whoever held the director's MAC", async () => {
    expect(await onlyFinding(ANNOUNCED)).toMatchObject({
      kind: "vip-gratuitous",
      severity: "critical",
      stage: "learned",
      claimant: REAL_SERVER,
      rightful: DIRECTOR,
      victims: [{ ...GATEWAY, learned: { frame: 7 }, used: null }],
      first: { frame: 7 },
      count: 1,
    });
  });

  it("is warned of where nobody held an entry that it could change", async () => {
    const frames = [...lookup(0, DIRECTOR, REAL_SERVER), at(5000, announcement(VIP, REAL_SERVER))];
    expect(await onlyFinding({ ...ANNOUNCED, frames })).toMatchObject({
      kind: "vip-gratuitous",
      severity: "warning",
      stage: "claimed",
      victims: [],
    });
  });
});

describe("a director that never answers for the VIP", () => {
  it("is named, with every request that went unanswered", async () => {
    expect(await onlyFinding(UNANSWERED)).toMatchObject({
      kind: "vip-unanswered",
      severity: "warning",
      claimant: DIRECTOR,
      victims: [],
      first: { frame: 3 },
      last: { frame: 5 },
      count: 3,
    });
  });

  it("is named by its address where the capture never shows it", async () => {
    const { claimant } = await onlyFinding({ ...UNANSWERED, frames: UNANSWERED.frames.slice(2) });
    expect(claimant).toEqual({ mac: "00:00:00:00:00:00", ip: DIRECTOR.ip, role: "director" });
  });

  it("is not accused of one request that the capture's end cut off", async () => {
    const { findings } = await analyze(UNANSWERED.frames.slice(0, 3), UNANSWERED.roles);
    expect(findings).toEqual([]);
  });

  it("is not accused where it answers the second time", async () => {
    const frames = [...UNANSWERED.frames.slice(0, 4), at(2000.1, isAt(VIP, DIRECTOR, GATEWAY))];
    expect((await analyze(frames, UNANSWERED.roles)).findings).toEqual([]);
  });
});

describe("traffic that went past the director when the capture began", () => {
  it("is found without any claim: the gateway's packets are proof enough", async () => {
    expect(await onlyFinding(LATE_CAPTURE)).toMatchObject({
      kind: "vip-bypass",
      severity: "critical",
      stage: "used",
      claimant: { mac: REAL_SERVER.mac, role: "real-server" },
      rightful: { mac: DIRECTOR.mac, role: "director" },
      victims: [{ mac: GATEWAY.mac, learned: null, used: { frame: 1 } }],
      first: { frame: 1 },
      last: { frame: 5 },
      count: 3,
      bypass: { frames: 3, flows: 3 },
    });
  });

  it("is told apart from what the director passed on", async () => {
    const frames = [
      ...FIRST_REQUEST.slice(2),
      at(400, packet(DIRECTOR, REAL_SERVER, { source: CLIENT.ip, destination: VIP })),
    ];
    expect((await analyze(frames, LATE_CAPTURE.roles)).findings).toEqual([]);
  });
});

describe("a sound cluster", () => {
  it("has no finding, though the real server sends packets from the VIP: so direct routing works", async () => {
    const report = await analyze(SOUND_CLUSTER, ROLES);
    expect([report.verdict, report.findings]).toEqual(["clean", []]);
  });

  it("has none where the director announces the VIP", async () => {
    const frames = [...SOUND_CLUSTER, at(5000, announcement(VIP, DIRECTOR))];
    expect((await analyze(frames, ROLES)).findings).toEqual([]);
  });

  it("has none where the director asks in the VIP's name", async () => {
    const frames = [
      ...SOUND_CLUSTER,
      at(5000, whoHas(NEIGHBOUR.ip, DIRECTOR, { tell: VIP })),
      at(5000.1, isAt(NEIGHBOUR.ip, NEIGHBOUR, DIRECTOR, { toIp: VIP })),
    ];
    expect((await analyze(frames, ROLES)).findings).toEqual([]);
  });
});
