import { beforeAll, describe, expect, it } from "vitest";
import { readCapture } from "../../../src/capture/read-capture.ts";
import { FrameIntake } from "../../../src/intake/frame-intake.ts";
import { NetworkState } from "../../../src/neighbours/network-state.ts";
import { sourceInPieces } from "../../support/byte-sources.ts";
import { type Host, INTRUDER, NEIGHBOUR } from "../../support/frames.ts";
import { type CapturedFrame, writePcap } from "../../support/pcap.ts";
import { announcement, at, isAt, whoHas } from "../../support/traffic.ts";

/** More than the tables have room for. */
const HOSTS = 20_000;
const ROUNDS = 3;
const NEIGHBOUR_IP = 0xc0a8_0132 | 0;

function hostAt(index: number): Host {
  const [high, low] = [index >> 8, index & 0xff];
  return {
    mac: `02:01:00:00:${high.toString(16).padStart(2, "0")}:${low.toString(16).padStart(2, "0")}`,
    ip: `10.9.${high}.${low}`,
  };
}

/** Pairs of hosts that look each other up, again and again. */
function crowd(): CapturedFrame[] {
  const frames: CapturedFrame[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (let index = 0; index < HOSTS; index += 2) {
      const [asker, owner] = [hostAt(index), hostAt(index + 1)];
      const time = round * 20_000 + index;
      frames.push(at(time, whoHas(owner.ip, asker)), at(time + 0.5, isAt(owner.ip, owner, asker)));
    }
  }
  return frames;
}

async function stateAfter(...more: CapturedFrame[]): Promise<NetworkState> {
  const state = new NetworkState(new Map());
  const bytes = writePcap([...crowd(), ...more]);
  await readCapture(sourceInPieces(bytes, [bytes.length]), new FrameIntake(state, 0));
  return state;
}

describe("more hosts than the tables have room for", () => {
  const later = ROUNDS * 20_000;
  let state: NetworkState;
  beforeAll(async () => {
    state = await stateAfter(
      ...[0, 1500, 3000].map((ms) => at(later + ms, announcement(NEIGHBOUR.ip, NEIGHBOUR))),
      at(later + 4500, announcement(NEIGHBOUR.ip, INTRUDER)),
    );
  });

  it("are all known, by their owners if by no more", () => {
    const { bindings, quiescent, forgotten } = state;
    expect(bindings.size + quiescent.size).toBeGreaterThanOrEqual(HOSTS);
    expect(bindings.size).toBeLessThan(10_000);
    expect(forgotten.addresses).toBeGreaterThan(HOSTS / 2);
  });

  it("have what was counted of one told once another host claims its address", () => {
    const claims = state.bindings.get(0, NEIGHBOUR_IP)?.claims ?? [];
    expect(claims.map(({ station }) => station.macLow & 0xff)).toEqual([0x50, 0x66]);
    expect(claims.map(({ frames }) => frames)).toEqual([3, 1]);
    expect(claims[0]?.tallies.get("announcement")?.first.frame).toBe(HOSTS * ROUNDS + 1);
  });
});
