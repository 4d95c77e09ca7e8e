import type { Forwarding } from "../knowledge/roles.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";

/** Why a station is taken to have a role; reports/ puts it into words/. */
export type RoleEvidence =
  | { readonly what: "given" }
  | { readonly what: "never-seen" }
  /** By what was known before the first frame. */
  | { readonly what: "known"; readonly station: Station; readonly source: string }
  /** @see VipRoles.undecided for the candidates */
  | { readonly what: "unseen-director"; readonly ip: number; readonly candidates: readonly Station[] }
  | { readonly what: "passes-on"; readonly from: Station; readonly to: Station; readonly at: Position }
  /** It passes packets on that nobody looked it up for in the capture, to a host that answers past it. */
  | { readonly what: "forwards"; readonly from: Station; readonly to: Station; readonly at: Position }
  /** To whom its packets went on the link layer does not tell. */
  | { readonly what: "passes-on-unseen"; readonly station: Station; readonly at: Position }
  | { readonly what: "tunnels"; readonly from: Station; readonly to: Station; readonly at: Position }
  | {
      readonly what: "advertises";
      readonly station: Station;
      readonly sourceIp: number;
      readonly version: number;
      readonly virtualRouterId: number;
      readonly priority: number;
      readonly at: Position;
      readonly last: Position;
    }
  | {
      readonly what: "synchronises";
      readonly station: Station;
      readonly sourceIp: number;
      readonly at: Position;
    }
  /** A former run saw it in this part. */
  | {
      readonly what: "remembered";
      readonly station: Station;
      readonly role: "director" | "real-server";
      readonly forwarding: Forwarding | null;
      readonly at: Position;
    }
  /** The frames show somebody in a part that the given roles do not give it. */
  | { readonly what: "contradiction"; readonly station: Station; readonly role: "director" | "real-server" };
