export { type AnalyzeOptions, analyzeCapture } from "./analyze.ts";
export { type ErrorCode, LvsPcapError } from "./errors.ts";
export type { BenignKind } from "./findings/benign.ts";
export type { BypassEnd, FindingKind, Outcome, Setting, Severity, Stage } from "./findings/finding.ts";
export type { Verdict } from "./findings/judge.ts";
export type { NeighbourModelName } from "./neighbours/models/model.ts";
export type { VantageKind } from "./neighbours/vantage.ts";
export type { RoleNames } from "./network/given-roles.ts";
export type { Forwarding } from "./network/roles.ts";
export type {
  BenignChange,
  CachedNeighbour,
  CaptureSummary,
  Forgotten,
  Host,
  HostCache,
  PreventionSettings,
  Report,
  ReportedBypass,
  ReportedDisagreement,
  ReportedFinding,
  ReportedOutcome,
  ReportedPosition,
  ReportedRace,
  ReportedVictim,
  ReportedVip,
  Topology,
  VantageLimit,
} from "./reports/report.ts";
export type { Role } from "./roles/cast.ts";
export type { Difference, DifferentField } from "./verify/difference.ts";
export type { VerifyResult } from "./verify/verify-result.ts";
export { type VerifyOptions, verifyCapture } from "./verify.ts";
