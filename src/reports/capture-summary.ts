import type { CaptureEnd } from "../capture/read-capture.ts";
import { Anomaly } from "../decode/facts.ts";
import type { FrameIntake } from "../neighbours/frame-intake.ts";
import type { CaptureSummary } from "./report.ts";
import { timeText } from "./text.ts";

/** Stable names, after Zeek's manner: scripts may count on them. */
const ANOMALY_NAMES: Record<Anomaly, string> = {
  [Anomaly.None]: "none",
  [Anomaly.TruncatedEthernet]: "truncated-ethernet",
  [Anomaly.TruncatedVlan]: "truncated-vlan",
  [Anomaly.TruncatedArp]: "truncated-arp",
  [Anomaly.ForeignArp]: "foreign-arp",
  [Anomaly.UnknownArpOperation]: "unknown-arp-operation",
  [Anomaly.TruncatedIpv4]: "truncated-ipv4",
  [Anomaly.CorruptIpv4]: "corrupt-ipv4",
};

/** What the report says of one capture. */
export function summarizeCapture(
  file: string,
  sha256: string | null,
  end: CaptureEnd,
  intake: FrameIntake,
): CaptureSummary {
  return {
    file,
    sha256,
    bytes: end.bytes,
    format: "pcap",
    compression: null,
    linkTypes: intake.linkTypeNames,
    frames: intake.frames,
    first: intake.first && timeText(intake.first),
    last: intake.last && timeText(intake.last),
    complete: end.problem === null,
    problem: end.problem ?? (intake.notUnderstood && `${file}: ${intake.notUnderstood}`),
    anomalies: Object.fromEntries(
      [...intake.anomalies].map(([anomaly, count]) => [ANOMALY_NAMES[anomaly], count]),
    ),
  };
}
