import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { Report, ReportedFixStep } from "../../src/index.ts";
import { BENIGN_KINDS, benignKindOf, FINDING_KINDS, findingKindOf } from "../../src/kinds/registry.ts";
import { SEVERITIES } from "../../src/kinds/severity.ts";
import { renderMarkdown } from "../../src/reports/markdown.ts";
import { renderTable } from "../../src/reports/table.ts";
import { analyze } from "../support/analyze.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, SECOND_DIRECTOR, VIP } from "../support/frames.ts";
import { CONFLICT, INCIDENTS, PROBLEM_3, REPLY_FIRST } from "../support/incidents.ts";
import { announcement, at, isAt, whoHas } from "../support/traffic.ts";

const SIGNATURES = [
  ...FINDING_KINDS.map((name) => findingKindOf(name).eve.signatureId),
  ...BENIGN_KINDS.map((name) => benignKindOf(name).signatureId),
];

async function fixOf({ frames, roles }: (typeof INCIDENTS)[number]): Promise<ReportedFixStep[]> {
  const { findings } = await analyze(frames, roles);
  return findings.flatMap(({ fix }) => fix);
}

function commandsOf(steps: readonly ReportedFixStep[]): string[] {
  return steps.flatMap(({ command }) => (command === null ? [] : [command]));
}

describe("the kinds", () => {
  it("have numbers of their own in EVE, so that nobody's suppression covers another kind", () => {
    expect(new Set(SIGNATURES).size).toBe(FINDING_KINDS.length + BENIGN_KINDS.length);
  });

  it("keep the numbers that they have", () => {
    expect(findingKindOf("inventory-contradicted").eve.signatureId).toBe(15);
    expect(benignKindOf("cache-restored").signatureId).toBe(109);
  });

  it.each(FINDING_KINDS)("%s: has a severity at every stage", (name) => {
    const { severity } = findingKindOf(name);
    expect(SEVERITIES).toEqual(expect.arrayContaining(Object.values(severity)));
  });
});

describe("the steps of a fix", () => {
  it.each(INCIDENTS)("for $name: each command is one line that a shell takes as it is", async (incident) => {
    for (const command of commandsOf(await fixOf(incident))) {
      expect(command).not.toMatch(/\n|\b(IFACE|ADDRESS|MAC|VIP)\b/);
      const { status, stderr } = spawnSync("sh", ["-n", "-c", command], { encoding: "utf8" });
      expect(status, stderr).toBe(0);
    }
  });

  it.each(INCIDENTS)("for $name: are what the remedy says, in its order", async ({ frames, roles }) => {
    for (const { fix, remedy } of (await analyze(frames, roles)).findings) {
      for (const [index, { what, command }] of fix.toReversed().entries()) {
        const line = remedy.at(-1 - index);
        expect(line).toContain(what.slice(1));
        if (command !== null) expect(line).toContain(command);
      }
    }
  });

  it.each([PROBLEM_3, REPLY_FIRST])("for $name: set both settings on all, as data, too", async (incident) => {
    const settings = (await fixOf(incident)).filter(({ setting }) => setting !== null);
    expect(settings.toSorted((a, b) => ((a.setting ?? "") < (b.setting ?? "") ? -1 : 1))).toMatchObject([
      { host: REAL_SERVER, setting: "arp_announce", scope: "all", value: "2" },
      { host: REAL_SERVER, setting: "arp_ignore", scope: "all", value: "1" },
    ]);
    for (const { setting, value, command } of settings)
      expect(command).toBe(`sysctl -w net.ipv4.conf.all.${setting}=${value}`);
  });

  it("announce the VIP by either of the two programs that are called arping", async () => {
    const announcing = commandsOf(await fixOf(PROBLEM_3)).filter((command) =>
      command.startsWith("arping -U"),
    );
    expect(announcing).toEqual([
      expect.stringMatching(/^arping -U -c 3 -I .* 192\.168\.1\.2$/),
      expect.stringMatching(/^arping -U -c 3 -S 192\.168\.1\.2 -i .* 192\.168\.1\.2$/),
    ]);
  });

  it("never count answers by -b, which Habets' arping takes for another source address", async () => {
    const asking = commandsOf(await fixOf(CONFLICT)).filter((command) => /^arping (?!-U)/.test(command));
    expect(asking).toEqual([expect.stringMatching(/^arping -c 1 -I .* \S+$/)]);
  });

  it("name the host to go to, with its address only: not when it learned what", async () => {
    for (const { host } of await fixOf(PROBLEM_3))
      expect(Object.keys(host ?? {})).toEqual(["mac", "ip", "role"]);
  });
});

describe("a report for people", () => {
  const render: readonly [string, (report: Report) => string][] = [
    ["the table", (report) => renderTable(report, { color: false })],
    ["Markdown", (report) => renderMarkdown(report, { color: false })],
  ];

  it.each(render)("%s has each command on a line of its own, whole", async (_, renderReport) => {
    const report = await analyze(PROBLEM_3.frames, PROBLEM_3.roles);
    const lines = renderReport(report)
      .split("\n")
      .map((line) => line.trim());
    const commands = report.findings.flatMap(({ fix }) => commandsOf(fix));
    expect(commands.length).toBeGreaterThan(5);
    expect(lines).toEqual(expect.arrayContaining(commands));
  });

  it("tells two hosts that use one address apart by their MACs", async () => {
    const { findings } = await analyze(CONFLICT.frames, CONFLICT.roles);
    const [conflict] = findings;
    if (conflict === undefined) throw new Error("no conflict");
    expect(conflict.kind).toBe("address-conflict");
    expect(conflict.summary).toContain(
      `Host ${conflict.claimant.mac} and host ${conflict.rightful?.mac} both use ${conflict.ip}`,
    );
  });

  it("has the director that goes on after a split announce the VIP by its own card", async () => {
    const { findings } = await analyze(
      [
        at(0, whoHas(VIP, GATEWAY)),
        at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
        at(0.2, isAt(VIP, SECOND_DIRECTOR, GATEWAY)),
        at(1000, announcement(VIP, DIRECTOR)),
        at(1000.1, announcement(VIP, SECOND_DIRECTOR)),
        at(2000, announcement(VIP, DIRECTOR)),
        at(2000.1, announcement(VIP, SECOND_DIRECTOR)),
      ],
      { vips: [VIP], directors: [DIRECTOR.ip, SECOND_DIRECTOR.ip, DIRECTOR.mac, SECOND_DIRECTOR.mac] },
    );
    const split = findings.find(({ kind }) => kind === "vip-split");
    expect(split?.fix.flatMap(({ command }) => command ?? [])).toEqual(
      expect.arrayContaining([expect.stringContaining(`ip -o -4 address show to ${VIP}`)]),
    );
  });
});
