import { describe, expect, it } from "vitest";
import { lvsPcap, type Outcome } from "../support/cli.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { PROBLEM_3, SOUND_CLUSTER } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { validSarif } from "../support/sarif.ts";
import { scratchFile } from "../support/scratch.ts";

const CAPTURE = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames));
const SOUND = scratchFile("sound.pcap", writePcap(SOUND_CLUSTER));
const PLAN = scratchFile(
  "plan.yaml",
  `vips: [{ ip: ${VIP}, directors: [${DIRECTOR.ip}], realServers: [${REAL_SERVER.ip}] }]`,
);
const FOR_PEOPLE = ["table", "markdown", "html"];
const ALL = [...FOR_PEOPLE, "sarif"];

/** nmap's word on who is who, with such a name for the real server and such a vendor for its card. */
function nmapScan(name: string, vendor: string): string {
  const escaped = (text: string) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  return scratchFile(
    "scan.xml",
    `<?xml version="1.0"?><nmaprun scanner="nmap"><host><status state="up"/>
<address addr="${REAL_SERVER.ip}" addrtype="ipv4"/>
<address addr="${REAL_SERVER.mac}" addrtype="mac" vendor="${escaped(vendor)}"/>
<hostnames><hostname name="${escaped(name)}" type="PTR"/></hostnames></host></nmaprun>`,
  );
}

function wordsOf({ stdout }: Outcome): string {
  return stdout
    .replace(/<(style|script)>.*?<\/\1>/gs, "")
    .replace(/<[^>]*>/g, "")
    .replace(/\s+/g, " ");
}

describe("--expect", () => {
  it.each(FOR_PEOPLE)("shows in --format %s what is not as expected", async (format) => {
    const text = wordsOf(await lvsPcap(["analyze", CAPTURE, "--expect", PLAN, "--format", format]));
    expect(text).toMatch(/violated.{1,40}eal server 192\.168\.1\.11 .{0,60}claims VIP 192\.168\.1\.2/);
  });

  it.each(FOR_PEOPLE)("is left out of --format %s where nothing was expected", async (format) => {
    expect(wordsOf(await lvsPcap(["analyze", CAPTURE, "--format", format]))).not.toMatch(
      /as expected|Expectations/i,
    );
  });

  it("stands before everything else on the page", async () => {
    const { stdout } = await lvsPcap(["analyze", CAPTURE, "--expect", PLAN, "--format", "html"]);
    expect(stdout.split("<main>")[0]).toContain("Not as expected: ");
  });

  it("is a result of its own rule in SARIF, an error", async () => {
    const { stdout } = await lvsPcap(["analyze", CAPTURE, "--expect", PLAN, "--format", "sarif"]);
    const [run] = validSarif(stdout).runs;
    const broken = run?.results.filter(({ ruleId }) => ruleId === "expectation-violated") ?? [];
    expect(broken.map(({ level, ruleIndex }) => [level, run?.tool.driver.rules[ruleIndex]?.id])).toEqual([
      ["error", "expectation-violated"],
      ["error", "expectation-violated"],
    ]);
    expect(broken[0]?.message.text).toContain(`claims VIP ${VIP}`);
  });

  it("is no result in SARIF where it is met", async () => {
    const { stdout } = await lvsPcap(["analyze", SOUND, "--expect", PLAN, "--format", "sarif"]);
    expect(validSarif(stdout).runs[0]?.results).toEqual([]);
  });
});

describe("--inventory", () => {
  it.each(ALL)("shows in --format %s by file, host name and vendor", async (format) => {
    const scan = nmapScan("web1.example", "Acme Cards");
    const outcome = await lvsPcap(["analyze", CAPTURE, "--inventory", scan, "--format", format]);
    expect(outcome.stdout).toContain("scan.xml");
    expect(wordsOf(outcome)).toMatch(/web1\.exampl/);
    expect(wordsOf(outcome)).toContain("Acme Cards");
  });

  it("is valid SARIF", async () => {
    const scan = nmapScan("web1", "Acme");
    const { stdout } = await lvsPcap(["analyze", CAPTURE, "--inventory", scan, "--format", "sarif"]);
    expect(
      validSarif(stdout).runs[0]?.artifacts.map(({ location }) => location.uri?.split("/").at(-1)),
    ).toEqual(["problem-3.pcap", "scan.xml"]);
  });

  it.each(ALL)("passes on what was left out of it in --format %s", async (format) => {
    const conf = scratchFile(
      "keepalived.conf",
      `include nowhere/*.conf\nvirtual_server ${VIP} 80 {\n lvs_method DR\n}\n`,
    );
    const outcome = await lvsPcap(["analyze", CAPTURE, "--inventory", conf, "--format", format]);
    expect(wordsOf(outcome)).toContain("no such file here");
  });

  it.each(ALL)("makes no markup of a name or a vendor in --format %s", async (format) => {
    const scan = nmapScan('"><zz>[a](b)`|@all {0}', "<zz onload=1>");
    const { stdout } = await lvsPcap(["analyze", CAPTURE, "--inventory", scan, "--format", format]);
    expect(stdout).toContain("zz");
    if (format === "html") expect(stdout).not.toContain("<zz");
    if (format === "markdown") expect(stdout).not.toMatch(/(?<!\\)<zz|@all/);
    if (format === "sarif") expect(() => validSarif(stdout)).not.toThrow();
  });
});

it("knows a gateway by its name in every form for people", async () => {
  const leases = scratchFile("dnsmasq.leases", `1795430000 ${GATEWAY.mac} ${GATEWAY.ip} edge-router *\n`);
  for (const format of FOR_PEOPLE) {
    const outcome = await lvsPcap(["analyze", CAPTURE, "--inventory", leases, "--format", format]);
    expect(wordsOf(outcome)).toContain("edge-router");
  }
});
