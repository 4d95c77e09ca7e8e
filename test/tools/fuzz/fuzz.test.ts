// @module-tag slow
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lvsPcap, reportIn } from "../../support/cli.ts";
import { PATIENCE } from "../../support/patience.ts";
import { validReport } from "../../support/schema.ts";
import { scratchPath } from "../../support/scratch.ts";
import { fuzz } from "./campaign.ts";
import { loadSeeds } from "./seeds.ts";
import { allTargets } from "./targets.ts";

const { LVS_PCAP_FUZZ_SEED = String(Date.now() % 2 ** 32) } = process.env;
const MUTATIONS = 3000 * PATIENCE;

describe("mutated captures", () => {
  it(`crash no decoder and not the analysis (seed ${LVS_PCAP_FUZZ_SEED})`, async () => {
    const { crashes } = await fuzz({
      seed: Number(LVS_PCAP_FUZZ_SEED),
      goesOn: (mutations) => mutations < MUTATIONS,
      seeds: loadSeeds(),
      targets: allTargets(scratchPath("mutated"), validReport),
      mostCrashes: 3,
    });
    expect(crashes.map((crash) => ({ ...crash, capture: crash.capture.toString("hex") }))).toEqual([]);
  });

  it("come again with the same seed", async () => {
    const fed: string[] = [];
    const recording = {
      name: "recorder",
      seed: ({ bytes }: { bytes: Buffer }) => bytes.subarray(0, 100),
      feed: async (bytes: Buffer) => {
        fed.push(bytes.toString("hex"));
        if (fed.length % 50 === 0) throw new Error(`enough ${fed.length}`);
      },
      asCapture: (bytes: Buffer) => bytes,
    };
    const campaign = { seed: 7, goesOn: () => true, seeds: loadSeeds(), mostCrashes: 1 };
    await fuzz({ ...campaign, targets: [recording] });
    const first = fed.splice(0).slice(0, 50);
    await fuzz({ ...campaign, targets: [recording] });
    expect(first).toHaveLength(50);
    expect(fed.slice(0, 50)).toEqual(first);
  });
});

const HOSTILE = join(import.meta.dirname, "..", "..", "..", "captures", "hostile");
const kept = existsSync(HOSTILE) ? readdirSync(HOSTILE).filter((name) => !name.endsWith(".md")) : [];

describe.skipIf(kept.length === 0)("the captures that once did harm", () => {
  it.each(kept)("do none: %s", async (name) => {
    const path = join(HOSTILE, name);
    const started = performance.now();
    const outcome = await lvsPcap(["analyze", path, "--format", "json"]);
    expect(outcome.stderr).not.toMatch(/unexpected error|\n\s+at /);
    if (outcome.status !== 2) reportIn(outcome);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(readFileSync(path).length).toBeLessThan(1 << 16);
  });
});
