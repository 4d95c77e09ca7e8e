import { describe, expect, it } from "vitest";
import { lvsPcap, reportIn } from "../support/cli.ts";
import { PROBLEM_3, SOUND_CLUSTER } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { validEvent } from "../support/schema.ts";
import { scratchFile } from "../support/scratch.ts";

interface Line {
  readonly event: string;
  readonly at: string;
  readonly kind: string;
  readonly first: { readonly time: string };
}

function linesIn(text: string): Line[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe("--format ndjson", () => {
  it.each(loadRecordings())(
    "has a line for each finding and each explanation: $name",
    async ({ capture }) => {
      const { findings, benign } = reportIn(await lvsPcap(["analyze", capture, "--format", "json"]));
      const lines = linesIn((await lvsPcap(["analyze", capture, "--format", "ndjson"])).stdout);
      const said = (event: string) =>
        lines
          .filter((line) => line.event === event)
          .map(({ event: _, at: __, ending: ___, ...rest }: Line & { ending?: null }) => rest);
      expect(said("opened")).toEqual(findings);
      expect(said("benign")).toHaveLength(benign.length);
      expect(lines).toHaveLength(findings.length + benign.length);
    },
  );

  it.each(loadRecordings())("is as the published schema says, line for line: $name", async ({ capture }) => {
    const { stdout } = await lvsPcap(["analyze", capture, "--format", "ndjson", "--vendors"]);
    for (const line of linesIn(stdout)) expect(() => validEvent(line)).not.toThrow();
  });

  it("is in order of time", async () => {
    const capture = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames));
    const times = linesIn((await lvsPcap(["analyze", capture, "--format", "ndjson"])).stdout).map(
      ({ first }) => first.time,
    );
    expect(times).toEqual(times.toSorted());
  });

  it("is empty where there is nothing to tell", async () => {
    const capture = scratchFile("sound.pcap", writePcap(SOUND_CLUSTER));
    expect(await lvsPcap(["analyze", capture, "--format", "ndjson"])).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
  });
});
