import type { BenignKind } from "../findings/benign.ts";
import type { FindingKind, Severity, Stage } from "../findings/finding.ts";
import type { Verdict } from "../findings/judge.ts";
import type { Forwarding } from "../network/roles.ts";
import type { Role } from "../roles/cast.ts";

/**
 * What an analysis found, as `--format json` prints it and `analyzeCapture` returns it. The same shape as a JSON Schema
 * is published as `lvs-pcap/report.schema.json`.
 *
 * Times are RFC 3339 in UTC with nanoseconds, MACs lower case with colons, addresses dotted quads.
 */
export interface Report {
  /** Changes when a name or a meaning does; new keys and kinds leave it alone. */
  schemaVersion: 1;
  tool: { name: "lvs-pcap"; version: string };
  verdict: Verdict;
  /** In the order given. */
  captures: CaptureSummary[];
  topology: Topology;
  /** In order of their first frame. */
  findings: ReportedFinding[];
  benign: BenignChange[];
  /** Each host's neighbour cache at the end of the capture, by the model and by what its own frames prove. */
  caches: HostCache[];
  /** What a flood made the analysis give up to stay within its memory; all zero in an ordinary capture. */
  forgotten: Forgotten;
}

export interface Forgotten {
  /** Addresses of which there was nothing to tell but their owner. */
  addresses: number;
  stations: number;
  /** Frames of senders and destinations that were too many to count apart. */
  trafficFrames: number;
}

export interface CaptureSummary {
  /** As given; `-` for standard input. */
  file: string;
  /** Null unless asked for. */
  sha256: string | null;
  bytes: number;
  format: "pcap" | "pcapng" | "pdml";
  compression: null | "gzip" | "zstd";
  /** LINKTYPE_ names without the prefix, as tcpdump.org lists them. */
  linkTypes: string[];
  frames: number;
  first: string | null;
  last: string | null;
  /** False where the capture is cut short or damaged. */
  complete: boolean;
  /** What is wrong with it, in one line; null where nothing is. */
  problem: string | null;
  /** Frames that could not be decoded, by reason. */
  anomalies: Record<string, number>;
}

export interface Topology {
  gateways: Host[];
  vips: ReportedVip[];
}

export interface ReportedVip {
  ip: string;
  vlan: number | null;
  origin: "given" | "inferred";
  /** Why it is believed to be a VIP, and what of the roles given the capture does not show. */
  evidence: string[];
  directors: Host[];
  realServers: (Host & { forwarding: Forwarding | null })[];
}

export interface Host {
  /** All zero for a host that was named but that no frame shows. */
  mac: string;
  /** An address of its own; never a VIP. */
  ip: string | null;
  role: Role;
}

/** One frame. */
export interface ReportedPosition {
  /** Index into `captures`. */
  capture: number;
  /** 1-based, as in Wireshark. */
  frame: number;
  time: string;
}

export interface ReportedFinding {
  /** `F1`, `F2`, ... in order. */
  id: string;
  kind: FindingKind;
  severity: Severity;
  stage: Stage;
  ip: string;
  /** The VLAN identifier, of two the inner one; null where frames are not tagged. */
  vlan: number | null;
  claimant: Host;
  rightful: Host | null;
  victims: ReportedVictim[];
  bypass: ReportedBypass | null;
  first: ReportedPosition;
  last: ReportedPosition;
  count: number;
  /** Bounded; enough to prove it. */
  evidence: (ReportedPosition & { what: string })[];
  evidenceTotal: number;
  /** One sentence a person can act on. */
  summary: string;
  remedy: string[];
  /** For Wireshark: the frames by which it was claimed. */
  displayFilter: string;
}

export interface ReportedVictim extends Host {
  /** The frame by which its cache took the claimant's MAC; null where only its own frames give it away. */
  learned: ReportedPosition | null;
  /** The first frame of its own that proves it. */
  used: ReportedPosition | null;
  restored: ReportedPosition | null;
  restoredBy: string | null;
}

/** Traffic that reached the claimant instead of the rightful owner. */
export interface ReportedBypass {
  frames: number;
  bytes: number;
  flows: number;
  first: ReportedPosition;
  last: ReportedPosition;
}

/** A change of bindings that has an innocent explanation. */
export interface BenignChange {
  kind: BenignKind;
  ip: string;
  vlan: number | null;
  from: Host | null;
  to: Host | null;
  first: ReportedPosition;
  last: ReportedPosition;
  why: string;
  evidence: ReportedPosition[];
}

export interface HostCache {
  host: Host;
  vlan: number | null;
  entries: CachedNeighbour[];
}

export interface CachedNeighbour {
  ip: string;
  mac: string;
  /** The frame that taught it, or that first showed it. */
  since: ReportedPosition;
  /** Possible: the frames do not rule out that the host never took it. */
  state: "known" | "possible";
}
