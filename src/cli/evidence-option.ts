import type { AnalyzeOptions } from "../analyze.ts";
import type { Report } from "../reports/report.ts";
import { countText, plural } from "../words/counts.ts";
import { printable } from "../words/letters.ts";
import type { CommandContext } from "./context.ts";
import { discardDraftsOnSignal } from "./discard-drafts.ts";

/** `--evidence`: loaded only where it is asked for. */
export async function prepareEvidence(
  path: string,
  captures: readonly string[],
  inputs: readonly string[],
  force: boolean,
): Promise<void> {
  const { evidenceTarget } = await import("../evidence-file.ts");
  evidenceTarget(path, captures, inputs, force);
}

/** Writes the file, and says on standard error what is in it. */
export async function exportEvidence(
  path: string,
  captures: readonly string[],
  report: Report,
  { onProgress: _, ...analysis }: AnalyzeOptions,
  force: boolean,
  context: CommandContext,
): Promise<void> {
  const { writeEvidence } = await import("../evidence-file.ts");
  const forget = discardDraftsOnSignal();
  const options = { analysis, args: context.args ?? [], force };
  const result = await writeEvidence(path, captures, report, options).finally(forget);
  const frames = `${countText(result.frames)} of ${plural(result.ofFrames, "frame")}`;
  const proves =
    report.findings.length === 0
      ? "there is no finding to prove"
      : result.provesAll
        ? "analysed alone they give the same findings"
        : "analysed alone they do not give quite the same findings; keep the captures, too";
  context.stderr.write(`lvs-pcap: ${printable(path)}: ${frames}; ${proves}\n`);
}
