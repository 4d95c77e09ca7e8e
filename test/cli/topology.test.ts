import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lvsPcap, reportIn } from "../support/cli.ts";
import { DIRECTOR, GATEWAY, NEIGHBOUR, REAL_SERVER, VIP } from "../support/frames.ts";
import { lookup, PROBLEM_3 } from "../support/incidents.ts";
import { inventory } from "../support/inventories.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";

const CAPTURE = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames));
const RECORDINGS = [
  "problem-3",
  "problem-1",
  "keepalived-failover",
  "keepalived-failover-leaking-real-server",
  "tunnelling-problem-3",
  "sound-cluster",
  "two-vips-one-leaks",
  "intruder-arpspoof-gateway",
];

async function topologyOf(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await lvsPcap(["topology", ...args]);
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

async function analyzed(capture: string, ...args: readonly string[]) {
  return reportIn(await lvsPcap(["analyze", capture, "--format", "json", ...args]));
}

describe("lvs-pcap topology", () => {
  it("writes each part with its address, its MAC, and how packets are forwarded", async () => {
    const text = await topologyOf(CAPTURE);
    const facts = text.split("\n").filter((line) => !line.trim().startsWith("#"));
    expect(facts.join("\n").trim()).toBe(
      `gateways:
  - ip: ${GATEWAY.ip}
    mac: "${GATEWAY.mac}"
vips:
  - ip: ${VIP}
    directors:
      - ip: ${DIRECTOR.ip}
        mac: "${DIRECTOR.mac}"
    realServers:
      - ip: ${REAL_SERVER.ip}
        mac: "${REAL_SERVER.mac}"
        forwarding: direct-routing`,
    );
  });

  it("says of each by which frames it is known, and of whom a finding accuses", async () => {
    const text = await topologyOf(CAPTURE);
    expect(text).toMatch(
      /# inferred:\n\s+# 192\.168\.1\.10 answers for it, yet passes its packets on .* \(frame 6\)/,
    );
    expect(text).toMatch(/# accused by F1: vip-source-in-request \(frame 7\)\n\s+- ip: 192\.168\.1\.11/);
  });

  it.each(RECORDINGS)("of %s is the topology by which analyze comes to the same verdict", async (name) => {
    const capture = `captures/${name}/capture.pcap`;
    const topology = scratchFile(`${name}.yaml`, await topologyOf(capture));
    const [inferred, given] = [await analyzed(capture), await analyzed(capture, "--topology", topology)];
    const gist = ({ verdict, findings }: typeof given) => ({
      verdict,
      findings: findings.map(({ kind, ip, stage, claimant }) => ({
        kind,
        ip,
        stage,
        claimant: claimant.mac,
      })),
    });
    expect(gist(given)).toEqual(gist(inferred));
  });

  it("is the same as JSON", async () => {
    const json = scratchFile("topology.json", await topologyOf(CAPTURE, "--format", "json"));
    const yaml = scratchFile("topology.yaml", await topologyOf(CAPTURE));
    expect(await analyzed(CAPTURE, "--topology", json)).toEqual(await analyzed(CAPTURE, "--topology", yaml));
  });

  it("carries names from an inventory on, and analyze shows them", async () => {
    const leases = inventory(`0 ${REAL_SERVER.mac} ${REAL_SERVER.ip} rs1 *\n`);
    const topology = scratchFile("named.yaml", await topologyOf(CAPTURE, "--inventory", leases));
    const { findings } = await analyzed(CAPTURE, "--topology", topology);
    expect(findings[0]?.claimant.name).toBe("rs1");
  });

  it("writes a file that is not there, and leaves one that is as it was", async () => {
    const path = scratchPath("written.yaml");
    await topologyOf(CAPTURE, "--output", path);
    const written = readFileSync(path, "utf8");
    expect(written).toContain(`- ip: ${VIP}`);
    const again = await lvsPcap(["topology", CAPTURE, "--output", path]);
    expect([again.status, again.stderr]).toEqual([
      2,
      `lvs-pcap: --output ${path}: exists already; --force overrides that\n`,
    ]);
    expect(readFileSync(path, "utf8")).toBe(written);
  });

  it("says what is missing where nothing shows", async () => {
    const quiet = scratchFile("quiet.pcap", writePcap(lookup(0, NEIGHBOUR, GATEWAY)));
    expect(await topologyOf(quiet)).toMatch(/# No VIP shows in it: add those that there are\.\n# No gateway/);
  });

  it("lets no name end a comment and begin a key", async () => {
    const evil = inventory(
      `<nmaprun><host><address addr="${REAL_SERVER.ip}" addrtype="ipv4"/><address addr="${REAL_SERVER.mac}" addrtype="mac" vendor="x&#10;vips: []"/></host></nmaprun>`,
    );
    const topology = scratchFile("evil.yaml", await topologyOf(CAPTURE, "--inventory", evil));
    expect((await analyzed(CAPTURE, "--topology", topology)).topology.vips).toMatchObject([{ ip: VIP }]);
  });
});
