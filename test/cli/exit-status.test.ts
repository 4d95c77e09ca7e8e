import { describe, expect, it } from "vitest";
import { lvsPcap, reportIn } from "../support/cli.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { ANNOUNCED, INCIDENTS, PROBLEM_3, REPLY_LATE, SOUND_CLUSTER } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";

const CRITICAL = scratchFile("critical.pcap", writePcap(PROBLEM_3.frames));
const WARNING = scratchFile("warning.pcap", writePcap(REPLY_LATE.frames));
const SOUND = scratchFile("sound.pcap", writePcap(SOUND_CLUSTER));
const ROLES = [
  "--vip",
  VIP,
  "--director",
  DIRECTOR.ip,
  "--real-server",
  REAL_SERVER.ip,
  "--gateway",
  GATEWAY.ip,
];

describe("the exit status of analyze", () => {
  it.each([
    { capture: CRITICAL, worst: "critical", failOn: "critical", status: 1 },
    { capture: CRITICAL, worst: "critical", failOn: "warning", status: 1 },
    { capture: CRITICAL, worst: "critical", failOn: "notice", status: 1 },
    { capture: CRITICAL, worst: "critical", failOn: "never", status: 0 },
    { capture: WARNING, worst: "warning", failOn: "critical", status: 0 },
    { capture: WARNING, worst: "warning", failOn: "warning", status: 1 },
    { capture: WARNING, worst: "warning", failOn: "notice", status: 1 },
    { capture: WARNING, worst: "warning", failOn: "never", status: 0 },
    { capture: SOUND, worst: "no", failOn: "critical", status: 0 },
    { capture: SOUND, worst: "no", failOn: "notice", status: 0 },
  ])("is $status for a $worst finding with --fail-on $failOn", async ({ capture, failOn, status }) => {
    expect((await lvsPcap(["analyze", capture, ...ROLES, "--fail-on", failOn])).status).toBe(status);
  });

  it("counts warnings unless told otherwise", async () => {
    expect((await lvsPcap(["analyze", WARNING, ...ROLES])).status).toBe(1);
  });

  it("is that of the findings where the capture is cut short", async () => {
    const whole = writePcap(ANNOUNCED.frames);
    const cut = scratchFile("cut.pcap", whole.subarray(0, whole.length - 1));
    const { status, stderr } = await lvsPcap(["analyze", cut, ...ROLES]);
    // The last frame, which was the fault, is the one that is cut.
    expect([status, stderr]).toEqual([
      0,
      `lvs-pcap: ${cut}: offset ${whole.length - 58}: cut short: expected a frame of 42 bytes, found 41; analysed up to here\n`,
    ]);
  });
});

describe("roles by flags", () => {
  it("may name hosts by MAC: the finding is the same", async () => {
    const byIp = await lvsPcap(["analyze", CRITICAL, ...ROLES, "--format", "json"]);
    const byMac = await lvsPcap([
      ...["analyze", CRITICAL, "--vip", VIP, "--director", DIRECTOR.mac, "--real-server", REAL_SERVER.mac],
      ...["--gateway", GATEWAY.mac, "--format", "json"],
    ]);
    expect(
      reportIn(byMac).findings.map(({ kind, claimant, victims }) => ({ kind, claimant, victims })),
    ).toEqual(reportIn(byIp).findings.map(({ kind, claimant, victims }) => ({ kind, claimant, victims })));
  });

  it.each(["02-00-00-00-00-11", "02:00:00:00:00:11"])("take a MAC written as %s", async (mac) => {
    const outcome = await lvsPcap([
      "analyze",
      CRITICAL,
      "--vip",
      VIP,
      "--real-server",
      mac,
      "--format",
      "json",
    ]);
    expect(reportIn(outcome).topology.vips[0]?.realServers[0]?.mac).toBe(REAL_SERVER.mac);
  });

  it("may be repeated", async () => {
    const args = ["--vip", VIP, "--vip", "192.168.1.3", "--director", DIRECTOR.ip, "--format", "json"];
    const outcome = await lvsPcap(["analyze", CRITICAL, ...args]);
    expect(reportIn(outcome).topology.vips.map(({ ip, origin }) => [ip, origin])).toEqual([
      [VIP, "given"],
      ["192.168.1.3", "given"],
    ]);
  });

  it("say in the report who of those named was never seen", async () => {
    const args = ["--vip", VIP, "--director", "192.168.1.99", "--format", "json"];
    const outcome = await lvsPcap(["analyze", CRITICAL, ...args]);
    expect(reportIn(outcome).topology.vips[0]?.evidence.join()).toContain("192.168.1.99");
  });
});

describe.each(INCIDENTS)("the command on $name", ({ name, frames, roles, kind }) => {
  const capture = scratchFile(`${name}.pcap`, writePcap(frames));
  const flags = [
    ...(roles.vips ?? []).flatMap((vip) => ["--vip", vip]),
    ...(roles.directors ?? []).flatMap((host) => ["--director", host]),
    ...(roles.realServers ?? []).flatMap((host) => ["--real-server", host]),
    ...(roles.gateways ?? []).flatMap((host) => ["--gateway", host]),
  ];

  it("exits with 1 and prints a report on stdout alone", async () => {
    const outcome = await lvsPcap(["analyze", capture, ...flags, "--format", "json"]);
    expect([
      outcome.status,
      outcome.stderr,
      reportIn(outcome).findings.map((finding) => finding.kind),
    ]).toEqual([1, "", [kind]]);
  });

  it("names the kind, the claimant and the proof in its table", async () => {
    const json = reportIn(await lvsPcap(["analyze", capture, ...flags, "--format", "json"]));
    const { stdout } = await lvsPcap(["analyze", capture, ...flags]);
    expect(stdout).toContain(kind);
    expect(stdout).toContain(json.findings[0]?.claimant.mac);
    expect(stdout).toContain(json.findings[0]?.displayFilter.split(" ").at(-1));
  });
});
