import type { ByteSource } from "./bytes/byte-source.ts";
import { canBeReadAgain, openByteSource } from "./bytes/source.ts";
import { measureFile, newHash, StoredBytes } from "./bytes/stored-bytes.ts";
import type { CaptureOptions } from "./capture/capture-options.ts";
import type { MergeInput } from "./capture/merge/merge-captures.ts";
import { type CaptureEnd, readCapture } from "./capture/read-capture.ts";
import { LvsPcapError } from "./errors.ts";
import { explain } from "./findings/benign-rules.ts";
import { checkExpectations } from "./findings/expectations.ts";
import { judge } from "./findings/judge.ts";
import { checkKinds, suppress } from "./findings/suppression.ts";
import { FrameIntake } from "./intake/frame-intake.ts";
import { KNOWLEDGE_OPTIONS, type KnowledgeSources, readKnowledge } from "./knowledge/knowledge.ts";
import { type GivenRoles, givenHolders } from "./knowledge/roles.ts";
import type { NeighbourModelName } from "./neighbours/caches/models/model.ts";
import { modelNamed } from "./neighbours/caches/models/named.ts";
import { DuplicateFrames } from "./neighbours/duplicates/duplicate-frames.ts";
import { NetworkState } from "./neighbours/network-state.ts";
import { CALLBACK, checkArgument, checkOptions, FLAG, type OptionTypes, PATHS, TEXT } from "./options.ts";
import { buildReport } from "./reports/build-report.ts";
import { summarizeCapture, summarizeDuplicate } from "./reports/capture-summary.ts";
import { reportExpectation } from "./reports/expectation-text.ts";
import { reportInventory } from "./reports/inventory-summary.ts";
import type { CaptureSummary, Report } from "./reports/report.ts";
import { Wording } from "./reports/wording.ts";
import { RoleAssignment } from "./roles/role-assignment.ts";
import { VERSION } from "./version.ts";

/** What an analysis may be told beforehand. */
export interface AnalyzeOptions extends KnowledgeSources {
  /** Path of a topology file that is no source of roles, but a test: its promises are held against the frames. */
  expect?: string;
  /** Whether each host's `vendor` is looked up; the registry takes 50 ms to load. */
  vendors?: boolean;
  /** How the hosts' neighbour caches learn; `linux` unless said otherwise. */
  neighbourModel?: NeighbourModelName;
  /** Whether the report carries the SHA-256 of each capture; costs several times the analysis. */
  hash?: boolean;
  /** Whether a second, independent decoder is asked what each capture holds; each is read again for it. */
  secondOpinion?: boolean;
  /** Whether to go on past damage, with the next record that looks like one. */
  recover?: boolean;
  /** Called now and then with the bytes read of the capture under way, and its size where it is known. */
  onProgress?: (progress: { file: string; bytes: number; sizeBytes: number | null }) => void;
}

const ANALYZE_OPTIONS: OptionTypes<AnalyzeOptions> = {
  ...KNOWLEDGE_OPTIONS,
  expect: TEXT,
  vendors: FLAG,
  neighbourModel: TEXT,
  hash: FLAG,
  secondOpinion: FLAG,
  recover: FLAG,
  onProgress: CALLBACK,
};

/** @throws LvsPcapError `bad-usage` where an argument is not what {@link analyzeCapture} takes */
export function checkAnalysis(call: string, captures: unknown, options: AnalyzeOptions): void {
  checkArgument(call, "captures", captures, PATHS);
  checkOptions(call, options, ANALYZE_OPTIONS);
}

/**
 * Reads one or more captures, merged by time, and says who poisoned whose ARP cache.
 *
 * @param captures paths; `-` is standard input
 * @returns the report of the contract; a capture that is cut short or damaged is analysed up to there, and says so in
 * `captures[].problem`
 * @throws LvsPcapError `unreadable-file`, `not-a-capture`, `unsupported-version`, `bad-topology`, `bad-inventory`,
 * `bad-usage`
 */
export async function analyzeCapture(
  captures: string | readonly string[],
  options: AnalyzeOptions = {},
): Promise<Report> {
  checkAnalysis("analyzeCapture", captures, options);
  const files = typeof captures === "string" ? [captures] : captures;
  if (files.length === 0) throw new LvsPcapError("bad-usage", "no capture given");
  const { roles, known, inventories, exceptions } = await readKnowledge(options);
  checkKinds(exceptions);
  const expected = options.expect === undefined ? null : await readTopology(options.expect);

  const state = new NetworkState(givenHolders(roles), modelNamed(options.neighbourModel ?? "linux"));
  state.startFrom(known);
  const summaries = await readCaptures(state, files, options);
  state.finish();
  state.followUnnamed();

  const assignment = new RoleAssignment(state, roles);
  const findings = suppress(judge(state, assignment), exceptions);
  const report = buildReport(
    VERSION,
    summaries,
    state,
    assignment,
    findings,
    explain(state, assignment, findings),
  );
  report.inventories = inventories.map(reportInventory);
  if (expected !== null) {
    const wording = new Wording(assignment, state.model.timers, files.length);
    report.expectations = checkExpectations(state, expected).map((expectation) =>
      reportExpectation(expectation, assignment, wording),
    );
  }
  if (options.secondOpinion === true) {
    const { askSecondOpinions } = await import("./verify/second-opinion.ts");
    report.secondOpinion = await askSecondOpinions(files, options.onProgress);
  }
  if (options.vendors === true) (await import("./reports/vendors.ts")).addVendors(report);
  return report;
}

