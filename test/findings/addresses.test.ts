import { describe, expect, it } from "vitest";
import type { ReportedFinding } from "../../src/index.ts";
import { analyze } from "../support/analyze.ts";
import { GATEWAY, INTRUDER, NEIGHBOUR, REAL_SERVER, SECOND_REAL_SERVER } from "../support/frames.ts";
import {
  CONFLICT,
  FLIP_FLOP,
  GATEWAY_SPOOFED,
  type Incident,
  lookup,
  NEIGHBOUR_SPOOFED,
} from "../support/incidents.ts";
import { announcement, at, isAt, probe, whoHas } from "../support/traffic.ts";

async function onlyFinding({ frames, roles }: Incident): Promise<ReportedFinding> {
  const { findings } = await analyze(frames, roles);
  const [finding] = findings;
  if (finding === undefined || findings.length > 1) throw new Error(`${findings.length} findings`);
  return finding;
}

describe("an intruder that sends replies nobody asked for", () => {
  it("impersonates the gateway where it claims that address", async () => {
    expect(await onlyFinding(GATEWAY_SPOOFED)).toMatchObject({
      kind: "gateway-impersonation",
      severity: "critical",
      stage: "used",
      ip: GATEWAY.ip,
      claimant: { mac: INTRUDER.mac },
      rightful: { ...GATEWAY, role: "gateway" },
      victims: [{ ...REAL_SERVER, learned: { frame: 3 }, used: { frame: 6 }, restored: null }],
      first: { frame: 3 },
      last: { frame: 5 },
      count: 3,
    });
  });

  it("poisons the cluster's verdict with the gateway's address", async () => {
    expect((await analyze(GATEWAY_SPOOFED.frames, GATEWAY_SPOOFED.roles)).verdict).toBe("poisoned");
  });

  it("impersonates a host where it claims the host's address", async () => {
    expect(await onlyFinding(NEIGHBOUR_SPOOFED)).toMatchObject({
      kind: "address-impersonation",
      severity: "critical",
      stage: "learned",
      ip: NEIGHBOUR.ip,
      claimant: { mac: INTRUDER.mac },
      rightful: NEIGHBOUR,
      victims: [{ ...GATEWAY, learned: { frame: 3 }, used: null }],
      first: { frame: 3 },
      last: { frame: 5 },
      count: 3,
    });
  });

  it("fooled nobody where its victim never had an entry to change", async () => {
    const frames = [
      ...lookup(0, NEIGHBOUR, REAL_SERVER),
      ...[5000, 7000].map((milliseconds) => at(milliseconds, isAt(NEIGHBOUR.ip, INTRUDER, GATEWAY))),
    ];
    expect(await onlyFinding({ ...NEIGHBOUR_SPOOFED, frames })).toMatchObject({
      severity: "critical",
      stage: "claimed",
      victims: [],
    });
  });

  it("is not accused for a single one, which may be a driver's courtesy", async () => {
    const frames = NEIGHBOUR_SPOOFED.frames.slice(0, 3);
    expect((await analyze(frames)).findings.map(({ kind }) => kind)).not.toContain("address-impersonation");
  });
});

describe("two hosts with one address", () => {
  it("are in conflict where both ask under it", async () => {
    expect(await onlyFinding(CONFLICT)).toMatchObject({
      kind: "address-conflict",
      severity: "warning",
      ip: NEIGHBOUR.ip,
    });
  });

  it("are both named", async () => {
    const { claimant, rightful } = await onlyFinding(CONFLICT);
    expect([claimant.mac, rightful?.mac].toSorted()).toEqual(
      [NEIGHBOUR.mac, SECOND_REAL_SERVER.mac].toSorted(),
    );
  });

  it("are a flip-flop where one of them only announces it", async () => {
    expect(await onlyFinding(FLIP_FLOP)).toMatchObject({
      kind: "flip-flop",
      severity: "warning",
      ip: NEIGHBOUR.ip,
      claimant: { mac: SECOND_REAL_SERVER.mac },
      rightful: { mac: NEIGHBOUR.mac },
      first: { frame: 5 },
      last: { frame: 7 },
      count: 2,
    });
  });

  it("are none where the address moved and its first owner fell silent", async () => {
    const moved = { ...SECOND_REAL_SERVER, ip: NEIGHBOUR.ip };
    const frames = [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(60_000, announcement(moved.ip, moved)),
      ...lookup(61_000, moved, GATEWAY),
    ];
    expect((await analyze(frames)).findings).toEqual([]);
  });
});

describe("what looks odd and is innocent", () => {
  it("is a probe for an address that somebody has (RFC 5227)", async () => {
    const frames = [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(5000, probe(NEIGHBOUR.ip, INTRUDER)),
      at(5000.1, isAt(NEIGHBOUR.ip, NEIGHBOUR, INTRUDER, { toIp: "0.0.0.0" })),
    ];
    expect((await analyze(frames)).findings).toEqual([]);
  });

  it("is a host that announces the address it has", async () => {
    const frames = [...lookup(0, NEIGHBOUR, GATEWAY), at(5000, announcement(NEIGHBOUR.ip, NEIGHBOUR))];
    expect((await analyze(frames)).findings).toEqual([]);
  });

  it("is a host with two addresses", async () => {
    const second = { ...NEIGHBOUR, ip: "192.168.1.51" };
    const frames = [
      ...lookup(0, NEIGHBOUR, GATEWAY),
      ...lookup(10, GATEWAY, second),
      at(20, whoHas(second.ip, REAL_SERVER)),
    ];
    expect((await analyze(frames)).findings).toEqual([]);
  });
});
