import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { INTRUDER, VIP } from "../support/frames.ts";
import { snap } from "../support/link-layers.ts";
import { INTRODUCTIONS, soundTraffic } from "../support/thieves.ts";
import { announcement, at } from "../support/traffic.ts";

describe("an announcement in LLC and SNAP on Ethernet", () => {
  const frames = [
    ...INTRODUCTIONS,
    ...soundTraffic(10, 4),
    at(6000, snap(announcement(VIP, INTRUDER))),
    ...soundTraffic(9000, 4),
  ];

  it("is told of, and has no victim: a Linux kernel does not read it", async () => {
    const { findings } = await analyze(frames);
    expect(findings.map(({ kind, severity, victims }) => [kind, severity, victims.length])).toEqual([
      ["vip-gratuitous", "warning", 0],
    ]);
  });

  it("fools hosts that take RFC 1042's encapsulation", async () => {
    const { findings } = await analyze(frames, { neighbourModel: "rfc826" });
    expect(findings.map(({ stage }) => stage)).not.toContain("claimed");
  });
});
