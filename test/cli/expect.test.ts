import { describe, expect, it } from "vitest";
import { lvsPcap, reportIn } from "../support/cli.ts";
import {
  DIRECTOR,
  GATEWAY,
  type Host,
  INTRUDER,
  NEIGHBOUR,
  REAL_SERVER,
  SECOND_REAL_SERVER,
  VIP,
} from "../support/frames.ts";
import { lookup, PROBLEM_3, SOUND_CLUSTER } from "../support/incidents.ts";
import { type CapturedFrame, writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";
import { announcement, at, isAt } from "../support/traffic.ts";

const AS_PLANNED = `
gateways: [{ ip: ${GATEWAY.ip}, mac: "${GATEWAY.mac}" }]
vips:
  - ip: ${VIP}
    directors: [${DIRECTOR.ip}]
    realServers: [{ ip: ${REAL_SERVER.ip}, forwarding: direct-routing }]
`;

let files = 0;

async function held(frames: readonly CapturedFrame[], topology: string, ...args: readonly string[]) {
  files++;
  const capture = scratchFile(`expect-${files}.pcap`, writePcap(frames));
  const file = scratchFile(`expect-${files}.yaml`, topology);
  const outcome = await lvsPcap(["analyze", capture, "--expect", file, "--format", "json", ...args]);
  const promises = reportIn(outcome).expectations.map(({ kind, result }) => `${kind} ${result}`);
  return { status: outcome.status, promises, report: reportIn(outcome) };
}

describe("--expect: a topology as a test", () => {
  it("is met by a cluster that is as planned", async () => {
    expect(await held(SOUND_CLUSTER, AS_PLANNED)).toMatchObject({
      status: 0,
      promises: ["vip-owner met", "real-server-silent met", "forwarding met", "gateway met"],
    });
  });

  it("says once that a real server of many VIPs is not seen, and lists no thousand addresses", async () => {
    const vips = [...Array(500).keys()].map(
      (index) =>
        `  - { ip: 10.0.${index >> 8}.${index & 255}, directors: [10.9.9.9], realServers: [10.9.9.8] }`,
    );
    const capture = scratchFile("expect-many.pcap", writePcap(SOUND_CLUSTER));
    const file = scratchFile("expect-many.yaml", ["vips:", ...vips].join("\n"));
    const { stdout } = await lvsPcap(["analyze", capture, "--expect", file]);
    expect(stdout.match(/no frame shows real server/g)).toHaveLength(1);
    expect(stdout).toContain("and 477 more not observed in --format json");
    expect(stdout).toContain("0 of 1,000 met");
  });

  it("is violated by a real server that claims the VIP, whatever findings are let pass", async () => {
    const { status, promises, report } = await held(PROBLEM_3.frames, AS_PLANNED, "--fail-on", "never");
    expect([status, promises.slice(0, 2)]).toEqual([
      1,
      ["vip-owner violated", "real-server-silent violated"],
    ]);
    expect(report.expectations[0]).toMatchObject({
      ip: VIP,
      expected: [DIRECTOR.ip],
      seen: { mac: REAL_SERVER.mac },
      what: expect.stringMatching(/claims VIP 192\.168\.1\.2 \(frame 7\); only 192\.168\.1\.10 may/),
      evidence: [{ frame: 7 }],
    });
  });

  it("is violated by an innocent takeover, too, that nobody planned", async () => {
    const frames = [
      ...lookup(0, DIRECTOR, GATEWAY),
      ...lookup(1, NEIGHBOUR, GATEWAY),
      at(9, announcement(VIP, NEIGHBOUR)),
    ];
    expect(await held(frames, `vips: [{ ip: ${VIP}, directors: [${DIRECTOR.ip}] }]`)).toMatchObject({
      status: 1,
      promises: ["vip-owner violated"],
    });
  });

  it("is violated by a gateway at another MAC", async () => {
    const frames = lookup(0, NEIGHBOUR, { ip: GATEWAY.ip, mac: INTRUDER.mac });
    expect(await held(frames, `gateways: [{ ip: ${GATEWAY.ip}, mac: "${GATEWAY.mac}" }]`)).toMatchObject({
      status: 1,
      promises: ["gateway violated"],
    });
  });

  it("is violated by packets that are forwarded in another way", async () => {
    const tunnelled = AS_PLANNED.replace("direct-routing", "tunnelling");
    const { status, promises } = await held(SOUND_CLUSTER, tunnelled);
    expect([status, promises[2]]).toEqual([1, "forwarding violated"]);
  });

  it("is not violated by what the capture does not show; that is said", async () => {
    const frames = lookup(0, NEIGHBOUR, { ip: "192.168.1.51", mac: SECOND_REAL_SERVER.mac });
    expect(await held(frames, AS_PLANNED)).toMatchObject({
      status: 0,
      promises: [
        "vip-owner unobserved",
        "real-server-silent unobserved",
        "forwarding unobserved",
        "gateway unobserved",
      ],
    });
  });

  it("gives a claimant the benefit of the doubt whose own address does not show", async () => {
    const nameless: Host = { ip: VIP, mac: DIRECTOR.mac };
    const { status, promises } = await held(
      [at(0, isAt(VIP, nameless, GATEWAY))],
      `vips: [{ ip: ${VIP}, directors: [${DIRECTOR.ip}] }]`,
    );
    expect([status, promises]).toEqual([0, [expect.stringMatching(/^vip-owner (met|unobserved)$/)]]);
  });

  it("gives no roles: what the file says is not taken for what is", async () => {
    const { report } = await held(SOUND_CLUSTER, `vips: [{ ip: 192.168.1.99, directors: [${DIRECTOR.ip}] }]`);
    expect(report.topology.vips.map(({ ip, origin }) => [ip, origin])).toEqual([[VIP, "inferred"]]);
  });

  it("stands in the table, what is wrong first", async () => {
    const capture = scratchFile("table.pcap", writePcap(PROBLEM_3.frames));
    const file = scratchFile("table.yaml", AS_PLANNED);
    const { stdout } = await lvsPcap(["analyze", capture, "--expect", file]);
    expect(stdout).toMatch(/as expected\? {2}NO\n {2}violated: real server 192\.168\.1\.11/);
    expect(stdout).toMatch(/2 of 4 met/);
  });

  it("is refused like any topology file", async () => {
    const capture = scratchFile("bad.pcap", writePcap(SOUND_CLUSTER));
    const { status, stderr } = await lvsPcap([
      "analyze",
      capture,
      "--expect",
      scratchFile("bad.yaml", "vip: 1"),
    ]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/bad\.yaml:1: vip is unknown/)]);
  });
});
