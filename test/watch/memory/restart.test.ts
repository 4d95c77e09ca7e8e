import { describe, expect, it } from "vitest";
import { DIRECTOR, GATEWAY, REAL_SERVER, SECOND_REAL_SERVER, VIP } from "../../support/frames.ts";
import { FIRST_REQUEST, lookup, PROBLEM_3, ROLES, SOUND_CLUSTER } from "../../support/incidents.ts";
import type { CapturedFrame } from "../../support/pcap.ts";
import { announcement, at, isAt, packet, whoHas } from "../../support/traffic.ts";
import { freshDirectory, told, watch } from "./runs.ts";

/** The same frames, so many seconds later. */
function later(seconds: number, frames: readonly CapturedFrame[]): CapturedFrame[] {
  return frames.map(({ atNs, bytes }) => ({ atNs: atNs + seconds * 1e9, bytes }));
}

const FROM_CLIENT = { source: "10.10.10.10", destination: VIP };
/** The gateway goes on sending to the wrong host. */
const GOES_ON = [at(1000, packet(GATEWAY, REAL_SERVER, { ...FROM_CLIENT, sourcePort: 40_003 }))];
/** The director announces the VIP, and the gateway believes it. */
const HEALS = [
  at(2000, announcement(VIP, DIRECTOR)),
  at(2100, packet(GATEWAY, DIRECTOR, { ...FROM_CLIENT, sourcePort: 40_004 })),
];

