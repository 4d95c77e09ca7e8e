import { describe, expect, it } from "vitest";
import { countArpRecords, countBytes, countReport, disagreements } from "../../bench/harness/counts.ts";
import { writePcap } from "../support/pcap.ts";

const MADE = { frames: 10, arpFrames: 2, bypassFrames: 3 };
const CAPTURE = { path: "a.pcap", kind: "mixed", bytes: 1000, made: MADE } as const;

function report(...findings: readonly object[]): Buffer {
  return Buffer.from(JSON.stringify({ captures: [{ frames: 10 }], findings }));
}

const ACCUSATION = {
  severity: "critical",
  kind: "vip-source-in-request",
  ip: "192.168.1.2",
  claimant: { ip: "192.168.1.11" },
  bypass: { frames: 3 },
};

describe("what a contender says it saw", () => {
  it("agrees where all of it is what was made", () => {
    expect(disagreements("it", CAPTURE, countReport(report(ACCUSATION)))).toEqual([]);
  });

  it("does not agree where it is another number of frames", () => {
    const problems = disagreements(
      "it",
      { ...CAPTURE, made: { ...MADE, frames: 11 } },
      countReport(report()),
    );
    expect(problems[0]).toBe("it: 10 frames, the generator made 11");
  });

  it("does not agree where nobody is accused, or somebody else", () => {
    expect(disagreements("it", CAPTURE, countReport(report()))).toHaveLength(1);
    const other = { ...ACCUSATION, claimant: { ip: "192.168.1.12" } };
    expect(disagreements("it", CAPTURE, countReport(report(other)))).toHaveLength(1);
  });

  it("may have notices, which accuse nobody", () => {
    const notice = { severity: "notice", kind: "arp-flood", ip: "10.0.0.1" };
    const quiet = { ...CAPTURE, made: { ...MADE, bypassFrames: 0 } };
    expect(disagreements("it", quiet, countReport(report(notice)))).toEqual([]);
  });

  it("does not agree where there is no report at all", () => {
    expect(disagreements("it", CAPTURE, countReport(Buffer.from("oops"))).length).toBeGreaterThan(0);
  });

  it("is the number of records of the ARP frames that a filter left", () => {
    const left = writePcap([
      { atNs: 0, bytes: Buffer.alloc(60) },
      { atNs: 1, bytes: Buffer.alloc(42) },
    ]);
    expect(disagreements("it", CAPTURE, countArpRecords(left))).toEqual([]);
  });

  it("is the number of bytes of what was unpacked", () => {
    expect(disagreements("it", CAPTURE, countBytes(Buffer.from("999\n")))).toEqual([
      "it: 999 bytes, the generator made 1000",
    ]);
  });
});
