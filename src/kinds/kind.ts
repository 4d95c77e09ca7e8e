import type { FindingAccount, FindingFacts, FramePlace } from "./account.ts";
import type { FixStep } from "./fix/step.ts";
import type { SeverityRule } from "./severity.ts";
import type { Topic } from "./topic.ts";

/** What other programs that watch ARP say of the same frames. Those that say nothing are left out. */
export interface OtherNames {
  readonly arpwatch?: string;
  readonly wireshark?: string;
  readonly snort?: string;
  readonly zeek?: string;
  readonly suricata?: string;
}

/** As Suricata's alerts have it. Numbers are never given to another kind: people suppress and count alerts by them. */
interface EveAlert {
  readonly signatureId: number;
  /** A description of Suricata's classification.config. */
  readonly category: string;
  /** The ARP operation, where the kind has one only; null where no ARP frame shows the kind. */
  readonly arp: "request" | "reply" | "any" | null;
}

/** How the drawings of the page show the parties. */
export interface Picture {
  /** In the VIP's plan the claimant stands out, and is drawn with the traffic that it gets, or neither. */
  readonly accusesClaimant: boolean;
  readonly showsStrayTraffic: boolean;
  /** It has a plan of its own: the claimant between its victims and the owner, and where the owner leads to. */
  readonly intrusion: null | { readonly ownerLeadsElsewhere: boolean };
  /** The words of the timeline's legend. */
  readonly claimantIs: "wrong" | "disputed";
  readonly rightfulIs: "rightful" | "disputed";
  /** A cache that holds the claimant's MAC at the end is wrong. */
  readonly isWrongInCache: boolean;
}

/** What every kind has. */
export interface KindRecord<Name extends string = string> {
  readonly name: Name;
  readonly topic: Topic;
  readonly otherNames: OtherNames;
}

/** One kind of finding: all that anybody says of it, its filter, its fix, and how bad it is. */
export interface FindingKindRecord<Name extends string = string> extends KindRecord<Name> {
  readonly severity: SeverityRule;
  readonly eve: EveAlert;
  readonly picture: Picture;
  /** After the claimant's name: `answered for the VIP`. */
  readonly deed: string;
  /** Why frames alone prove it, whatever a cache took; absent where a rule weighs who is right. */
  readonly evident?: string;
  /** Whether the claimant's frames claim the address; else it is seen only. */
  readonly isClaim: boolean;
  /** What `count` counts: `frame`, `request`. */
  readonly counts: string;
  /** What to say of them in a few words, where it is not which caches they poisoned. */
  readonly countsRemark?: string;
  /** A few words for what to do, where no setting says it. */
  readonly cure: string;
  /** One sentence for three in the morning: who did what, what came of it, what to do. */
  summary(finding: FindingAccount): string;
  /** One clause that can open a page, without a full stop. */
  headline(finding: FindingFacts): string;
  /** In the order in which to do it. */
  fix(finding: FindingAccount): readonly FixStep[];
  /** Conditions of a Wireshark display filter that all hold for the frames that it counts. */
  filter(finding: FindingAccount): readonly string[];
  /** Of a kind that is healed when no frame shows it any more, rather than by caches that are set right: what ended it. */
  readonly over?: (finding: FindingFacts) => string;
}

export function findingKind<const Name extends string>(
  record: FindingKindRecord<Name>,
): FindingKindRecord<Name> {
  return record;
}

/** The parties of a benign change, in words. */
interface BenignParties {
  readonly ip: string;
  /** Who has the address now, or did something. */
  readonly taker: string;
  /** Who had it before, or to whom it was done. */
  readonly giver: string;
  frameText(place: Pick<FramePlace, "capture" | "frame">): string;
}

/** One kind of benign explanation. `Reason` is a union by `why`: what the rule found that clears the hosts. */
export interface BenignKindRecord<
  Name extends string = string,
  Reason extends { readonly why: string } = never,
> extends KindRecord<Name> {
  /** As Suricata's alerts have it; never given to another kind. */
  readonly signatureId: number;
  /** An address has another owner, or another MAC, from then on: worth a flag in a timeline. */
  readonly isTurn: boolean;
  /** A VIP moved from one director to another, as it should. */
  readonly isFailover: boolean;
  /** Why it is benign; one clause. */
  why(reason: Reason, parties: BenignParties): string;
}

export function benignKind<Reason extends { readonly why: string }>() {
  return <const Name extends string>(
    record: BenignKindRecord<Name, Reason>,
  ): BenignKindRecord<Name, Reason> => record;
}
