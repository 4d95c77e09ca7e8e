import type { ClaimForm } from "../neighbours/claims/claim.ts";
import type { NamedHost } from "../words/hosts.ts";
import type { Severity, Stage } from "./severity.ts";

/** A frame, as reports refer to it. */
export interface FramePlace {
  /** Index into the report's captures. */
  readonly capture: number;
  /** 1-based, as in Wireshark. */
  readonly frame: number;
  /** RFC 3339 in UTC with nanoseconds. */
  readonly time: string;
}

/** A host whose cache took the claimant's MAC. */
export interface PoisonedHost extends NamedHost {
  readonly learned: FramePlace | null;
  readonly used: FramePlace | null;
  readonly restored: FramePlace | null;
}

export const SETTINGS = ["arp_announce=2", "arp_ignore=1", "no-announcement"] as const;
/**
 * What keeps a real server's frames from claiming a VIP.
 *
 * - `arp_announce=2`   it asks under an address of its own
 * - `arp_ignore=1`     it does not answer for an address of another interface: the VIP on lo or a dummy
 * - `no-announcement`  ARPUPDATE=no, or the VIP's alias off the network card
 */
export type Setting = (typeof SETTINGS)[number];

/** Settings that would have kept every cache right, by a replay of the claims. */
interface PreventingSettings {
  readonly host: NamedHost;
  readonly settings: readonly Setting[];
  /** On this host alone they would have. */
  readonly enough: boolean;
}

/** A finding as every report has it: what a kind needs to name it in a headline. */
export interface FindingFacts {
  readonly severity: Severity;
  readonly stage: Stage;
  readonly ip: string;
  readonly claimant: NamedHost;
  readonly rightful: NamedHost | null;
  /** Whose MAC the victims' caches still hold though it holds the address no more; null for every other kind. */
  readonly formerHolder: NamedHost | null;
  readonly victims: readonly PoisonedHost[];
  /** Each time that caches were wrong. */
  readonly episodes: readonly unknown[];
  /** Traffic that reached the claimant, or the former holder; flows that are not told apart count as none. */
  readonly bypass: {
    readonly frames: number;
    /** Frames that the same senders sent to other MACs meanwhile. */
    readonly elsewhere: number;
    readonly flows: number;
    readonly unanswered: number;
  } | null;
  readonly count: number;
  readonly first: FramePlace;
  readonly last: FramePlace;
}

/** A frame that proves the finding, and what it shows. */
export interface Proof {
  readonly what:
    | "claim"
    | "learned"
    | "used"
    | "restored"
    | "unanswered"
    | "answered"
    | "advertised"
    | "took-over"
    | "swept"
    | "routed"
    | "repeated"
    | "flooded"
    | "has-role"
    | "mismatched";
  readonly capture: number;
  readonly frame: number;
  readonly by?: NamedHost;
  /** Of a `claim`. */
  readonly form?: ClaimForm;
  readonly targetIp?: string;
  /** Of `repeated`: else a reply. */
  readonly isRequest?: boolean;
  /** Of `has-role`. */
  readonly role?: "director" | "real-server";
}

/** A request that several hosts answered. */
interface Race {
  readonly answers: readonly { readonly by: NamedHost; readonly delayNs: number }[];
}

/** All that the words, the fix and the filter of a kind are made of. */
export interface FindingAccount extends FindingFacts {
  /** The MAC that the frames name, where it is not the claimant's own. */
  readonly named: string | null;
  /** Bounded, in order. */
  readonly proof: readonly Proof[];
  readonly proofTotal: number;
  readonly races: readonly Race[];
  readonly prevention: readonly PreventingSettings[];
  readonly preventionOmittedClaims: number;
  /** Who may have learned it where the capture cannot show that. */
  readonly notObservable: readonly NamedHost[];
  /** Where an inventory says otherwise: the file, and where in it. */
  readonly inventory: string | null;
  readonly virtualRouterId: number | null;
  /** The address of the rightful host's that is at stake, where it is another. */
  readonly rightfulIp: string | null;
  readonly isVip: boolean;
  /** `frame 7`, or `frame 7 of file 2` where there are several captures. */
  frameText(place: Pick<FramePlace, "capture" | "frame">): string;
}
