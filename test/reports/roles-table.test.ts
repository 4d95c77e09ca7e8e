import { describe, expect, it } from "vitest";
import type { Host, ReportedVip } from "../../src/reports/report.ts";
import { rolesTable } from "../../src/reports/roles-table.ts";

function host(role: Host["role"], ip: string | null, last: string): Host {
  return { role, ip, mac: `02:00:00:00:00:${last}` };
}

const DIRECTOR = host("director", "10.0.0.10", "10");

function vip(ip: string, realServers: readonly Host[]): ReportedVip {
  const forwarding = "direct-routing";
  const forwarded = realServers.map((realServer) => ({ ...realServer, forwarding }) as const);
  return {
    ip,
    vlan: null,
    origin: "given",
    evidence: [],
    directors: [DIRECTOR],
    undecided: [],
    holders: [],
    leadershipChanges: 0,
    realServers: forwarded,
  };
}

/** The table's lines, without what surrounds it and the heading. */
function body(vips: ReportedVip[]): string[] {
  return rolesTable({ vips, gateways: [] }).split("\n").slice(3, -1);
}

describe("the table of roles", () => {
  it("lists a VIP's real servers by their addresses, those without one last", () => {
    const servers = [
      host("real-server", null, "01"),
      host("real-server", "10.0.0.100", "02"),
      host("real-server", "10.0.0.9", "03"),
    ];
    expect(body([vip("10.0.0.2", servers)])).toEqual([
      "│ 10.0.0.2 │ director    │ 10.0.0.10  │ 02:00:00:00:00:10 │         │",
      "│          │ real server │ 10.0.0.9   │ 02:00:00:00:00:03 │ routing │",
      "│          │ real server │ 10.0.0.100 │ 02:00:00:00:00:02 │ routing │",
      "│          │ real server │            │ 02:00:00:00:00:01 │ routing │",
    ]);
  });

  it("draws a rule between VIPs, and none between the hosts of one", () => {
    const servers = [host("real-server", "10.0.0.11", "11"), host("real-server", "10.0.0.12", "12")];
    const lines = body([vip("10.0.0.2", servers), vip("10.0.0.3", servers)]);
    expect(lines.map((line) => line.startsWith("├"))).toEqual([
      false,
      false,
      false,
      true,
      false,
      false,
      false,
    ]);
  });
});