describe("after a restart", () => {
  it("every binding is known, before a frame names it", async () => {
    const directory = freshDirectory();
    const first = await watch(directory, SOUND_CLUSTER);
    const second = await watch(directory, later(60, [at(0, whoHas("192.168.1.99", SECOND_REAL_SERVER))]));
    const held = (report: typeof first.report) =>
      report.caches.flatMap(({ host, entries }) =>
        entries.map(({ ip, mac }) => `${host.mac} has ${ip} at ${mac}`),
      );
    expect(held(second.report)).toEqual(expect.arrayContaining(held(first.report)));
    expect(held(first.report).length).toBeGreaterThan(2);
  });

  it("the roles are known that only frames of before show", async () => {
    const directory = freshDirectory();
    const { report } = await watch(directory, SOUND_CLUSTER);
    const [vip] = report.topology.vips;
    expect(vip?.directors[0]?.mac).toBe(DIRECTOR.mac);
    const second = await watch(directory, later(60, [at(0, whoHas("192.168.1.99", SECOND_REAL_SERVER))]));
    expect(second.report.topology.vips[0]).toMatchObject({
      ip: VIP,
      origin: "inferred",
      directors: [{ mac: DIRECTOR.mac }],
      realServers: [{ mac: REAL_SERVER.mac, forwarding: "direct-routing" }],
    });
    expect(second.report.topology.gateways).toEqual(report.topology.gateways);
  });

  it("a leak is judged by roles of before", async () => {
    const directory = freshDirectory();
    await watch(directory, SOUND_CLUSTER);
    const leak = [
      at(0, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
      at(0.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
    ];
    expect(told(await watch(directory, later(60, leak)))[0]).toBe("opened F1 vip-source-in-request");
  });

  it("an open finding is not told again, whether it goes on or not", async () => {
    const directory = freshDirectory();
    const first = await watch(directory, PROBLEM_3.frames, PROBLEM_3.roles);
    expect(told(first)[0]).toBe("opened F1 vip-source-in-request");
    const second = await watch(directory, later(60, GOES_ON), PROBLEM_3.roles);
    expect(told(second).filter((line) => line.startsWith("opened"))).toEqual([]);
    const third = await watch(
      directory,
      later(120, lookup(0, DIRECTOR, SECOND_REAL_SERVER)),
      PROBLEM_3.roles,
    );
    expect(told(third)).toEqual([]);
    expect(third.report.findings.map(({ id, kind }) => [id, kind])).toEqual([
      ["F1", "vip-source-in-request"],
    ]);
    expect(third.report.verdict).toBe("poisoned");
  });

  it("an open finding goes on with what is known of it: victims, positions, traffic", async () => {
    const directory = freshDirectory();
    const [before] = (await watch(directory, PROBLEM_3.frames, PROBLEM_3.roles)).report.findings;
    const [after] = (await watch(directory, later(60, GOES_ON), PROBLEM_3.roles)).report.findings;
    expect(after?.victims.map(({ mac, learned, used }) => [mac, learned?.time, used?.time])).toEqual(
      before?.victims.map(({ mac, learned, used }) => [mac, learned?.time, used?.time]),
    );
    expect(after?.first.time).toBe(before?.first.time);
    expect(after?.bypass?.frames).toBe((before?.bypass?.frames ?? 0) + 1);
    expect(after?.bypass?.first.time).toBe(before?.bypass?.first.time);
  });

  it("positions of before belong to a capture of their own", async () => {
    const directory = freshDirectory();
    await watch(directory, PROBLEM_3.frames, PROBLEM_3.roles);
    const { captures, findings } = (await watch(directory, later(60, GOES_ON), PROBLEM_3.roles)).report;
    expect(captures.map(({ file, frames }) => [file, frames])).toEqual([
      ["-", 1],
      [`${directory} (before this start)`, PROBLEM_3.frames.length],
    ]);
    expect(findings[0]?.first).toMatchObject({ capture: 1, frame: 7 });
    expect(findings[0]?.bypass?.last).toMatchObject({ capture: 0, frame: 1 });
  });

  it("an open finding that heals is told to be over, under its own id", async () => {
    const directory = freshDirectory();
    await watch(directory, PROBLEM_3.frames, PROBLEM_3.roles);
    const second = await watch(directory, later(60, HEALS), PROBLEM_3.roles);
    expect(told(second)).toEqual(["restored F1 vip-source-in-request"]);
    expect(second.events.find(({ event }) => event === "restored")).toMatchObject({ ending: "healed" });
  });

  it("what was over stays over", async () => {
    const directory = freshDirectory();
    await watch(directory, [...PROBLEM_3.frames, ...HEALS], PROBLEM_3.roles);
    const second = await watch(
      directory,
      later(60, lookup(0, DIRECTOR, SECOND_REAL_SERVER)),
      PROBLEM_3.roles,
    );
    expect(told(second)).toEqual([]);
  });

  it("what was over and comes back is told, under its own id", async () => {
    const directory = freshDirectory();
    await watch(directory, [...PROBLEM_3.frames, ...HEALS], PROBLEM_3.roles);
    const again = PROBLEM_3.frames.slice(FIRST_REQUEST.length);
    expect(told(await watch(directory, later(60, again), PROBLEM_3.roles))).toContain(
      "opened F1 vip-source-in-request",
    );
  });

  it("a new finding gets the next id", async () => {
    const directory = freshDirectory();
    await watch(directory, PROBLEM_3.frames, PROBLEM_3.roles);
    const other = [at(0, announcement(VIP, SECOND_REAL_SERVER))];
    expect(
      told(await watch(directory, later(60, other), { ...ROLES, realServers: [REAL_SERVER.ip] })),
    ).toContain("opened F2 vip-gratuitous");
  });

  it("a benign change is not told again", async () => {
    const directory = freshDirectory();
    const takeover = [at(0, announcement(VIP, DIRECTOR)), at(5000, announcement(VIP, SECOND_REAL_SERVER))];
    const roles = { vips: [VIP], directors: [DIRECTOR.mac, SECOND_REAL_SERVER.mac] };
    const first = await watch(directory, takeover, roles);
    expect(first.events.map(({ kind }) => kind)).toContain("director-takeover");
    const second = await watch(directory, later(60, lookup(0, GATEWAY, REAL_SERVER)), roles);
    expect(second.events.map(({ kind }) => kind)).toEqual([]);
  });

  it("a role that was given is not remembered once it is no longer given", async () => {
    const directory = freshDirectory();
    const frames = lookup(0, GATEWAY, DIRECTOR);
    await watch(directory, frames, { vips: [VIP], directors: [DIRECTOR.ip], gateways: [GATEWAY.ip] });
    const { report } = await watch(directory, later(60, frames));
    expect(report.topology).toEqual({ gateways: [], vips: [] });
  });

  it("a role that is given goes before what is remembered", async () => {
    const directory = freshDirectory();
    await watch(directory, SOUND_CLUSTER);
    const roles = { vips: [VIP], directors: [SECOND_REAL_SERVER.mac] };
    const { report } = await watch(directory, later(60, lookup(0, GATEWAY, SECOND_REAL_SERVER)), roles);
    expect(report.topology.vips[0]?.directors).toMatchObject([{ mac: SECOND_REAL_SERVER.mac }]);
  });
});
