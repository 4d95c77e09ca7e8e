import type { BenignKind, BenignReason } from "../kinds/registry.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";

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
