import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { INCIDENTS } from "../incidents/incident.ts";
import { analyze } from "../support/analyze.ts";
import { lvsPcap } from "../support/cli.ts";
import {
  CLIENT,
  DIRECTOR,
  EtherType,
  ethernet,
  GATEWAY,
  ipv4,
  Protocol,
  udp,
  VIP,
} from "../support/frames.ts";
import { gre } from "../support/lvs-frames.ts";
import type { CapturedFrame } from "../support/pcap.ts";
import { at, isAt, packet, whoHas } from "../support/traffic.ts";

const SOUND = [at(0, whoHas(VIP, GATEWAY)), at(1, isAt(VIP, DIRECTOR, GATEWAY))];
const INNER = Buffer.alloc(60);

function inIpv4(payload: Uint8Array, protocol: number): Buffer {
  const outer = ipv4({ source: "203.0.113.1", destination: "203.0.113.2", protocol, payload });
  return ethernet({ to: DIRECTOR.mac, from: GATEWAY.mac, type: EtherType.Ipv4, payload: outer });
}

function vxlan(): Buffer {
  const header = Buffer.from([0x08, 0, 0, 0, 0, 0, 7, 0]);
  return inIpv4(udp(50_000, 4789, Buffer.concat([header, INNER])), Protocol.Udp);
}

/** IPv6 with a neighbour solicitation, or with a TCP segment. */
function ipv6(isDiscovery: boolean): Buffer {
  const payload = Buffer.alloc(72);
  payload[0] = 0x60;
  payload[6] = isDiscovery ? 58 : 6;
  payload[40] = 135;
  return ethernet({ to: DIRECTOR.mac, from: GATEWAY.mac, type: EtherType.Ipv6, payload });
}

function repeated(count: number, frame: Buffer): CapturedFrame[] {
  return Array.from({ length: count }, (_, index) => at(10 + index, frame));
}

describe("what a verdict does not reach", () => {
  it("is counted and named, in each capture and in all", async () => {
    const erspan = Buffer.concat([Buffer.from([0, 0, 0x88, 0xbe]), INNER]);
    const report = await analyze([
      ...SOUND,
      ...repeated(5, vxlan()),
      ...repeated(3, ipv6(true)),
      ...repeated(2, ipv6(false)),
      at(50, inIpv4(erspan, Protocol.Gre)),
    ]);
    const counts = [
      ["vxlan", 5],
      ["ipv6-nd", 3],
      ["ipv6", 2],
      ["erspan", 1],
    ];
    expect(report.captures[0]?.notAnalysed.map(({ what, frames }) => [what, frames])).toEqual(counts);
    expect(report.reach.notLookedInto.map(({ what, frames }) => [what, frames])).toEqual(counts);
    expect(report.verdict).toBe("clean");
  });

  it("is nothing where the tunnels of LVS are all there is", async () => {
    const inner = ipv4({
      source: CLIENT.ip,
      destination: VIP,
      protocol: Protocol.Udp,
      payload: udp(40_000, 80),
    });
    const payload = gre(DIRECTOR.ip, "192.168.1.11", inner);
    const frame = ethernet({ to: GATEWAY.mac, from: DIRECTOR.mac, type: EtherType.Ipv4, payload });
    const report = await analyze([...SOUND, at(5, frame)]);
    expect(report.reach.notLookedInto).toEqual([]);
  });

  it("is not taken from a port alone: a datagram that does not begin as VXLAN does is no VXLAN", async () => {
    const report = await analyze([...SOUND, at(5, inIpv4(udp(50_000, 4789, INNER), Protocol.Udp))]);
    expect(report.reach.notLookedInto).toEqual([]);
  });
});

describe("a verdict is undetermined", () => {
  it("where there is neither ARP nor forwarding", async () => {
    const report = await analyze(repeated(20, packet(CLIENT, DIRECTOR, { destination: DIRECTOR.ip })));
    expect(report.verdict).toBe("undetermined");
    expect(report.reach.undetermined).toContain("no ARP and no forwarding");
  });

  it("where everything is encapsulated", async () => {
    const report = await analyze(repeated(20, vxlan()));
    expect(report.verdict).toBe("undetermined");
  });

  it("but not where a director is given and traffic for its VIP shows the way", async () => {
    const toVip = packet(GATEWAY, DIRECTOR, { source: CLIENT.ip, destination: VIP });
    const report = await analyze(repeated(3, toVip), { vips: [VIP], directors: [DIRECTOR.mac] });
    expect(report.verdict).toBe("clean");
  });

  it("but clean without ARP where packets are passed on, and the report says that there was no ARP", async () => {
    const { stdout } = await lvsPcap(["analyze", join(INCIDENTS, "running-cluster", "noarp.pcap")]);
    expect(stdout).toMatch(/^CLEAN.*no ARP frame was captured/s);
  });
});
