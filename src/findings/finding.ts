import type { Setting } from "../kinds/account.ts";
import type { FindingKind } from "../kinds/registry.ts";
import type { Severity, Stage } from "../kinds/severity.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { NeighbourModelName } from "../neighbours/caches/models/model.ts";
import type { ClaimForm } from "../neighbours/claims/claim.ts";
import type { HolderForm } from "../roles/holders.ts";

/** What ended a wrong entry. */
export type RestoredBy =
  | { readonly cause: "claim"; readonly by: Station; readonly gratuitous: boolean }
  | { readonly cause: "resolution"; readonly by: Station; readonly afterProbes: boolean }
  | { readonly cause: "lost"; readonly afterProbes: boolean }
  | { readonly cause: "aged-out" }
  | { readonly cause: "traffic"; readonly by: Station };

/** One time that a host's cache held the wrong MAC. */
export interface Bout {
  /** The frame by which its cache took it; null where only its own frames give it away. */
  readonly learned: Position | null;
  /** The first frame of its own that proves the wrong entry. */
  readonly used: Position | null;
  readonly restored: Position | null;
  readonly restoredBy: RestoredBy | null;
}

/** A host whose cache took the wrong MAC: when first, and when it was right again for good. */
export interface Victim extends Bout {
  readonly station: Station;
  /** Each time that it did, in order. */
  readonly bouts: readonly Bout[];
}

/** One outage: from the claim that began it until the last of its victims was right again. */
export interface Episode extends Bout {
  /** The claim that began it; null where none was captured. */
  readonly claimed: Position | null;
  readonly bypass: StrayTraffic | null;
  /** Whose bouts it consists of. */
  readonly victims: ReadonlySet<Station>;
}

export const BYPASS_ENDS = [
  "announcement",
  "claim",
  "probe-failure",
  "resolution",
  "entry-lost",
  "own-traffic",
  "capture-end",
] as const;
/**
 * How the last victim came to send elsewhere.
 *
 * - `announcement`   the rightful owner announced itself
 * - `claim`          another frame for the rightful owner overrode the entry
 * - `probe-failure`  the claimant left its unicast probes unanswered, so it asked everybody
 * - `resolution`     it asked everybody for another reason, and the right host answered
 * - `entry-lost`     the entry is gone, by age or asked for anew, and no answer was seen
 * - `own-traffic`    only its own frames show that it sends elsewhere
 * - `capture-end`    it did not: a victim was still wrong when the capture ended
 */
export type BypassEnd = (typeof BYPASS_ENDS)[number];

export const OUTCOMES = ["spared", "restored", "poisoned"] as const;
/** Never took the claimant's MAC · took it, and no longer holds it at the end · holds it at the end. */
export type Outcome = (typeof OUTCOMES)[number];

/** How the same frames would have ended for one host by another model. */
export interface HostOutcome {
  readonly station: Station;
  readonly outcome: Outcome;
  /** By the model that was chosen. */
  readonly byChosen: Outcome;
  readonly learned: Position | null;
  readonly restored: Position | null;
}

/** A model that was not chosen, and the hosts for which it ends otherwise. */
export interface Disagreement {
  readonly model: NeighbourModelName;
  readonly hosts: readonly HostOutcome[];
}

/** Traffic that reached the claimant instead of the rightful owner, in one episode or in all of them. */
export interface StrayTraffic {
  readonly frames: number;
  readonly bytes: number;
  /**
   * Flows, distinct in each episode: each is exactly one of answered, answered by others, reset and unanswered. 0 where
   * they are not told apart.
   */
  readonly flows: number;
  /** The claimant sent back a packet that is no refusal. */
  readonly answered: number;
  /** The claimant did not, but another host sent a packet of the flow back. */
  readonly answeredByOthers: number;
  /** All that came back were the claimant's TCP RSTs or ICMP unreachables. */
  readonly reset: number;
  /** Nobody sent anything back. */
  readonly unanswered: number;
  readonly first: Position;
  readonly last: Position;
  readonly endedBy: BypassEnd;
  /** The frame by which it ended, or the capture's last. */
  readonly ended: Position;
  /** From the first stray frame to the end, of each episode. */
  readonly durationNs: number;
}

/** The sum of all episodes. */
export interface Bypass extends StrayTraffic {
  /** Frames that the same senders sent for the address to other MACs, from the first episode until the last was over. */
  readonly elsewhere: number;
}

