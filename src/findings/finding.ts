import type { ClaimForm } from "../neighbours/binding.ts";
import type { Position } from "../neighbours/position.ts";
import type { Station } from "../neighbours/station.ts";

export const FINDING_KINDS = [
  "vip-source-in-request",
  "vip-reply",
  "vip-gratuitous",
  "vip-bypass",
  "vip-unanswered",
  "vip-split",
  "gateway-impersonation",
  "address-impersonation",
  "address-conflict",
  "flip-flop",
  "sender-mismatch",
  "arp-flood",
  "arp-scan",
  "arp-storm",
] as const;
/** What happened; each kind has one cause and one remedy. */
export type FindingKind = (typeof FINDING_KINDS)[number];

export const SEVERITIES = ["critical", "warning", "notice"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STAGES = ["claimed", "learned", "used"] as const;
/** A frame claimed it · a cache took it, by the model · frames prove that it is used. */
export type Stage = (typeof STAGES)[number];

/** How a poisoned entry came right again. */
export type RestoredBy =
  | { readonly cause: "claim"; readonly by: Station; readonly gratuitous: boolean }
  | { readonly cause: "resolution"; readonly by: Station; readonly afterProbes: boolean }
  | { readonly cause: "lost"; readonly afterProbes: boolean }
  | { readonly cause: "traffic"; readonly by: Station };

/** A host whose cache took the wrong MAC. */
export interface Victim {
  readonly station: Station;
  /** The frame by which its cache took it; null where only its own frames give it away. */
  readonly learned: Position | null;
  /** The first frame of its own that proves the wrong entry. */
  readonly used: Position | null;
  readonly restored: Position | null;
  readonly restoredBy: RestoredBy | null;
}

/** Traffic that reached the claimant instead of the rightful owner. */
export interface Bypass {
  readonly frames: number;
  readonly bytes: number;
  readonly flows: number;
  readonly first: Position;
  readonly last: Position;
}

export type EvidenceKind =
  | { readonly what: "claim"; readonly form: ClaimForm; readonly targetIp: number }
  | { readonly what: "learned"; readonly by: Station }
  | { readonly what: "used"; readonly by: Station }
  | { readonly what: "restored"; readonly by: Station }
  | { readonly what: "unanswered"; readonly by: Station }
  | { readonly what: "answered"; readonly by: Station }
  | { readonly what: "advertised"; readonly by: Station }
  | { readonly what: "swept"; readonly by: Station };

export type Evidence = EvidenceKind & { readonly at: Position };

/** One thing that went wrong, with its proof. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly stage: Stage;
  readonly ip: number;
  readonly segment: number;
  /** Who did it; null where it is the fault of a host that the capture never shows. */
  readonly claimant: Station | null;
  /** Who should have been believed; in a conflict the one that was seen with the address first. */
  readonly rightful: Station | null;
  readonly victims: readonly Victim[];
  readonly bypass: Bypass | null;
  readonly first: Position;
  readonly last: Position;
  readonly count: number;
  /** Bounded, in order; enough to prove it. */
  readonly evidence: readonly Evidence[];
  readonly evidenceTotal: number;
  /** The virtual router whose members are at odds; for `vip-split` only. */
  readonly virtualRouterId?: number | null;
}
