import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listAt, numberAt, parseJson } from "../harness/json.ts";
import type { ProcessRunner } from "../harness/processes.ts";
import { spreadOf, spreadOfAll } from "../harness/statistics.ts";
import { PcapWriter } from "../traffic/pcap-writer.ts";
import type { Shape } from "./shapes.ts";

/** What the analysis of one capture cost, in medians, and what it found. */
export interface Measured {
  readonly count: number;
  readonly frames: number;
  readonly findings: number;
  /** Addresses given up for the tables to stay within their bounds. */
  readonly forgotten: number;
  readonly wallMs: number;
  /** Null where nothing on this machine can tell, as the next. */
  readonly cpuMs: number | null;
  readonly peakMiB: number | null;
}

const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");

/** Makes the capture of one count, has it analysed by fresh processes, and removes it. */
export async function measureShape(
  shape: Pick<Shape, "id" | "make" | "topology">,
  count: number,
  runner: ProcessRunner,
  rounds: number,
  directory: string,
): Promise<Measured> {
  const capture = join(directory, `growth-${shape.id}-${count}.pcap`);
  const topologyFile = `${capture}.topology.json`;
  try {
    const writer = new PcapWriter(capture);
    shape.make(count, writer);
    writer.close();
    const topology = shape.topology(count);
    if (topology !== null) writeFileSync(topologyFile, JSON.stringify(topology));
    const command = [
      ...[process.execPath, MAIN, "analyze", capture, "--format", "json", "--no-progress"],
      ...(topology === null ? [] : ["--topology", topologyFile]),
      ...["--fail-on", "never"],
    ];
    const { stdout, stderr, status } = await runner.run(command, true);
    const report = parseJson(stdout.toString());
    const frames = numberAt(report, "captures", 0, "frames");
    if (status !== 0 || frames !== writer.frames) {
      throw new Error(
        `${shape.id} ${count}: status ${status}, ${frames} of ${writer.frames} frames: ${stderr.trim()}`,
      );
    }
    const costs = [];
    for (let round = 0; round < rounds; round++) costs.push((await runner.run(command, false)).cost);
    return {
      count,
      frames,
      findings: listAt(report, "findings")?.length ?? 0,
      forgotten: numberAt(report, "forgotten", "addresses") ?? 0,
      wallMs: spreadOf(costs.map(({ wallMs }) => wallMs)).median,
      cpuMs: spreadOfAll(costs.map(({ cpuMs }) => cpuMs))?.median ?? null,
      peakMiB: spreadOfAll(costs.map(({ peakMiB }) => peakMiB))?.median ?? null,
    };
  } finally {
    rmSync(capture, { force: true });
    rmSync(topologyFile, { force: true });
  }
}
