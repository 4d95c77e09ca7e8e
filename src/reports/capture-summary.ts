import { linkTypeName } from "../capture/link-type.ts";
import type { CaptureEnd } from "../capture/read-capture.ts";
import { Anomaly } from "../decode/facts.ts";
import type { FrameIntake } from "../intake/frame-intake.ts";
import { printable } from "../words/letters.ts";
import { notAnalysedFrames } from "./reach.ts";
import type { CaptureSummary } from "./report.ts";
import { timeText } from "./text.ts";

interface StoredFile {
  readonly bytes: number;
  readonly sha256: string | null;
}

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
  [Anomaly.TruncatedLinkHeader]: "truncated-link-header",
  [Anomaly.ForeignLinkLayer]: "foreign-link-layer",
  [Anomaly.BadFrameCheckSequence]: "bad-frame-check-sequence",
};

/** What the report says of one capture that was read. */
export function summarizeCapture(
  file: string,
  { bytes, sha256 }: StoredFile,
  end: CaptureEnd,
  intake: FrameIntake,
): CaptureSummary {
  const { description } = end;
  const notUnderstood = intake.notUnderstood && `${file}: ${intake.notUnderstood}`;
  return {
    file,
    sha256,
    bytes,
    format: end.format,
    compression: end.compression,
    verifiable: isVerifiable(end),
    linkTypes: intake.linkTypeNames,
    frames: intake.frames,
    first: intake.first && timeText(intake.first),
    last: intake.last && timeText(intake.last),
    complete: end.isComplete,
    problem: end.problem ?? notUnderstood,
    notAnalysed: notAnalysedFrames(intake.notAnalysed, intake.unreadLinkTypes),
    anomalies: Object.fromEntries(
      [...intake.anomalies].map(([anomaly, count]) => [ANOMALY_NAMES[anomaly], count]),
    ),
    dropped: description.dropped,
    interfaces: description.interfaces.map(({ name, description, linkType, frames }) => ({
      name: name === null ? null : printable(name),
      description: description === null ? null : printable(description),
      linkType: linkTypeName(linkType),
      frames,
    })),
    interfacesOmitted: description.interfacesOmitted,
    comments: description.comments.map(({ frame, text }) => ({ frame, text: printable(text) })),
    commentsOmitted: description.commentsOmitted,
    network: 0,
    duplicateOf: null,
  };
}

/** pcap-parser takes no nanoseconds, no longer record headers, and the two lengths in the order of version 2.4 only. */
function isVerifiable({ header }: CaptureEnd): boolean {
  if (header === null || header.nanosecond) return false;
  return header.recordHeaderBytes === 16 && header.lengthOrder === "captured-first";
}

/** What it says of a capture that holds the same as another of them, and so was not read. */
export function summarizeDuplicate(
  file: string,
  { bytes, sha256 }: StoredFile,
  duplicateOf: number,
  original: CaptureSummary,
): CaptureSummary {
  return {
    file,
    sha256,
    bytes,
    format: original.format,
    compression: null,
    verifiable: original.verifiable,
    linkTypes: [],
    frames: 0,
    first: null,
    last: null,
    complete: true,
    problem: `${file}: the same capture as ${original.file}; its frames were not counted twice`,
    notAnalysed: [],
    anomalies: {},
    dropped: null,
    interfaces: [],
    interfacesOmitted: 0,
    comments: [],
    commentsOmitted: 0,
    network: original.network,
    duplicateOf,
  };
}
