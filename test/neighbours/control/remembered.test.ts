import { describe, expect, it } from "vitest";
import { openByteSource } from "../../../src/bytes/source.ts";
import { readCapture } from "../../../src/capture/read-capture.ts";
import { explain } from "../../../src/findings/benign-rules.ts";
import { judge } from "../../../src/findings/judge.ts";
import { FrameIntake } from "../../../src/intake/frame-intake.ts";
import { type Mac, parseIpv4, parseMac } from "../../../src/knowledge/address.ts";
import { parseRoles, type RoleNames } from "../../../src/knowledge/given-roles.ts";
import type { KnownBinding } from "../../../src/knowledge/known-binding.ts";
import { givenHolders } from "../../../src/knowledge/roles.ts";
import { NetworkState } from "../../../src/neighbours/network-state.ts";
import { buildReport } from "../../../src/reports/build-report.ts";
import { RoleAssignment } from "../../../src/roles/role-assignment.ts";
import { CLIENT, DIRECTOR, GATEWAY, type Host, NEIGHBOUR, REAL_SERVER, VIP } from "../../support/frames.ts";
import { lookup } from "../../support/incidents.ts";
import { type CapturedFrame, writePcap } from "../../support/pcap.ts";
import { scratchFile } from "../../support/scratch.ts";
import { at, packet, whoHas } from "../../support/traffic.ts";

/** What a watch that was restarted knows: whose the address was, or, with a holder, what that host's cache held. */
function remembered({ ip, mac }: Host, holder: Host | null = null): KnownBinding {
  return {
    ip: parseIpv4(ip) ?? 0,
    mac: macOf(mac),
    segment: 0,
    from: "memory",
    source: "the state of before",
    holder: holder && { ip: parseIpv4(holder.ip), mac: macOf(holder.mac) },
    seenSeconds: null,
  };
}

function macOf(text: string): Mac {
  const mac = parseMac(text);
  if (mac === null) throw new Error(`no MAC: ${text}`);
  return mac;
}

async function reportAfter(known: KnownBinding[], frames: readonly CapturedFrame[], names: RoleNames) {
  const roles = parseRoles(names);
  const state = new NetworkState(givenHolders(roles));
  state.startFrom(known);
  const source = await openByteSource(scratchFile("capture.pcap", writePcap(frames)));
  await readCapture(source, new FrameIntake(state, 0), {});
  await source.close();
  state.finish();
  state.followUnnamed();
  const assignment = new RoleAssignment(state, roles);
  const findings = judge(state, assignment);
  return buildReport("0", [], state, assignment, findings, explain(state, assignment, findings));
}

const VIP_AT_DIRECTOR: Host = { ip: VIP, mac: DIRECTOR.mac };
const LEAK = at(1000, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP }));
const ROLES: RoleNames = { vips: [VIP], directors: [DIRECTOR.mac], realServers: [REAL_SERVER.mac] };

describe("a host's cache as it was before the first frame", () => {
  const known = [remembered(VIP_AT_DIRECTOR, GATEWAY)];

  it("is poisoned by a broadcast for another host, which only updates what there is", async () => {
    const report = await reportAfter(known, [LEAK], ROLES);
    expect(report.findings).toMatchObject([
      {
        kind: "vip-source-in-request",
        stage: "learned",
        victims: [{ mac: GATEWAY.mac, learned: { frame: 1 } }],
        prevention: [{ settings: ["arp_announce=2"], enough: true }],
      },
    ]);
  });

  it("would not have been without it: a kernel creates no entry by what it overhears", async () => {
    const report = await reportAfter([], [LEAK], ROLES);
    expect(report.findings).toMatchObject([{ kind: "vip-source-in-request", stage: "claimed", victims: [] }]);
  });

  it("is listed once a frame of the host's own confirms it", async () => {
    const sent = at(0, packet(GATEWAY, DIRECTOR, { source: CLIENT.ip, destination: VIP }));
    const report = await reportAfter(known, [sent], ROLES);
    const cache = report.caches.find(({ host }) => host.mac === GATEWAY.mac);
    expect(cache?.entries).toMatchObject([{ ip: VIP, mac: DIRECTOR.mac, since: { frame: 1 } }]);
  });

  it("says nothing of whose the address is: it may have been poisoned already", async () => {
    const poisoned = [remembered({ ip: VIP, mac: REAL_SERVER.mac }, GATEWAY)];
    const frames = [...lookup(0, DIRECTOR, GATEWAY), LEAK];
    const report = await reportAfter(poisoned, frames, { vips: [VIP], realServers: [REAL_SERVER.mac] });
    expect(report.topology.vips[0]?.directors).toEqual([]);
  });
});

describe("an address remembered at another host", () => {
  it("has moved, as it would have had nothing been restarted", async () => {
    const frames = lookup(0, GATEWAY, { ...NEIGHBOUR, mac: REAL_SERVER.mac });
    const report = await reportAfter([remembered(NEIGHBOUR)], frames, {});
    expect(report.findings).toEqual([]);
    expect(report.benign).toMatchObject([
      { kind: "address-moved", from: { mac: NEIGHBOUR.mac }, to: { mac: REAL_SERVER.mac } },
    ]);
  });

  it("is a VIP's rightful one, where a real server claims it and the director never speaks", async () => {
    const names = { vips: [VIP], realServers: [REAL_SERVER.mac] };
    const report = await reportAfter([remembered(VIP_AT_DIRECTOR)], [LEAK], names);
    expect(report.findings).toMatchObject([
      { kind: "vip-source-in-request", claimant: { mac: REAL_SERVER.mac }, rightful: { mac: DIRECTOR.mac } },
    ]);
  });
});
