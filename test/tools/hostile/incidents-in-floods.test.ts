// @module-tag slow
import { describe, expect, it } from "vitest";
import { type AnalyzeOptions, analyzeCapture, type FindingKind } from "../../../src/index.ts";
import { NEIGHBOUR } from "../../support/frames.ts";
import { FLIP_FLOP, INCIDENTS } from "../../support/incidents.ts";
import { writePcap } from "../../support/pcap.ts";
import { scratchFile } from "../../support/scratch.ts";
import { FLOODS, floodCapture } from "./floods.ts";

/** Enough to make all tables overflow. */
const FRAMES = 30_000;

interface Accusation {
  readonly claimant: string;
  readonly stage: string;
  readonly victims: readonly string[];
}

async function accusations(
  captures: readonly string[],
  kind: FindingKind,
  roles: AnalyzeOptions,
): Promise<Accusation[]> {
  const { findings } = await analyzeCapture(captures, roles);
  return findings
    .filter((finding) => finding.kind === kind)
    .map(({ claimant, stage, victims }) => {
      return { claimant: claimant.mac, stage, victims: victims.map(({ mac }) => mac) };
    });
}

/** Both begin in the same second; nobody was heard of before. */
describe.each(FLOODS)("a flood of $name", (flood) => {
  const flooded = scratchFile(`flood of ${flood.name}.pcap`, Buffer.concat([...floodCapture(flood, FRAMES)]));

  it.each(INCIDENTS.filter((incident) => incident !== FLIP_FLOP))(
    "hides neither who did it nor whom it fooled: $name",
    async ({ kind, frames, roles }) => {
      const alone = scratchFile("incident.pcap", writePcap(frames));
      const [expected] = await accusations([alone], kind, roles);
      expect(await accusations([flooded, alone], kind, roles)).toContainEqual({
        ...expected,
        victims: expect.arrayContaining([...(expected?.victims ?? [])]),
      });
    },
  );

  it("leaves of an address that goes back and forth at least that two claim it", async () => {
    const alone = scratchFile("incident.pcap", writePcap(FLIP_FLOP.frames));
    const { findings } = await analyzeCapture([flooded, alone]);
    const kinds = findings.filter(({ ip }) => ip === NEIGHBOUR.ip).map(({ kind }) => kind);
    expect(["flip-flop", "address-conflict"]).toContain(kinds[0]);
  });
});
