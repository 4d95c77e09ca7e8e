import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lvsPcap } from "../support/cli.ts";
import { notInstalled, skippedFor } from "../support/skipped.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const DOCUMENTATION = readFileSync(join(ROOT, "docs", "watch.md"), "utf8");
const UNAVAILABLE = notInstalled("systemd-analyze");

/** systemd's own scale, from 0 to 10: under it a service counts as well protected. */
const MOST_EXPOSURE = 2;

/** The unit as a person would copy it; with programs that are there. */
function unitFile(): string {
  const [, unit] = /```ini\n([\s\S]*?)```/.exec(DOCUMENTATION) ?? [];
  if (unit === undefined) throw new Error("docs/watch.md has no unit");
  const path = join(mkdtempSync(join(tmpdir(), "lvs-pcap-unit-")), "lvs-pcap@eth0.service");
  writeFileSync(path, unit.replaceAll("/usr/bin/lvs-pcap", "/bin/true"));
  return path;
}

describe.skipIf(UNAVAILABLE !== null)(
  `the systemd unit of the documentation${skippedFor(UNAVAILABLE)}`,
  () => {
    it("is one that systemd understands, word for word", () => {
      const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", unitFile()], { encoding: "utf8" });
      const about = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("lvs-pcap"));
      expect(about).toEqual([]);
    });

    it("leaves little to whoever takes the service over", () => {
      const args = ["security", "--offline=true", "--no-pager", unitFile()];
      const { stdout } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
      const exposure = /exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1];
      expect(Number(exposure)).toBeLessThan(MOST_EXPOSURE);
    });
  },
);

describe("the documentation of watch", () => {
  it("has the unit of the package, word for word", () => {
    const file = join(ROOT, "src", "packaging", "systemd", "lvs-pcap@.service");
    expect(DOCUMENTATION).toContain(`lvs-pcap@.service\n${readFileSync(file, "utf8")}\`\`\``);
  });

  it("names no option that the command does not have", async () => {
    const { stdout } = await lvsPcap(["watch", "--help"]);
    const ours = [...DOCUMENTATION.matchAll(/`(--[a-z-]+)/g)].map(([, option = ""]) => option);
    const tcpdumps = ["--immediate-mode"];
    const unknown = ours.filter((option) => !stdout.includes(option) && !tcpdumps.includes(option));
    expect([...new Set(unknown)]).toEqual([]);
  });
});
