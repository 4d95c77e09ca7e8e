import { truncateSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ProgressBar } from "../../src/cli/progress.ts";
import { lvsPcap } from "../support/cli.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";

const MB = 1_000_000;
const WIPE = "\r\x1b[K";

/** Zeros on a disk take no room, and as pcap they are records without bytes. */
const LARGE = scratchFile("large.pcap", writePcap([]));
truncateSync(LARGE, 24 + 16 * (4 << 20) + 16 * 65_536);
const SMALL = scratchFile("small.pcap", writePcap([]));
truncateSync(SMALL, 24 + 16 * 1000);

function barOn(times: readonly number[]) {
  const written: string[] = [];
  const clock = [...times];
  const terminal = { write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
  return { bar: new ProgressBar(terminal, () => clock.shift() ?? 0), written };
}

describe("the progress bar", () => {
  it("is drawn for a large capture on a terminal, and wiped at the end", async () => {
    const { stderr } = await lvsPcap(["analyze", LARGE], { stderrIsTty: true });
    expect(stderr.startsWith(WIPE)).toBe(true);
    expect(stderr.slice(WIPE.length)).toMatch(/^[█░]{30} /);
    expect(stderr.endsWith(WIPE)).toBe(true);
    expect(stderr).not.toContain("\n");
  });

  it.each<[string, string[], boolean]>([
    ["for a small capture", [SMALL], true],
    ["where stderr is no terminal", [LARGE], false],
    ["with --no-progress", [LARGE, "--no-progress"], true],
  ])("is not drawn %s", async (_, args, stderrIsTty) => {
    expect((await lvsPcap(["analyze", ...args], { stderrIsTty })).stderr).toBe("");
  });

  it("never gets into the report", async () => {
    const { stdout } = await lvsPcap(["analyze", LARGE, "--format", "json"], { stderrIsTty: true });
    expect(() => JSON.parse(stdout)).not.toThrow();
  });

  it("says how far it is, in whole percent and megabytes", () => {
    const { bar, written } = barOn([0]);
    bar.update(50 * MB, 200 * MB);
    expect(written.join("")).toMatch(/ 25 % {2}50 MB of 200 MB$/);
  });

  it("says only how much was read of a pipe", () => {
    const { bar, written } = barOn([0]);
    bar.update(100 * MB, null);
    expect(written.join("")).toBe(`${WIPE}reading: 100 MB`);
  });

  it("never goes beyond the end, though the file grows", () => {
    const { bar, written } = barOn([0]);
    bar.update(300 * MB, 200 * MB);
    expect(written.join("")).toContain("100 %");
  });

  it("is drawn ten times a second at most", () => {
    const { bar, written } = barOn([0, 50, 99, 100, 150]);
    for (let done = 1; done <= 5; done++) bar.update(done * MB, 200 * MB);
    expect(written).toHaveLength(2);
  });

  it("fits a line of 80 columns", () => {
    const { bar, written } = barOn([0]);
    bar.update(999_999 * MB, 999_999 * MB);
    expect(written.join("").replace(WIPE, "").length).toBeLessThanOrEqual(80);
  });

  it("leaves nothing to wipe where it was never drawn", () => {
    const { bar, written } = barOn([]);
    bar.clear();
    expect(written).toEqual([]);
  });
});