/** Loaded only where it is wanted, as the YAML parser is. */
async function readTopology(path: string): Promise<GivenRoles> {
  const { readTopologyFile } = await import("./knowledge/topology-file.ts");
  return readTopologyFile(path);
}

/** Reads one capture, or several merged by time, into the state; a summary for each, in the order given. */
async function readCaptures(
  state: NetworkState,
  files: readonly string[],
  options: AnalyzeOptions,
): Promise<CaptureSummary[]> {
  const duplicates = files.length > 1 ? new DuplicateFrames() : null;
  const readings: CaptureReading[] = [];
  for (const [index, file] of files.entries()) {
    const hash = options.hash === true ? await newHash() : null;
    readings.push(new CaptureReading(state, file, index, options, duplicates, new StoredBytes(hash)));
  }
  const [only, another] = readings;
  if (only !== undefined && another === undefined) return [await only.readAlone()];
  await tellNetworksApart(state, readings);
  const { mergeCaptures } = await import("./capture/merge/merge-captures.ts");
  const outcomes = await mergeCaptures(readings);
  const summaries: CaptureSummary[] = [];
  for (const [index, reading] of readings.entries()) {
    const outcome = outcomes[index];
    if (outcome !== undefined && outcome.end !== null) summaries[index] = reading.summarize(outcome.end);
  }
  for (const [index, file] of files.entries()) {
    const duplicateOf = outcomes[index]?.duplicateOf ?? null;
    const original = duplicateOf === null ? undefined : summaries[duplicateOf];
    if (duplicateOf === null || original === undefined) continue;
    const stored = await measureFile(file, options.hash === true);
    summaries[index] = summarizeDuplicate(file, stored, duplicateOf, original);
  }
  return summaries;
}

/** Captures of several sites may have the same addresses; those whose bytes come only once are taken for the first one's. */
async function tellNetworksApart(state: NetworkState, readings: readonly CaptureReading[]): Promise<void> {
  const { captureNetworks } = await import("./intake/capture-networks.ts");
  const again: CaptureReading[] = [];
  for (const reading of readings) if (await canBeReadAgain(reading.file)) again.push(reading);
  const networks = await captureNetworks(
    again.map(
      ({ file }) =>
        () =>
          openByteSource(file),
    ),
  );
  const domains = [0];
  for (const [index, reading] of again.entries()) {
    const network = networks[index] ?? 0;
    while (domains.length <= network) domains.push(state.unnamedReceivers.interfaces.openDomain());
    reading.belongTo(network, domains[network] ?? 0);
  }
}

/** One capture on its way from its file into the state. */
class CaptureReading implements MergeInput {
  readonly file: string;
  readonly options: CaptureOptions = {};
  private readonly state: NetworkState;
  private readonly index: number;
  private readonly stored: StoredBytes;
  private readonly duplicates: DuplicateFrames | null;
  private source: ByteSource | null = null;
  private intake: FrameIntake | null = null;
  private domain = 0;
  private network = 0;
  private sha256: string | null = null;

  constructor(
    state: NetworkState,
    file: string,
    index: number,
    options: AnalyzeOptions,
    duplicates: DuplicateFrames | null,
    stored: StoredBytes,
  ) {
    this.duplicates = duplicates;
    this.stored = stored;
    this.state = state;
    this.file = file;
    this.index = index;
    const { onProgress } = options;
    if (onProgress !== undefined)
      this.options.onProgress = () => onProgress({ file, ...this.stored.progress });
    if (options.recover === true) this.options.recover = true;
  }

  /** Its frames are of this network, which has these bits in `FrameFacts.segment`. */
  belongTo(network: number, domain: number): void {
    this.network = network;
    this.domain = domain;
  }

  async readAlone(): Promise<CaptureSummary> {
    const source = this.watch(await openByteSource(this.file));
    try {
      const end = await readCapture(source, this.begin(), this.options);
      this.intake?.finish();
      await this.ended();
      return this.summarize(end);
    } finally {
      await source.close();
    }
  }

  watch(source: ByteSource): ByteSource {
    this.source = this.stored.watch(source);
    return this.source;
  }

  begin(): FrameIntake {
    // Between captures that are read together no frame can wait.
    this.intake = new FrameIntake(
      this.state,
      this.index,
      this.duplicates,
      this.duplicates === null,
      this.domain,
    );
    return this.intake;
  }

  async ended(): Promise<void> {
    if (this.source !== null) this.sha256 = await this.stored.sha256(this.source);
  }

  summarize(end: CaptureEnd): CaptureSummary {
    const { stored, sha256, intake } = this;
    if (intake === null) throw new Error(`${this.file} was not read`);
    return {
      ...summarizeCapture(this.file, { bytes: stored.bytes, sha256 }, end, intake),
      network: this.network,
    };
  }
}
