import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { DIRECTOR, GATEWAY, type Host, REAL_SERVER, SECOND_DIRECTOR, VIP } from "../support/frames.ts";
import { lookup } from "../support/incidents.ts";
import { advertisement, vrrp } from "../support/lvs-frames.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { at } from "../support/traffic.ts";

const OTHER_VIP = "192.168.1.70";
const FOURTH_VIP = "192.168.1.71";
const SECONDS = [0, 1, 2, 3, 4, 5, 6];

const advertises = (second: number, director: Host, addresses: string[], virtualRouterId = 51) =>
  at(second * 1000, advertisement(director, vrrp({ addresses, virtualRouterId })));

const KNOWN = [...lookup(10, DIRECTOR, GATEWAY), ...lookup(20, SECOND_DIRECTOR, GATEWAY)];

async function judged(frames: readonly CapturedFrame[]) {
  return analyze(frames.toSorted((a, b) => a.atNs - b.atNs));
}

describe("two clusters with one virtual router identifier", () => {
  const COLLISION = [
    ...KNOWN,
    ...SECONDS.flatMap((second) => [
      advertises(second, DIRECTOR, [VIP]),
      advertises(second + 0.5, SECOND_DIRECTOR, [OTHER_VIP, FOURTH_VIP]),
    ]),
  ];

  it("are named with the addresses of each", async () => {
    const { findings } = await judged(COLLISION);
    expect(findings).toMatchObject([
      {
        kind: "vrid-collision",
        severity: "warning",
        ip: OTHER_VIP,
        claimant: { mac: SECOND_DIRECTOR.mac },
        rightful: { mac: DIRECTOR.mac },
        count: 14,
      },
    ]);
    expect(findings[0]?.summary).toContain(
      `192.168.1.20 (02:00:00:00:00:20) advertises ${OTHER_VIP} and director 192.168.1.10 (02:00:00:00:00:10) advertises ${VIP} with one VRID, 51`,
    );
  });

  it("are not said to advertise each other's addresses", async () => {
    const { findings, topology } = await judged(COLLISION);
    const directorsOf = (ip: string) =>
      topology.vips.find((vip) => vip.ip === ip)?.directors.map(({ mac }) => mac);
    expect([directorsOf(VIP), directorsOf(OTHER_VIP)]).toEqual([[DIRECTOR.mac], [SECOND_DIRECTOR.mac]]);
    expect(findings[0]?.evidence.map(({ what }) => what)).toEqual([
      `director 192.168.1.10 advertises ${VIP}`,
      `director 192.168.1.20 advertises ${OTHER_VIP}`,
      `director 192.168.1.10 advertises ${VIP}`,
      `director 192.168.1.20 advertises ${OTHER_VIP}`,
    ]);
  });
});

describe("what is no collision", () => {
  it("is a cluster whose members list nearly the same addresses, while it is reconfigured", async () => {
    const { findings } = await judged([
      ...KNOWN,
      ...SECONDS.map((second) => advertises(second, DIRECTOR, [VIP])),
      ...[11, 12, 13].map((second) => advertises(second, SECOND_DIRECTOR, [VIP, OTHER_VIP])),
    ]);
    expect(findings).toEqual([]);
  });

  it("is a director that was given other addresses", async () => {
    const { findings } = await judged([
      ...KNOWN,
      ...SECONDS.map((second) => advertises(second, DIRECTOR, [VIP])),
      ...SECONDS.map((second) => advertises(second + 20, DIRECTOR, [OTHER_VIP])),
    ]);
    expect(findings).toEqual([]);
  });

  it("is two clusters with an identifier each", async () => {
    const { findings } = await judged([
      ...KNOWN,
      ...SECONDS.flatMap((second) => [
        advertises(second, DIRECTOR, [VIP]),
        advertises(second + 0.5, REAL_SERVER, [OTHER_VIP], 52),
      ]),
    ]);
    expect(findings).toEqual([]);
  });
});
