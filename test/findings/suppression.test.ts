import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { lvsPcap } from "../support/cli.ts";
import { REAL_SERVER, VIP } from "../support/frames.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";

const ROLES = ["--vip", VIP];
const CAPTURE = scratchFile("leak.pcap", writePcap(PROBLEM_3.frames));
const BY_CARD = `mac=${REAL_SERVER.mac}`;

async function judged(...ignore: string[]) {
  const report = await analyze(PROBLEM_3.frames, { vips: [VIP], ignore });
  return { verdict: report.verdict, suppressedBy: report.findings.map(({ suppressedBy }) => suppressedBy) };
}

describe("a known exception", () => {
  it.each([
    ["by the card", `${BY_CARD},why=change 4711, until Friday`, "change 4711, until Friday"],
    ["by the address", `ip=${VIP}`, `ip=${VIP}`],
    ["by card, address and kind", `${BY_CARD},ip=${VIP},kind=vip-source-in-request,why=known`, "known"],
  ])("%s suppresses the finding, which stays in the report with the reason", async (_, ignore, why) => {
    expect(await judged(ignore)).toEqual({ verdict: "clean", suppressedBy: [why] });
  });

  it.each([
    ["another card's", "mac=02:00:00:00:00:99"],
    ["of another kind", `${BY_CARD},kind=vip-reply`],
    ["that ended before the finding began", `${BY_CARD},until=2001-01-01`],
  ])("%s suppresses nothing", async (_, ignore) => {
    expect(await judged(ignore)).toEqual({ verdict: "poisoned", suppressedBy: [null] });
  });

  it("is counted in the table and makes the exit status 0", async () => {
    const args = ["analyze", CAPTURE, ...ROLES, "--ignore", `${BY_CARD},why=known`];
    const { status, stdout } = await lvsPcap(args);
    expect(status).toBe(0);
    expect(stdout).toContain("1 suppressed by a known exception");
    expect(stdout).toContain("suppressed by a known exception: known");
  });

  it("is a suppression in SARIF", async () => {
    const args = ["analyze", CAPTURE, ...ROLES, "--format", "sarif", "--ignore", `${BY_CARD},why=known`];
    const { runs } = JSON.parse((await lvsPcap(args)).stdout);
    expect(runs[0].results[0].suppressions).toEqual([{ kind: "external", justification: "known" }]);
  });
});

describe("a file of known exceptions", () => {
  it("suppresses what any of its entries covers", async () => {
    const file = scratchFile(
      "known.yaml",
      Buffer.from(`- kind: arp-scan\n- { ip: ${VIP}, until: 2099-12-31, why: the ticket is open }\n`),
    );
    expect(await judged(file)).toEqual({ verdict: "clean", suppressedBy: ["the ticket is open"] });
  });

  it.each([
    ["with a key that is unknown", "- { card: x }\n", /:1: "card" is unknown/],
    ["with an exception for everything", "- { why: everything }\n", /:1: has no mac, ip or kind/],
    [
      "with a kind that there is not",
      "- { kind: vip-rply }\n",
      /kind is "vip-rply"; expected a kind of finding/,
    ],
    ["that is no list", "ip: 192.0.2.1\n", /expected a list/],
    ["that is no YAML", "- { ip\n", /not YAML/],
  ])("%s is refused in one line that names file and line", async (_, text, expected) => {
    const file = scratchFile("known.yaml", Buffer.from(text));
    const { status, stderr } = await lvsPcap(["analyze", CAPTURE, "--ignore", file]);
    expect(status).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("that is a device is refused", async () => {
    const { status, stderr } = await lvsPcap(["analyze", CAPTURE, "--ignore", "/dev/zero"]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining("is a device or a socket; expected a list of exceptions"),
    ]);
  });
});