type EvidenceKind =
  | { readonly what: "claim"; readonly form: ClaimForm; readonly targetIp: number }
  | { readonly what: "learned"; readonly by: Station }
  | { readonly what: "used"; readonly by: Station }
  | { readonly what: "restored"; readonly by: Station }
  | { readonly what: "unanswered"; readonly by: Station }
  | { readonly what: "answered"; readonly by: Station }
  /** Of which address, where it is not the finding's. */
  | { readonly what: "advertised"; readonly by: Station; readonly ip?: number }
  /** It holds the address from here on. */
  | { readonly what: "took-over"; readonly by: Station; readonly form: HolderForm }
  | { readonly what: "swept"; readonly by: Station }
  /** It sends packets for the address to one of several hosts, by a route. */
  | { readonly what: "routed"; readonly by: Station; readonly to: Station | null }
  | { readonly what: "repeated"; readonly by: Station; readonly isRequest: boolean }
  | { readonly what: "flooded"; readonly stations: number }
  /** It does a director's or a real server's work for the VIP. */
  | { readonly what: "has-role"; readonly by: Station; readonly role: "director" | "real-server" }
  | { readonly what: "mismatched"; readonly targetIp: number; readonly named: Station };

export type Evidence = EvidenceKind & { readonly at: Position };

/** A host that was asked in another's name, and whose answer the capture cannot show. */
export interface UnseenLearner {
  readonly ip: number;
  /** Null where no frame tells whose address it is. */
  readonly station: Station | null;
  /** The newest such request. */
  readonly at: Position;
  /** Its own frames show that it sends elsewhere later: if it learned, it came right again. */
  readonly isOver: boolean;
}

export interface PreventionStep {
  readonly host: Station;
  readonly settings: readonly Setting[];
  /** On this host alone they would have kept every cache right. */
  readonly enough: boolean;
}

/** What the model's second run says would have prevented it. */
export interface Prevention {
  /** All of them together would have; none where no settings would. */
  readonly steps: readonly PreventionStep[];
  /** Claims that came after the log was full, and so were not run again. */
  readonly omittedClaims: number;
}

/** A broadcast request for the address that several hosts answered. */
export interface Race {
  readonly request: Position;
  /** In order of arrival. */
  readonly answers: readonly { readonly at: Position; readonly by: Station; readonly delayNs: number }[];
}

export const CERTAINTIES = ["proven", "likely", "possible"] as const;
/**
 * How sure a finding is.
 *
 * - `proven`    frames show the wrong entry in use, or both hosts with the address, or the wrong claim of a known host
 * - `likely`    a rule weighs: the neighbour model says what a cache took, or how the claims come says who is right
 * - `possible`  it rests on something that the capture point may not show
 */
export type Certainty = (typeof CERTAINTIES)[number];

export interface Assessment {
  readonly certainty: Certainty;
  /** In a clause. */
  readonly why: string;
}

/** `F1`, `F2` and so on. */
export function idsInOrder(findings: readonly Finding[]): string[] {
  return findings.map((_, index) => `F${index + 1}`);
}

/** One thing that went wrong, with its proof. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly stage: Stage;
  readonly ip: number;
  readonly segment: number;
  /** Who did it; null where it is the fault of a host that the capture never shows. */
  readonly claimant: Station | null;
  /** Whose MAC the frames name, where that is not the claimant's own. */
  readonly named?: Station;
  /** Who should have been believed; in a conflict the one that was seen with the address first. */
  readonly rightful: Station | null;
  /** Whose MAC the victims' caches still hold though it holds the address no more; for `stale-neighbour` only. */
  readonly formerHolder?: Station;
  readonly victims: readonly Victim[];
  /** Each time that caches were wrong, in order; none where no cache was. */
  readonly episodes?: readonly Episode[];
  /** The sum of the episodes'. */
  readonly bypass: Bypass | null;
  readonly first: Position;
  readonly last: Position;
  readonly count: number;
  /** Bounded, in order; enough to prove it. */
  readonly evidence: readonly Evidence[];
  readonly evidenceTotal: number;
  /** The neighbour models that disagree; none where no cache is at stake. */
  readonly models?: readonly Disagreement[];
  /** Requests that the claimant answered beside others, the first few; for `vip-reply` only. */
  readonly races?: readonly Race[];
  readonly racesTotal?: number;
  /** For the kinds that settings of the real servers prevent, where claims were captured. */
  readonly prevention?: Prevention | null;
  /** Who may have learned it where the capture cannot show that. */
  readonly notObservable?: readonly UnseenLearner[];
  /** For a person: the file, and where in it; for `inventory-contradicted` only. */
  readonly inventory?: string;
  /** How sure the rule that found it is, where it has something of its own to say. */
  readonly assessment?: Assessment;
  /** Why a known exception covers it; absent where none does. */
  readonly suppressedBy?: string;
  /** The virtual router whose members are at odds; for `vip-split` and `vrid-collision` only. */
  readonly virtualRouterId?: number | null;
  /** The address of the rightful host's that is at stake, where it is not the finding's; for `vrid-collision` only. */
  readonly rightfulIp?: number;
}
