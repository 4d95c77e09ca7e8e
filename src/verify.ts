import { openByteSource } from "./bytes/source.ts";
import type { CaptureOptions } from "./capture/capture-options.ts";
import { linkTypeName } from "./capture/link-type.ts";
import { readCapture } from "./capture/read-capture.ts";
import { LvsPcapError } from "./errors.ts";
import { CALLBACK, checkArgument, checkOptions, TEXT } from "./options.ts";
import { Comparison } from "./verify/comparison.ts";
import { openPcapParser, PCAP_PARSER, pcapParserVersion } from "./verify/pcap-parser.ts";
import type { OpenSecondDecoder } from "./verify/second-decoder.ts";
import type { VerifyResult } from "./verify/verify-result.ts";
import { VERSION } from "./version.ts";

export interface VerifyOptions {
  /** Called now and then with the bytes read, and the capture's size where it is known. */
  onProgress?: (progress: { bytes: number; sizeBytes: number | null }) => void;
}

/**
 * Decodes a capture a second time with pcap-parser, an independent implementation, and compares the two record by
 * record (count, timestamps, lengths, bytes) and ARP field by field, in constant memory.
 *
 * pcap-parser decodes records only; ARP is read from its bytes by code that shares nothing with the analysis.
 *
 * @param capture path of a pcap file; `-` is standard input
 * @returns what was compared and what differs; a capture that is cut short is compared up to there, and says so in
 * `problem`
 * @throws LvsPcapError `unverifiable` where pcap-parser does not read such a capture: nanoseconds, versions before
 * 2.4; `unreadable-file`, `not-a-capture`, `unsupported-version`
 */
export async function verifyCapture(capture: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  checkArgument("verifyCapture", "capture", capture, TEXT);
  checkOptions("verifyCapture", options, { onProgress: CALLBACK });
  return verifyAgainst(openPcapParser, capture, options);
}

/** What the message of `unverifiable` begins with; the reason follows. */
export function refusalHead(capture: string): string {
  return `${capture}: offset 0: not verifiable, `;
}

/** {@link verifyCapture} by any second decoder: a comparison has to be shown to find what differs. */
export async function verifyAgainst(
  openSecondDecoder: OpenSecondDecoder,
  capture: string,
  { onProgress }: VerifyOptions = {},
): Promise<VerifyResult> {
  const tools = { "lvs-pcap": VERSION, [PCAP_PARSER]: pcapParserVersion() };
  const source = await openByteSource(capture);
  try {
    const comparison = new Comparison(openSecondDecoder, (reason, { nanosecond }) => {
      const cause = nanosecond ? `${reason}, of nanosecond timestamps` : reason;
      throw new LvsPcapError(
        "unverifiable",
        `${refusalHead(capture)}${PCAP_PARSER} ${tools[PCAP_PARSER]} refuses it: ${cause}; expected pcap 2.4 with microsecond timestamps`,
      );
    });
    const reading: CaptureOptions = {
      onFormat: (format) => {
        if (format === "pcap") return;
        throw new LvsPcapError(
          "unverifiable",
          `${refusalHead(capture)}${PCAP_PARSER} ${tools[PCAP_PARSER]} reads no ${format}; expected pcap 2.4 with microsecond timestamps, or Wireshark's dissection (verify --pdml)`,
        );
      },
      onBytes: (chunk) => comparison.chunk(chunk),
      onHeader: (header) => comparison.begin(header),
    };
    if (onProgress !== undefined) {
      reading.onProgress = (bytes) => onProgress({ bytes, sizeBytes: source.sizeBytes });
    }
    const end = await readCapture(source, comparison, reading);
    comparison.finish(end);
    const { differences, records, bytes, arpFrames } = comparison;
    return {
      verified: differences.total === 0,
      capture,
      linkType: linkTypeName(comparison.linkType),
      records,
      bytes,
      arpFrames,
      tools,
      differences: differences.named,
      differencesTotal: differences.total,
      problem: end.problem,
    };
  } finally {
    await source.close();
  }
}
