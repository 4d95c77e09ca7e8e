import type { AnalyzeOptions } from "../analyze.ts";
import { LvsPcapError } from "../errors.ts";
import type { Report } from "../reports/report.ts";
import { countText, plural, printable } from "../reports/text.ts";
import type { CommandContext } from "./context.ts";

/** `--evidence`: loaded only where it is asked for. */
export async function prepareEvidence(
  path: string,
  captures: readonly string[],
  output: string | undefined,
): Promise<void> {
  if (path === output)
    throw new LvsPcapError("bad-usage", `--evidence ${path}: that is where --output writes the report`);
  const { checkEvidencePaths } = await import("../evidence-file.ts");
  checkEvidencePaths(path, captures);
}

/** Writes the file, and says on standard error what is in it. */
export async function exportEvidence(
  path: string,
  captures: readonly string[],
  report: Report,
  { onProgress: _, ...analysis }: AnalyzeOptions,
  context: CommandContext,
): Promise<void> {
  const { writeEvidence } = await import("../evidence-file.ts");
  const result = await writeEvidence(path, captures, report, { analysis, args: context.args ?? [] });
  const frames = `${countText(result.frames)} of ${plural(result.ofFrames, "frame")}`;
  const proves =
    report.findings.length === 0
      ? "there is no finding to prove"
      : result.provesAll
        ? "analysed alone they give the same findings"
        : "analysed alone they do not give quite the same findings; keep the captures, too";
  context.stderr.write(`lvs-pcap: ${printable(path)}: ${frames}; ${proves}\n`);
}
