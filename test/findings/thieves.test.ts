import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { INTRUDER } from "../support/frames.ts";
import {
  accusedIn,
  CLAIMS,
  divertedTraffic,
  INTRODUCTIONS,
  ROLE_MODES,
  soundTraffic,
  THIEF_MODES,
} from "../support/thieves.ts";
import { at } from "../support/traffic.ts";

const CLAIM_NAMES = Object.keys(CLAIMS);
const ROLES = Object.entries(ROLE_MODES);

describe("a thief on a running cluster is accused, and nobody else", () => {
  describe.each(ROLES)("roles: %s", (_roles, options) => {
    describe.each(THIEF_MODES)("he %s", (mode) => {
      it.each(CLAIM_NAMES)("after %s", async (name) => {
        const claim = CLAIMS[name];
        if (claim === undefined) throw new Error(name);
        const frames = [
          ...INTRODUCTIONS,
          ...soundTraffic(10, 4),
          at(6000, claim(INTRUDER)),
          ...divertedTraffic(6001, mode, 4),
        ];
        expect(accusedIn(await analyze(frames, options))).toEqual([INTRUDER.mac]);
      });
    });
  });
});
