import { type Stats, statSync } from "node:fs";
import { type AnalyzeOptions, analyzeCapture, checkAnalysis } from "./analyze.ts";
import type { MergeSink } from "./capture/merge/frame-queue.ts";
import { type MergeInput, mergeCaptures } from "./capture/merge/merge-captures.ts";
import { LvsPcapError } from "./errors.ts";
import { Comments, sectionComment } from "./evidence/comments.ts";
import { Copy, EvidenceWriter } from "./evidence/copy.ts";
import { FrameNumbers } from "./evidence/frame-numbers.ts";
import { isEvidence } from "./evidence/own-evidence.ts";
import { sectionHeader } from "./evidence/pcapng-writer.ts";
import { haveSameFindings } from "./evidence/same-findings.ts";
import { BREADTHS, type Breadth, type Scope, scopeOf } from "./evidence/scope.ts";
import { Selection } from "./evidence/selection.ts";
import { Draft } from "./files/draft.ts";
import { type OutputTarget, outputTarget } from "./files/output-target.ts";
import { cannotRead } from "./files/system-error.ts";
import { DuplicateFrames } from "./neighbours/duplicates/duplicate-frames.ts";
import { checkArgument, checkOptions, FLAG, type OptionType, objectWith, TEXT, TEXTS } from "./options.ts";
import type { Report } from "./reports/report.ts";

export interface EvidenceOptions {
  /** What the report was made with: with the same the file is analysed again, to see that it proves the findings. */
  readonly analysis?: AnalyzeOptions;
  /** The command line, for the file's comment. */
  readonly args?: readonly string[];
  /** Whether an existing file is replaced that is not evidence written by lvs-pcap; an input never is. */
  readonly force?: boolean;
}

export interface EvidenceResult {
  readonly frames: number;
  readonly ofFrames: number;
  /** How much had to be taken for the findings to follow from the file alone. */
  readonly breadth: Breadth;
  /** Whether they do. */
  readonly provesAll: boolean;
}

function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/**
 * To be asked before the analysis: the captures are read again for their evidence, and must not be overwritten by it.
 *
 * @param inputs paths of the captures, and of all other files that are read
 * @returns where the evidence goes
 * @throws LvsPcapError `bad-usage`, `unwritable-file`
 */
export function evidenceTarget(
  path: string,
  captures: readonly string[],
  inputs: readonly string[],
  force: boolean,
): OutputTarget & { kind: "file" } {
  for (const capture of captures) {
    const source = capture === "-" ? undefined : statusOf(capture);
    if (capture === "-" || (source !== undefined && !source.isFile() && !source.isDirectory())) {
      throw new LvsPcapError(
        "bad-usage",
        `--evidence reads its captures twice, which ${capture === "-" ? "standard input (-)" : capture} does not allow: save it to a file first`,
      );
    }
  }
  const request = { option: "--evidence", path, inputs: [...captures, ...inputs], force, isOurs: isEvidence };
  const target = outputTarget(request);
  if (path === "-" || target.kind !== "file")
    throw new LvsPcapError("bad-usage", `--evidence ${path}: expected the path of a file to write`);
  return target;
}

const REPORT: OptionType = {
  fits: (value) => typeof value === "object" && value !== null && "findings" in value && "captures" in value,
  expected: "a report of analyzeCapture",
};

/**
 * Writes the frames that prove the report's findings into a pcapng file, each with a comment on what it shows.
 *
 * Besides those frames it takes the ones without which the analysis would not come to the same findings; that it does is
 * tried, and more is taken where it does not.
 *
 * @param captures the files of the report, in its order
 * @throws LvsPcapError `bad-usage` where the file would replace an input or a file of somebody else's,
 * `unwritable-file`; else as `analyzeCapture`
 */
