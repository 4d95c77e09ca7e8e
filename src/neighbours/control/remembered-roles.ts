import type { Forwarding } from "../../knowledge/roles.ts";
import type { Position } from "../base/position.ts";
import type { Station } from "../base/station.ts";

/** A part that a station was seen to play for a VIP, in frames that are not among these. */
export interface RememberedRole {
  readonly ip: number;
  readonly station: Station;
  readonly role: "director" | "real-server";
  readonly forwarding: Forwarding | null;
  readonly at: Position;
}

export interface RememberedGateway {
  readonly station: Station;
  /** The address by which hosts look it up. */
  readonly ip: number;
  readonly at: Position;
  readonly beyondIp: number;
}

/** Who played which part before the first frame, as a former run of this program inferred it. */
export class RememberedRoles {
  readonly roles: RememberedRole[] = [];
  readonly gateways: RememberedGateway[] = [];
}
