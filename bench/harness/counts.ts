import type { Capture } from "./captures.ts";
import { listAt, numberAt, parseJson, textAt } from "./json.ts";

/** What a contender says it saw; null where it does not say. */
export interface Counts {
  readonly frames: number | null;
  readonly arpFrames: number | null;
  /** What an unpacker gave. */
  readonly bytes: number | null;
  /** Without notices, which accuse nobody. */
  readonly findings: readonly Accusation[] | null;
}

interface Accusation {
  readonly text: string;
  readonly bypassFrames: number;
}

const NOTHING: Counts = { frames: null, arpFrames: null, bytes: null, findings: null };

/** What `traffic/lvs-traffic.ts` has one real server do. */
const MADE_ACCUSATION = "vip-source-in-request of 192.168.1.2 by 192.168.1.11";

/** What the counts contradict of what was put into the capture; empty where they agree. */
export function disagreements(title: string, { made, bytes }: Capture, counts: Counts): string[] {
  const problems: string[] = [];
  const compare = (what: string, found: number | null, expected: number) => {
    if (found !== null && found !== expected)
      problems.push(`${title}: ${found} ${what}, the generator made ${expected}`);
  };
  compare("frames", counts.frames, made.frames);
  compare("ARP frames", counts.arpFrames, made.arpFrames);
  compare("bytes", counts.bytes, bytes);
  if (counts.findings === null) return problems;
  const [finding] = counts.findings;
  compare("findings", counts.findings.length, made.bypassFrames > 0 ? 1 : 0);
  if (made.bypassFrames === 0 || finding === undefined) return problems;
  compare("frames past the director", finding.bypassFrames, made.bypassFrames);
  if (finding.text !== MADE_ACCUSATION)
    problems.push(`${title}: found ${finding.text}, the generator made ${MADE_ACCUSATION}`);
  return problems;
}

/** Of lvs-pcap's JSON report. */
export function countReport(stdout: Buffer): Counts {
  const report = parseJson(stdout.toString());
  const findings = (listAt(report, "findings") ?? []).filter(
    (finding) => textAt(finding, "severity") !== "notice",
  );
  return {
    ...NOTHING,
    frames: numberAt(report, "captures", 0, "frames") ?? 0,
    findings: findings.map((finding) => ({
      text: `${textAt(finding, "kind")} of ${textAt(finding, "ip")} by ${textAt(finding, "claimant", "ip")}`,
      bypassFrames: numberAt(finding, "bypass", "frames") ?? 0,
    })),
  };
}

/** Of lvs-pcap's JSON report the frames alone, of all its captures. */
export function countReportFrames(stdout: Buffer): Counts {
  const captures = listAt(parseJson(stdout.toString()), "captures") ?? [];
  const frames = captures.reduce<number>((sum, capture) => sum + (numberAt(capture, "frames") ?? 0), 0);
  return { ...NOTHING, frames };
}

/** Of an object with any of the counts' names. */
export function countObject(stdout: Buffer): Counts {
  const object = parseJson(stdout.toString());
  return { ...NOTHING, frames: numberAt(object, "frames") ?? 0, arpFrames: numberAt(object, "arpFrames") };
}

/** Of a little-endian pcap file that has the ARP frames only. */
export function countArpRecords(stdout: Buffer): Counts {
  let records = 0;
  for (let offset = 24; offset + 16 <= stdout.length; offset += 16 + stdout.readUInt32LE(offset + 8))
    records++;
  return { ...NOTHING, arpFrames: records };
}

/** Of `wc -c`. */
export function countBytes(stdout: Buffer): Counts {
  return { ...NOTHING, bytes: Number(stdout.toString()) };
}
