import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { type AnalyzeOptions, analyzeCapture } from "./analyze.ts";
import type { MergeSink } from "./capture/merge/frame-queue.ts";
import { type MergeInput, mergeCaptures } from "./capture/merge/merge-captures.ts";
import { LvsPcapError } from "./errors.ts";
import { Comments, sectionComment } from "./evidence/comments.ts";
import { Copy, EvidenceWriter } from "./evidence/copy.ts";
import { FrameNumbers } from "./evidence/frame-numbers.ts";
import { sectionHeader } from "./evidence/pcapng-writer.ts";
import { haveSameFindings } from "./evidence/same-findings.ts";
import { BREADTHS, type Breadth, type Scope, scopeOf } from "./evidence/scope.ts";
import { Selection } from "./evidence/selection.ts";
import { TwinFrames } from "./neighbours/duplicates/twin-frames.ts";
import type { Report } from "./reports/report.ts";

export interface EvidenceOptions {
  /** What the report was made with: with the same the file is analysed again, to see that it proves the findings. */
  readonly analysis?: AnalyzeOptions;
  /** The command line, for the file's comment. */
  readonly args?: readonly string[];
}

export interface EvidenceResult {
  readonly frames: number;
  readonly ofFrames: number;
  /** How much had to be taken for the findings to follow from the file alone. */
  readonly breadth: Breadth;
  /** Whether they do. */
  readonly provesAll: boolean;
}

/**
 * To be asked before the analysis: the captures are read again for their evidence, and must not be overwritten by it.
 *
 * @throws LvsPcapError `bad-usage`
 */
export function checkEvidencePaths(path: string, captures: readonly string[]): void {
  const target = statSync(path, { throwIfNoEntry: false });
  if (path === "-" || (target !== undefined && !target.isFile()))
    throw new LvsPcapError("bad-usage", `--evidence ${path}: expected the path of a file to write`);
  for (const capture of captures) {
    const source = capture === "-" ? undefined : statSync(capture, { throwIfNoEntry: false });
    if (capture === "-" || (source !== undefined && !source.isFile() && !source.isDirectory())) {
      throw new LvsPcapError(
        "bad-usage",
        `--evidence reads its captures twice, which ${capture === "-" ? "standard input (-)" : capture} does not allow: save it to a file first`,
      );
    }
    if (
      source !== undefined &&
      target !== undefined &&
      source.ino === target.ino &&
      source.dev === target.dev
    )
      throw new LvsPcapError("bad-usage", `--evidence ${path}: would overwrite the capture ${capture}`);
  }
}

/**
 * Writes the frames that prove the report's findings into a pcapng file, each with a comment on what it shows.
 *
 * Besides those frames it takes the ones without which the analysis would not come to the same findings; that it does is
 * tried, and more is taken where it does not.
 *
 * @param captures the files of the report, in its order
 * @throws LvsPcapError `bad-usage` where the file cannot be written; else as `analyzeCapture`
 */
export async function writeEvidence(
  path: string,
  captures: readonly string[],
  report: Report,
  options: EvidenceOptions = {},
): Promise<EvidenceResult> {
  checkEvidencePaths(path, captures);
  const ofFrames = report.captures.reduce((sum, { frames }) => sum + frames, 0);
  let result: EvidenceResult = { frames: 0, ofFrames, breadth: "involved", provesAll: false };
  for (const breadth of BREADTHS) {
    const frames = await writeSelected(path, captures, report, scopeOf(report, breadth), options);
    const provesAll =
      report.findings.length === 0 ||
      haveSameFindings(
        report,
        await analyzeCapture(path, { ...options.analysis, hash: false, secondOpinion: false }),
      );
    result = { frames, ofFrames, breadth, provesAll };
    if (provesAll) break;
  }
  return result;
}

async function writeSelected(
  path: string,
  captures: readonly string[],
  report: Report,
  scope: Scope,
  { args = [], analysis }: EvidenceOptions,
): Promise<number> {
  const recover = analysis?.recover === true;
  const file = new BlockFile(path);
  try {
    file.write(sectionHeader(`${report.tool.name} ${report.tool.version}`, sectionComment(report, args)));
    const writer = new EvidenceWriter(file);
    const comments = new Comments(report, scope);
    const twins = captures.length > 1 ? new TwinFrames() : null;
    const selections = report.captures.map(({ frames }, index) => new Selection(scope, index, frames, twins));
    if (report.findings.length > 0) await readAll(captures, selections, recover);
    const copies = captures.map((capture, index) => {
      const wanted = selections[index]?.finish() ?? new FrameNumbers();
      return new Copy(index, capture, wanted, comments, writer);
    });
    await readAll(captures, copies, recover);
    for (const copy of copies) copy.finish();
    file.flush();
    return writer.frames;
  } finally {
    file.close();
  }
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

/** Synchronous: blocks come out of the middle of a chunk of frames, and wait for nothing but the page cache. */
class BlockFile {
  private readonly path: string;
  private readonly descriptor: number;
  private blocks: Uint8Array[] = [];
  private bytes = 0;

  constructor(path: string) {
    this.path = path;
    this.descriptor = this.attempt(() => openSync(path, "w"));
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
    this.attempt(() => {
      for (let written = 0; written < bytes.length; )
        written += writeSync(this.descriptor, bytes, written, bytes.length - written);
    });
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
      throw new LvsPcapError("bad-usage", `${this.path}: the evidence cannot be written: ${reason}`, {
        cause: error,
      });
    }
  }
}
