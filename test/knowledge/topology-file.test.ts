import { describe, expect, it } from "vitest";
import { lvsPcap, reportIn } from "../support/cli.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";

const CAPTURE = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames));
const FLAGS = [
  "--vip",
  VIP,
  "--director",
  DIRECTOR.ip,
  "--real-server",
  REAL_SERVER.ip,
  "--gateway",
  GATEWAY.ip,
];

async function reportBy(...args: readonly string[]) {
  return reportIn(await lvsPcap(["analyze", CAPTURE, ...args, "--format", "json"]));
}

const YAML = `
gateways: [${GATEWAY.ip}]
vips:
  - ip: ${VIP}
    directors: [${DIRECTOR.ip}]
    realServers: [${REAL_SERVER.ip}]
`;
const WAYS_TO_SAY_IT: [string, string][] = [
  ["YAML", YAML],
  ["YAML with Windows line ends and a byte order mark", `\ufeff${YAML.replaceAll("\n", "\r\n")}`],
  [
    "JSON",
    JSON.stringify({
      gateways: [GATEWAY.ip],
      vips: [{ ip: VIP, directors: [DIRECTOR.ip], realServers: [REAL_SERVER.ip] }],
    }),
  ],
  [
    "hosts as { ip, mac }",
    `
gateways: [{ ip: ${GATEWAY.ip}, mac: "${GATEWAY.mac}" }]
vips:
  - ip: ${VIP}
    directors: [{ ip: ${DIRECTOR.ip} }]
    realServers: [{ ip: ${REAL_SERVER.ip}, mac: "${REAL_SERVER.mac}", forwarding: direct-routing }]
`,
  ],
  [
    "hosts beside the VIPs",
    `{ vips: [${VIP}], directors: [${DIRECTOR.ip}], realServers: [${REAL_SERVER.ip}], gateways: [${GATEWAY.ip}] }`,
  ],
];

describe("a topology file", () => {
  it.each(WAYS_TO_SAY_IT)("says what the flags say: %s", async (_, text) => {
    const topology = scratchFile("topology", text);
    expect(await reportBy("--topology", topology)).toEqual(await reportBy(...FLAGS));
  });

  it("may be the topology of a report", async () => {
    const report = await reportBy(...FLAGS);
    const topology = scratchFile("reported.json", JSON.stringify(report.topology));
    expect(await reportBy("--topology", topology)).toEqual(report);
  });

  it("may leave out everything but the VIP", async () => {
    const report = await reportBy("--topology", scratchFile("vip.yaml", `vips: [${VIP}]`));
    expect(report.topology.vips).toMatchObject([{ ip: VIP, origin: "given" }]);
  });

  it("adds to what the flags say", async () => {
    const topology = scratchFile("director.yaml", `vips: [{ ip: ${VIP}, directors: [${DIRECTOR.ip}] }]`);
    const report = await reportBy("--vip", VIP, "--real-server", REAL_SERVER.ip, "--topology", topology);
    expect(report.topology.vips).toMatchObject([{ directors: [DIRECTOR], realServers: [REAL_SERVER] }]);
  });

  it("may say how a real server gets its packets", async () => {
    const text = `vips: [{ ip: ${VIP}, realServers: [{ ip: ${REAL_SERVER.ip}, forwarding: tunnelling }] }]`;
    const report = await reportBy("--topology", scratchFile("tunnel.yaml", text));
    expect(report.topology.vips[0]?.realServers[0]?.forwarding).toBe("tunnelling");
  });
});

const BILLION_LAUGHS = [
  'a: &a ["lol"]',
  ...["b", "c", "d", "e", "f", "g", "h", "i"].map((name, index) => {
    const alias = `*${"abcdefgh"[index]}`;
    return `${name}: &${name} [${Array(10).fill(alias).join(", ")}]`;
  }),
].join("\n");

