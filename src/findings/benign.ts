import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";

export const BENIGN_KINDS = [
  "vrrp-failover",
  "director-takeover",
  "address-moved",
  "address-probe",
  "address-announcement",
  "proxy-arp",
  "virtual-mac",
  "mac-rewriting-bridge",
  "cache-restored",
] as const;
/** Changes and frames that look like poisoning and have an innocent explanation. */
export type BenignKind = (typeof BENIGN_KINDS)[number];

/** Why it is innocent; put into words by reports/. */
export type BenignReason =
  | {
      readonly why: "advertised";
      readonly version: number;
      readonly virtualRouterId: number;
      readonly priority: number;
    }
  | { readonly why: "resigned"; readonly version: number; readonly virtualRouterId: number }
  | { readonly why: "both-directors" }
  | { readonly why: "fell-silent" }
  /** Somebody else had it before the first frame, by an old inventory or this program's memory. */
  | { readonly why: "known-before"; readonly source: string }
  /** A DHCP server granted it to the new owner before. */
  | { readonly why: "leased"; readonly lease: Position }
  | { readonly why: "handed-over" }
  | { readonly why: "defended" }
  | { readonly why: "migrated"; readonly count: number }
  | { readonly why: "bonded"; readonly seen: "learning-frames" | "reminders" }
  /** The protocol is null where no advertisement was captured. */
  | {
      readonly why: "card-below";
      readonly protocol: "VRRP" | "CARP" | "HSRP" | "GLBP" | null;
      readonly group: number;
    }
  | { readonly why: "echoed"; readonly count: number }
  | { readonly why: "rewritten" }
  | { readonly why: "nlb" }
  | {
      readonly why: "group-member";
      readonly protocol: "VRRP" | "CARP" | "HSRP" | "GLBP";
      readonly group: number;
    }
  | { readonly why: "probed"; readonly count: number }
  | { readonly why: "own-announcement"; readonly count: number }
  | { readonly why: "routes"; readonly addresses: number; readonly ttl: number }
  | {
      readonly why: "virtual-mac";
      readonly protocol: "VRRP" | "CARP" | "HSRP" | "GLBP";
      readonly group: number;
    }
  | { readonly why: "restored"; readonly finding: string };

/** One such change, with the evidence that clears it. */
export interface Benign {
  readonly kind: BenignKind;
  readonly ip: number;
  readonly segment: number;
  readonly from: Station | null;
  readonly to: Station | null;
  readonly first: Position;
  readonly last: Position;
  readonly reason: BenignReason;
  readonly evidence: readonly Position[];
}
