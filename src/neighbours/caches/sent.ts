import type { Position } from "../base/position.ts";

/** A flow to a contested address, and what came back from the station that it went to. */
export interface Flow {
  /** A packet other than a refusal came back. */
  answered: boolean;
  /** A TCP RST or an ICMP destination unreachable came back. */
  reset: boolean;
}

/** What a host sent by a cache entry while its address was contested, from one change of its holder to the next. */
export interface Sent {
  /** `holderChanges` of the binding then. */
  readonly holderChanges: number;
  frames: number;
  bytes: number;
  readonly first: Position;
  last: Position;
  readonly flows: Set<Flow>;
  /** The flows of whoever sent to the same station for the same address. */
  readonly known: Map<number, Flow>;
}
