import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { INTRUDER } from "../support/frames.ts";
import { accusedIn, ROLE_MODES } from "../support/thieves.ts";
import { additions, theft, woven } from "./thief-frames.ts";

const { LVS_PCAP_LAWS = "40" } = process.env;
const RUNS = Number(LVS_PCAP_LAWS);
const RANKS = ["clean", "undetermined", "suspicious", "poisoned"];

describe.each(Object.entries(ROLE_MODES))("whatever else a thief sends; roles: %s", (_roles, options) => {
  it("he stays accused, nobody else is, and the verdict is no better", async () => {
    await fc.assert(
      fc.asyncProperty(theft, additions, async (frames, added) => {
        const before = await analyze(woven(frames), options);
        const after = await analyze(woven(frames, added), options);
        expect(accusedIn(after)).toEqual([INTRUDER.mac]);
        expect(RANKS.indexOf(after.verdict)).toBeGreaterThanOrEqual(RANKS.indexOf(before.verdict));
      }),
      { numRuns: RUNS },
    );
  });
});

describe("more truth", () => {
  it("moves no accusation: with roles given as without", async () => {
    await fc.assert(
      fc.asyncProperty(theft, additions, async (frames, added) => {
        for (const options of Object.values(ROLE_MODES))
          expect(accusedIn(await analyze(woven(frames, added), options))).toEqual([INTRUDER.mac]);
      }),
      { numRuns: RUNS },
    );
  });
});
