// @module-tag slow
import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { GATEWAY_SPOOFED, NEIGHBOUR_SPOOFED, PROBLEM_3 } from "../support/incidents.ts";
import { watchAll } from "../support/live-stream.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { announcement, at } from "../support/traffic.ts";

const ADDRESSES = 10_000;

/** Addresses that each of two MACs claims, one a millisecond. */
function contested(from: number): CapturedFrame[] {
  return Array.from({ length: ADDRESSES }, (_, index) => index).flatMap((index) =>
    [0, 1].map((claimant) => {
      const tail = index.toString(16).padStart(6, "0");
      const mac = `02:aa:0${claimant}:${tail.slice(0, 2)}:${tail.slice(2, 4)}:${tail.slice(4)}`;
      const ip = `10.7.${index >> 8}.${index & 0xff}`;
      return at(from + index + claimant / 2, announcement(ip, { mac, ip }));
    }),
  );
}

const FLOODED = [PROBLEM_3, GATEWAY_SPOOFED, NEIGHBOUR_SPOOFED].map(({ name, frames, kind }) => {
  const end = Math.max(...frames.map(({ atNs }) => atNs / 1e6));
  return { name, kind, frames: [...frames, ...contested(end + 2000)] };
});

describe("a flood of contested addresses", () => {
  it.each(FLOODED)("does not push out $name", async ({ kind, frames }) => {
    const { findings } = await analyze(frames);
    const faults = findings.filter(({ severity }) => severity === "critical");
    expect(faults.filter(({ victims }) => victims.length > 0).map((finding) => finding.kind)).toContain(kind);
  });

  it("withdraws nothing that was told of in a watch", async () => {
    const { events } = await watchAll(FLOODED[0]?.frames ?? []);
    const told = events.filter((event) => event.event !== "benign" && event.kind === PROBLEM_3.kind);
    expect(told.map(({ event }) => event)).toContain("opened");
    expect(told.flatMap((event) => ("ending" in event ? (event.ending ?? []) : []))).toEqual([]);
  });

  it("leaves the verdict open where nothing was found, because something was given up", async () => {
    const { verdict, forgotten, reach } = await analyze(contested(0));
    expect(verdict).toBe("undetermined");
    expect(forgotten.contested).toBeGreaterThan(0);
    expect(reach.undetermined).toContain("no longer tracked");
  });
});