describe("a topology file that cannot be meant is refused by name, line and key", () => {
  it.each<[string, string, RegExp]>([
    ["an unknown key", `vips: [${VIP}]\nrealservers: [${REAL_SERVER.ip}]`, /:2: realservers is unknown/],
    ["an unknown key of a VIP", `vips:\n  - ip: ${VIP}\n    vrid: 51`, /:3: vips\[0\]\.vrid is unknown/],
    ["an unknown key of a host", `gateways:\n  - addr: ${GATEWAY.ip}`, /:2: gateways\[0\]\.addr is unknown/],
    ["an address with a number above 255", `vips:\n  - 192.168.1.256`, /:2: vips\[0\] is "192\.168\.1\.256"/],
    ["an address with a prefix", `vips:\n  - ip: ${VIP}/24`, /:2: vips\[0\]\.ip is "192\.168\.1\.2\/24"/],
    [
      "a number for an address",
      `vips:\n  - 3232235778`,
      /:2: vips\[0\] is 3232235778; expected an IPv4 address/,
    ],
    [
      "a name for a host",
      `vips:\n  - ip: ${VIP}\n    directors: [lb1]`,
      /:3: vips\[0\]\.directors\[0\] is "lb1"/,
    ],
    ["half a MAC", `gateways:\n  - mac: "02:00"`, /:2: gateways\[0\]\.mac is "02:00"; expected a MAC/],
    ["a host without ip and mac", `gateways:\n  - {}`, /:2: gateways\[0\] has neither ip nor mac/],
    ["a VIP without an address", `vips:\n  - directors: [${DIRECTOR.ip}]`, /:2: vips\[0\]\.ip is missing/],
    ["an address where a list belongs", `vips: ${VIP}`, /:1: vips is no list/],
    [
      "an address where a list of hosts belongs",
      `vips:\n  - ip: ${VIP}\n    directors: ${DIRECTOR.ip}`,
      /:3: vips\[0\]\.directors is no list/,
    ],
    ["a list where the mapping belongs", `- ${VIP}`, /:1: the topology is no mapping/],
    [
      "another way of forwarding",
      `realServers:\n  - ip: ${REAL_SERVER.ip}\n    forwarding: nat`,
      /:3: realServers\[0\]\.forwarding is "nat"/,
    ],
    ["no YAML", `vips: [${VIP}\n`, /:\d+: not YAML/],
    ["two documents", `vips: [${VIP}]\n---\nvips: []`, /:\d+: not YAML/],
    ["a key twice", `vips: [${VIP}]\nvips: []`, /:2: not YAML/],
    ["an alias for a host", `gateways: [&x ${GATEWAY.ip}]\ndirectors: [*x]`, /:2: directors\[0\] /],
    ["aliases that multiply", BILLION_LAUGHS, /:1: a is unknown/],
    ["aliases that multiply, in a key that is known", `directors: &a [*a, *a]`, /:1: /],
    ["nothing", "", /the topology is no mapping/],
    ["a comment alone", "# who is who\n", /the topology is no mapping/],
  ])("%s", async (_, text, expectation) => {
    const topology = scratchFile("bad.yaml", text);
    const { status, stdout, stderr } = await lvsPcap(["analyze", CAPTURE, "--topology", topology]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr.startsWith(`lvs-pcap: ${topology}`), stderr).toBe(true);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toMatch(expectation);
  });

  it.each<[string, string, RegExp]>([
    ["10 MB", `vips: [${VIP}]\n${"#".repeat(10_000_000)}`, /larger than 4 MiB/],
    ["lists in lists without end", `vips: ${"[".repeat(100_000)}`, /bad-deep\.yaml/],
    ["mappings in mappings without end", `vips: ${"{a: ".repeat(100_000)}`, /bad-deep\.yaml/],
  ])("%s, and soon", async (_, text, expectation) => {
    const topology = scratchFile("bad-deep.yaml", text);
    const begun = performance.now();
    const { status, stderr } = await lvsPcap(["analyze", CAPTURE, "--topology", topology]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^lvs-pcap: [^\n]+\n$/);
    expect(stderr).toMatch(expectation);
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});

describe("a topology file that cannot be read", () => {
  it("is refused by name", async () => {
    const { status, stderr } = await lvsPcap(["analyze", CAPTURE, "--topology", "no/such/topology.yaml"]);
    expect([status, stderr]).toEqual([2, "lvs-pcap: no/such/topology.yaml: cannot be read: no such file\n"]);
  });
});
