import { describe, expect, it } from "vitest";
import { readCapture } from "../../../src/capture/read-capture.ts";
import { FrameIntake } from "../../../src/intake/frame-intake.ts";
import { NetworkState } from "../../../src/neighbours/network-state.ts";
import { sourceInPieces } from "../../support/byte-sources.ts";
import { GATEWAY } from "../../support/frames.ts";
import { writePcap } from "../../support/pcap.ts";
import { at, isAt } from "../../support/traffic.ts";

const HOSTS = 40_000;

describe("an address that very many hosts are told of", () => {
  it("is followed in a bounded number of caches, by whichever model, and the others are counted", async () => {
    const state = new NetworkState(new Map());
    const frames = Array.from({ length: HOSTS }, (_, index) => {
      const mac = `02:01:00:00:${hex(index >> 8)}:${hex(index & 0xff)}`;
      return at(index, isAt(GATEWAY.ip, GATEWAY, { ip: `10.9.${index >> 8}.${index & 0xff}`, mac }));
    });
    const bytes = writePcap(frames);
    await readCapture(sourceInPieces(bytes, [bytes.length]), new FrameIntake(state, 0));
    const entries = [...state.bindings].map((binding) =>
      state.alternatives.reduce(
        (sum, alternative) => sum + [...alternative.entriesOf(binding)].length,
        state.caches.about(binding).length,
      ),
    );
    expect(Math.max(...entries)).toBeLessThan(50_000);
    expect(state.stations.size).toBeLessThan(HOSTS);
    expect(state.forgotten.parts).toBeGreaterThan(0);
  });
});

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