export async function writeEvidence(
  path: string,
  captures: readonly string[],
  report: Report,
  options: EvidenceOptions = {},
): Promise<EvidenceResult> {
  checkArgument("writeEvidence", "path", path, TEXT);
  checkArgument("writeEvidence", "captures", captures, TEXTS);
  checkArgument("writeEvidence", "report", report, REPORT);
  checkOptions("writeEvidence", options, { analysis: objectWith(), args: TEXTS, force: FLAG });
  checkAnalysis("writeEvidence", captures, options.analysis ?? {});
  const { topology, expect, inventories = [] } = options.analysis ?? {};
  const known = [topology, expect].filter((file) => file !== undefined);
  const target = evidenceTarget(path, captures, [...known, ...inventories], options.force === true);
  const draft = new Draft(target);
  try {
    const result = await writeDraft(draft, captures, report, options);
    draft.commit();
    return result;
  } finally {
    draft.discard();
  }
}

/** Takes more and more frames until the findings follow from them. */
async function writeDraft(
  draft: Draft,
  captures: readonly string[],
  report: Report,
  options: EvidenceOptions,
): Promise<EvidenceResult> {
  const ofFrames = report.captures.reduce((sum, { frames }) => sum + frames, 0);
  let result: EvidenceResult = { frames: 0, ofFrames, breadth: "involved", provesAll: false };
  for (const breadth of BREADTHS) {
    draft.clear();
    const frames = await writeSelected(draft, captures, report, scopeOf(report, breadth), options);
    const provesAll =
      report.findings.length === 0 ||
      haveSameFindings(
        report,
        await analyzeCapture(draft.path, { ...options.analysis, hash: false, secondOpinion: false }),
      );
    result = { frames, ofFrames, breadth, provesAll };
    if (provesAll) break;
  }
  return result;
}

async function writeSelected(
  draft: Draft,
  captures: readonly string[],
  report: Report,
  scope: Scope,
  { args = [], analysis }: EvidenceOptions,
): Promise<number> {
  const recover = analysis?.recover === true;
  const file = new BlockFile(draft);
  file.write(sectionHeader(`${report.tool.name} ${report.tool.version}`, sectionComment(report, args)));
  const writer = new EvidenceWriter(file);
  const comments = new Comments(report, scope);
  const duplicates = captures.length > 1 ? new DuplicateFrames() : null;
  const selections = report.captures.map(
    ({ frames }, index) => new Selection(scope, index, frames, duplicates),
  );
  if (report.findings.length > 0) await readAll(captures, selections, recover);
  const copies = captures.map((capture, index) => {
    const wanted = selections[index]?.finish() ?? new FrameNumbers();
    return new Copy(index, capture, report.captures[index]?.network ?? 0, wanted, comments, writer);
  });
  await readAll(captures, copies, recover);
  for (const copy of copies) copy.finish();
  file.flush();
  return writer.frames;
}

/** Each capture through its sink, merged as the analysis does it. */
async function readAll(
  captures: readonly string[],
  sinks: readonly MergeSink[],
  recover: boolean,
): Promise<void> {
  const inputs = captures.map((file, index): MergeInput => {
    return {
      file,
      options: { recover },
      watch: (source) => source,
      begin: () => sinks[index] ?? missing(file),
      ended: async () => undefined,
    };
  });
  await mergeCaptures(inputs);
}

function missing(file: string): never {
  throw new LvsPcapError("bad-usage", `${file}: is none of the captures that the report is on`);
}

const BUFFERED_BYTES = 1 << 20;

/** Gathers blocks: a draft is written a megabyte at a time. */
class BlockFile {
  private readonly draft: Draft;
  private blocks: Uint8Array[] = [];
  private bytes = 0;

  constructor(draft: Draft) {
    this.draft = draft;
  }

  write(block: Uint8Array): void {
    this.blocks.push(block);
    this.bytes += block.length;
    if (this.bytes >= BUFFERED_BYTES) this.flush();
  }

  flush(): void {
    const bytes = Buffer.concat(this.blocks);
    this.blocks = [];
    this.bytes = 0;
    this.draft.write(bytes);
  }
}
