import { createHash } from "node:crypto";
import { openByteSource } from "./bytes/source.ts";
import { type CaptureOptions, readCapture } from "./capture/read-capture.ts";
import { LvsPcapError } from "./errors.ts";
import { explain } from "./findings/benign-rules.ts";
import { judge } from "./findings/judge.ts";
import { FrameIntake } from "./neighbours/frame-intake.ts";
import type { NeighbourModelName } from "./neighbours/models/model.ts";
import { modelNamed } from "./neighbours/models/named.ts";
import { NetworkState } from "./neighbours/network-state.ts";
import { parseRoles, type RoleNames } from "./network/given-roles.ts";
import { type GivenRoles, givenHolders, mergeRoles } from "./network/roles.ts";
import { buildReport } from "./reports/build-report.ts";
import { summarizeCapture } from "./reports/capture-summary.ts";
import type { CaptureSummary, Report } from "./reports/report.ts";
import { Cast } from "./roles/cast.ts";
import { VERSION } from "./version.ts";

/** What an analysis may be told beforehand. */
export interface AnalyzeOptions extends RoleNames {
  /** Path of a topology file, YAML or JSON. */
  topology?: string;
  /** How the hosts' neighbour caches learn; `linux` unless said otherwise. */
  neighbourModel?: NeighbourModelName;
  /** Whether the report carries the SHA-256 of each capture; costs several times the analysis. */
  hash?: boolean;
  /** Called now and then with the bytes read of the capture under way, and its size where it is known. */
  onProgress?: (progress: { file: string; bytes: number; sizeBytes: number | null }) => void;
}

/**
 * Reads one or more captures, in the order given, and says who poisoned whose ARP cache.
 *
 * @param captures paths; `-` is standard input
 * @returns the report of the contract; a capture that is cut short or damaged is analysed up to there, and says so in
 * `captures[].problem`
 * @throws LvsPcapError `unreadable-file`, `not-a-capture`, `unsupported-version`, `bad-topology`, `bad-usage`
 */
export async function analyzeCapture(
  captures: string | readonly string[],
  options: AnalyzeOptions = {},
): Promise<Report> {
  const files = typeof captures === "string" ? [captures] : captures;
  if (files.length === 0) throw new LvsPcapError("bad-usage", "no capture given");
  const named = parseRoles(options);
  const roles =
    options.topology === undefined ? named : mergeRoles([named, await readTopology(options.topology)]);

  const state = new NetworkState(givenHolders(roles), modelNamed(options.neighbourModel ?? "linux"));
  const summaries: CaptureSummary[] = [];
  for (const [index, file] of files.entries()) {
    summaries.push(await readInto(state, file, index, options));
  }
  state.finish();

  const cast = new Cast(state, roles);
  const findings = judge(state, cast);
  return buildReport(VERSION, summaries, state, cast, findings, explain(state, cast, findings));
}

/** Loaded only where it is wanted: the YAML parser takes longer to load than a capture of 100 MB to read. */
async function readTopology(path: string): Promise<GivenRoles> {
  const { readTopologyFile } = await import("./network/topology-file.ts");
  return readTopologyFile(path);
}

async function readInto(
  state: NetworkState,
  file: string,
  index: number,
  options: AnalyzeOptions,
): Promise<CaptureSummary> {
  const source = await openByteSource(file);
  try {
    const hash = options.hash === true ? createHash("sha256") : null;
    const { onProgress } = options;
    const reading: CaptureOptions = {};
    if (hash !== null) {
      reading.onBytes = (chunk) => hash.update(chunk);
      reading.pastDamage = true;
    }
    if (onProgress !== undefined) {
      reading.onProgress = (bytes) => onProgress({ file, bytes, sizeBytes: source.sizeBytes });
    }
    const intake = new FrameIntake(state, index);
    const end = await readCapture(source, intake, reading);
    return summarizeCapture(source.name, hash?.digest("hex") ?? null, end, intake);
  } finally {
    await source.close();
  }
}
