export { type AnalyzeOptions, analyzeCapture } from "./analyze.ts";
export { type ErrorCode, LvsPcapError } from "./errors.ts";
export { type EvidenceOptions, type EvidenceResult, writeEvidence } from "./evidence-file.ts";
export type { ExpectationKind, ExpectationResult } from "./findings/expectations.ts";
export type { BypassEnd, Outcome } from "./findings/finding.ts";
export type { Verdict } from "./findings/judge.ts";
export type { Setting } from "./kinds/account.ts";
export type { BenignKind, FindingKind } from "./kinds/registry.ts";
export type { Severity, Stage } from "./kinds/severity.ts";
export type { RoleNames } from "./knowledge/given-roles.ts";
export type { KnowledgeSources } from "./knowledge/knowledge.ts";
export type { Forwarding } from "./knowledge/roles.ts";
export type { NeighbourModelName } from "./neighbours/caches/models/model.ts";
export type { VantageKind } from "./neighbours/vantage/vantage.ts";
export type { BenignEvent, Ending, EventName, FindingEvent, WatchEvent } from "./reports/event.ts";
export type {
  BenignChange,
  CachedNeighbour,
  CacheHolding,
  CaptureComment,
  CaptureInterface,
  CaptureSummary,
  DecodedDifferently,
  Forgotten,
  Host,
  HostCache,
  NotAnalysedFrames,
  NotLookedInto,
  PreventionSettings,
  Reach,
  Report,
  ReportedBypass,
  ReportedDisagreement,
  ReportedExpectation,
  ReportedFinding,
  ReportedFixStep,
  ReportedGateway,
  ReportedInventory,
  ReportedOutcome,
  ReportedPosition,
  ReportedRace,
  ReportedVictim,
  ReportedVip,
  SecondOpinion,
  SentPeriod,
  Timeline,
  TimelineClaim,
  TimelineObserver,
  Topology,
  VantageLimit,
} from "./reports/report.ts";
export type { Role } from "./roles/role-assignment.ts";
export type { Difference, DifferentField } from "./verify/difference.ts";
export type { VerifyResult } from "./verify/verify-result.ts";
export { type VerifyOptions, verifyCapture } from "./verify.ts";
export type { Clock, ClockStep } from "./watch/clock.ts";
export type { EventSink, WatchGauges } from "./watch/event-sink.ts";
export type { LiveStream } from "./watch/live-source.ts";
export type { KnownFinding, Recalled, WatchMemory } from "./watch/memory-port.ts";
export { type Capturer, type WatchControls, type WatchOptions, watchCapture } from "./watch.ts";
