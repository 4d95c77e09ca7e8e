import { FrameFacts } from "../../src/decode/facts.ts";
import { NetworkState } from "../../src/neighbours/network-state.ts";
import { DIRECTOR, VIPS } from "../traffic/cluster.ts";
import { type Kind, makeCapture } from "../traffic/kinds.ts";
import { MemoryWriter } from "../traffic/memory-writer.ts";

/** One hot function on made frames. */
export interface Benchmark {
  readonly name: string;
  /** Makes what a round needs; not timed. */
  readonly prepare: () => Prepared;
}

export interface Prepared {
  /** @returns what it counted */
  readonly round: () => number;
  /** What that must be. */
  readonly expected: number;
}

const CAPTURE_BYTES: Readonly<Record<Kind, number>> = { mixed: 64e6, small: 32e6, storm: 16e6 };

/** The records of a pcap file, in memory. */
export function captureInMemory(kind: Kind): MemoryWriter {
  const capture = new MemoryWriter();
  makeCapture(kind, CAPTURE_BYTES[kind], capture);
  return capture;
}

export function newState(vipsGiven: boolean): NetworkState {
  const holders = [{ ip: DIRECTOR.ip, mac: null }];
  return new NetworkState(new Map(vipsGiven ? VIPS.map((vip) => [vip, holders] as const) : []));
}

/** Facts that the state's timeline follows, as those of an intake are. */
export function factsOf(state: NetworkState): FrameFacts {
  const facts = new FrameFacts();
  state.timeline.follow(facts);
  state.timeline.begin(0);
  return facts;
}

/** Numbers below `bound` in an order without pattern, as clients are. */
export function scattered(index: number, bound: number): number {
  return (Math.imul(index, 0x9e3779b1) >>> 8) % bound;
}
