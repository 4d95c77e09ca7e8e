import { canBeReadAgain } from "../bytes/source.ts";
import { LvsPcapError } from "../errors.ts";
import type { SecondOpinion } from "../reports/report.ts";
import { refusalHead, verifyCapture } from "../verify.ts";
import { PCAP_PARSER, pcapParserVersion } from "./pcap-parser.ts";
import type { VerifyResult } from "./verify-result.ts";

const DIFFERENCES_REPORTED = 5;

type OnProgress = (progress: { file: string; bytes: number; sizeBytes: number | null }) => void;

/**
 * Asks pcap-parser of each capture of a report what it holds.
 *
 * A capture that it does not read, or that cannot be read twice, is no error: the opinion says why there is none.
 *
 * @param verify whose word to take
 */
export async function askSecondOpinions(
  captures: readonly string[],
  onProgress: OnProgress = () => undefined,
  verify: typeof verifyCapture = verifyCapture,
): Promise<SecondOpinion[]> {
  const opinions: SecondOpinion[] = [];
  for (const [index, file] of captures.entries()) {
    const found = await attempt(file, () =>
      verify(file, { onProgress: (progress) => onProgress({ file, ...progress }) }),
    );
    opinions.push(opinionOf(index, found));
  }
  return opinions;
}

/** What was found, or why nothing could be. */
async function attempt(file: string, verify: () => Promise<VerifyResult>): Promise<VerifyResult | string> {
  try {
    if (await canBeReadAgain(file)) return await verify();
    return `${file === "-" ? "standard input" : "a pipe"} cannot be read a second time`;
  } catch (error) {
    if (!(error instanceof LvsPcapError)) throw error;
    const head = refusalHead(file);
    return error.message.startsWith(head) ? error.message.slice(head.length) : error.message;
  }
}

function opinionOf(capture: number, found: VerifyResult | string): SecondOpinion {
  const isRefused = typeof found === "string";
  return {
    capture,
    by: PCAP_PARSER,
    version: pcapParserVersion(),
    verified: isRefused ? null : found.verified,
    records: isRefused ? 0 : found.records,
    differences: isRefused ? [] : found.differences.slice(0, DIFFERENCES_REPORTED),
    differencesTotal: isRefused ? 0 : found.differencesTotal,
    problem: isRefused ? null : found.problem,
    notVerifiable: isRefused ? found : null,
  };
}
