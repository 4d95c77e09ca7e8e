import { describe, expect, it } from "vitest";
import { readCapture } from "../../../src/capture/read-capture.ts";
import { FrameIntake } from "../../../src/intake/frame-intake.ts";
import { isGroupMac } from "../../../src/neighbours/base/station.ts";
import { NetworkState } from "../../../src/neighbours/network-state.ts";
import { RoleAssignment } from "../../../src/roles/role-assignment.ts";
import { sourceInPieces } from "../../support/byte-sources.ts";
import { CLIENT, DIRECTOR, GATEWAY, type Host, NEIGHBOUR, REAL_SERVER } from "../../support/frames.ts";
import { type CapturedFrame, writePcap } from "../../support/pcap.ts";
import { at, isAt, packet, whoHas } from "../../support/traffic.ts";

const NO_ROLES = { vips: [], directors: [], realServers: [], gateways: [] };

async function feed(state: NetworkState, capture: number, frames: readonly CapturedFrame[]): Promise<void> {
  const bytes = writePcap(frames);
  await readCapture(sourceInPieces(bytes, [bytes.length]), new FrameIntake(state, capture));
}

function stationOf(state: NetworkState, { mac }: Host) {
  const station = [...state.stations].find(
    ({ macHigh, macLow }) => !isGroupMac(macHigh) && macOf(macHigh, macLow) === mac,
  );
  if (station === undefined) throw new Error(`${mac} is no station`);
  return station;
}

function macOf(high: number, low: number): string {
  const digits = high.toString(16).padStart(4, "0") + (low >>> 0).toString(16).padStart(8, "0");
  return digits.replace(/..(?!$)/g, "$&:");
}

describe("what is looked up of the traffic", () => {
  it("has every row of a sender, those that came since the last time, too", async () => {
    const state = new NetworkState(new Map());
    await feed(state, 0, [at(0, packet(NEIGHBOUR, REAL_SERVER)), at(1, packet(GATEWAY, REAL_SERVER))]);
    const neighbour = stationOf(state, NEIGHBOUR);
    expect(state.traffic.rowsFrom(neighbour)).toHaveLength(1);
    await feed(state, 1, [at(2, packet(NEIGHBOUR, DIRECTOR))]);
    expect(state.traffic.rowsFrom(neighbour)).toHaveLength(2);
  });

  it("has the one row of a sender, a receiver and an address", async () => {
    const state = new NetworkState(new Map());
    await feed(state, 0, [at(0, packet(NEIGHBOUR, REAL_SERVER)), at(1, packet(NEIGHBOUR, REAL_SERVER))]);
    const [row] = state.traffic.rows();
    const [from, to] = [stationOf(state, NEIGHBOUR), stationOf(state, REAL_SERVER)];
    expect(row?.frames).toBe(2);
    expect(state.traffic.rowBetween(0, row?.destinationIp ?? 0, to, from)).toBe(row);
    expect(state.traffic.rowBetween(0, row?.destinationIp ?? 0, from, to)).toBeUndefined();
  });
});

describe("whom an address belongs to", () => {
  it("is worked out anew after every frame", async () => {
    const state = new NetworkState(new Map());
    await feed(state, 0, [at(0, isAt(NEIGHBOUR.ip, CLIENT, GATEWAY))]);
    state.followUnnamed();
    const assignment = new RoleAssignment(state, NO_ROLES);
    const client = stationOf(state, CLIENT);
    expect(assignment.ipOf(client)).not.toBeNull();
    await feed(state, 1, [
      at(1_000, whoHas(NEIGHBOUR.ip, GATEWAY)),
      at(1_001, isAt(NEIGHBOUR.ip, NEIGHBOUR, GATEWAY)),
    ]);
    expect(assignment.ipOf(client)).toBeNull();
  });
});
