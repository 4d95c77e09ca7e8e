import type { Position } from "../base/position.ts";

/** What a host had sent to one station for an address, at some moment. */
export interface SentSoFar {
  readonly frames: number;
  readonly bytes: number;
  readonly last: Position;
}

/** A flow to a contested address, and what came back from the station that it went to. */
export interface Flow {
  /** The station sent back a packet other than a refusal. */
  answered: boolean;
  /** Another station sent a packet of the flow back. */
  answeredByOther: boolean;
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
