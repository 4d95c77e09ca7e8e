// @module-tag slow
import { describe, expect, it } from "vitest";
import { reportIn } from "../../support/cli.ts";
import { hostileFiles } from "./files.ts";
import { FLOODS, type Flood, floodCapture } from "./floods.ts";
import { type Measured, measure } from "./measure.ts";

const MEBIBYTE = 1 << 20;
const SECONDS = 1000;

function expectGoodManners({ status, stderr, stdout }: Measured): void {
  expect(stderr).not.toMatch(/unexpected error|^\s+at /m);
  expect(stderr.split("\n").length, stderr).toBeLessThanOrEqual(2);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that must not be there
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  expect([0, 1, 2, 3]).toContain(status);
}

/** Half of what `npm run hostile` gives the larger ones, or less. */
describe("a file made to do harm", () => {
  it.each(hostileFiles(32))("takes little time and memory: $name", async ({ pieces }) => {
    const measured = await measure(["analyze", "-", "--format", "json"], pieces());
    expectGoodManners(measured);
    expect(measured.processorMs ?? 0).toBeLessThan(10 * SECONDS);
    expect(measured.residentBytes ?? 0).toBeLessThan(250 * MEBIBYTE);
  });
});

describe("a flood made to fill tables", () => {
  const frames = 60_000;
  const measurements = new Map<Flood, Promise<Measured>>();

  function measureOnce(flood: Flood): Promise<Measured> {
    const args = ["analyze", "-", "--format", "json", "--vip", "192.168.1.2"];
    const measured = measurements.get(flood) ?? measure(args, floodCapture(flood, frames));
    measurements.set(flood, measured);
    return measured;
  }

  it.each(FLOODS)("takes little time and memory: $name", async (flood) => {
    const measured = await measureOnce(flood);
    expectGoodManners(measured);
    expect(reportIn(measured).captures[0]).toMatchObject({ frames, complete: true });
    expect(measured.processorMs ?? 0).toBeLessThan(10 * SECONDS);
    expect(measured.residentBytes ?? 0).toBeLessThan(250 * MEBIBYTE);
  });

  it.each(FLOODS.filter(({ name }) => /ARP senders|VLAN|claim one address/.test(name)))(
    "has what it pushed out told, and is itself a finding: $name",
    async (flood) => {
      const { findings, forgotten } = reportIn(await measureOnce(flood));
      expect(forgotten.addresses + forgotten.stations + forgotten.parts).toBeGreaterThan(10_000);
      expect(findings.map(({ kind }) => kind)).toContain("arp-flood");
    },
  );
});
