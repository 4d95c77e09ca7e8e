import { LINKTYPE_ETHERNET } from "../../src/capture/link-type.ts";
import type { PcapHeader } from "../../src/capture/pcap-header.ts";
import { type FrameSink, walkPcapRecords } from "../../src/capture/pcap-records.ts";
import { decodeArp } from "../../src/decode/arp.ts";
import { decodeEthernet } from "../../src/decode/ethernet.ts";
import { ArpOperation, FrameFacts, FrameKind } from "../../src/decode/facts.ts";
import { FrameIntake } from "../../src/neighbours/frame-intake.ts";
import { NetworkState } from "../../src/neighbours/network-state.ts";
import { TrafficTable } from "../../src/neighbours/traffic-table.ts";
import { DIRECTOR, VIPS } from "../traffic/cluster.ts";
import { ETHERNET_BYTES } from "../traffic/frames.ts";
import { type Kind, makeCapture } from "../traffic/kinds.ts";
import { MemoryWriter } from "../traffic/memory-writer.ts";

/** One hot function on made frames. */
export interface Benchmark {
  readonly name: string;
  /** Makes what a round needs; not timed. @returns the round, which tells what it counted, and what that must be */
  readonly prepare: () => { readonly round: () => number; readonly expected: number };
}

const CAPTURE_BYTES: Readonly<Record<Kind, number>> = { mixed: 64e6, small: 32e6, storm: 16e6 };
const HEADER: PcapHeader = {
  littleEndian: true,
  nanosecond: false,
  snapLengthBytes: 262_144,
  linkType: 1,
  lengthOrder: "captured-first",
  recordHeaderBytes: 16,
};
const LOOKUPS = 1_000_000;
const ARP_EXCHANGES = 100_000;

export const BENCHMARKS: readonly Benchmark[] = [
  { name: "record walk, empty sink, mixed", prepare: () => prepareWalk("mixed") },
  { name: "record walk, empty sink, small", prepare: () => prepareWalk("small") },
  { name: "Ethernet + IPv4 decode", prepare: prepareEthernetDecode },
  { name: "ARP decode", prepare: prepareArpDecode },
  { name: "traffic table, 64 rows", prepare: () => prepareTrafficTable(64) },
  { name: "traffic table, 50,000 rows", prepare: () => prepareTrafficTable(50_000) },
  { name: "ARP observed, 100 hosts", prepare: () => prepareArpObservation(100) },
  { name: "ARP observed, 10,000 hosts", prepare: () => prepareArpObservation(10_000) },
  { name: "ARP observed, 100,000 hosts", prepare: () => prepareArpObservation(100_000) },
  { name: "whole intake, mixed", prepare: () => prepareIntake("mixed", false) },
  { name: "whole intake, mixed, VIPs given", prepare: () => prepareIntake("mixed", true) },
  { name: "whole intake, small", prepare: () => prepareIntake("small", false) },
  { name: "whole intake, small, VIPs given", prepare: () => prepareIntake("small", true) },
  { name: "whole intake, storm", prepare: () => prepareIntake("storm", false) },
];

const captures = new Map<Kind, MemoryWriter>();

function captureOf(kind: Kind): MemoryWriter {
  let capture = captures.get(kind);
  if (capture === undefined) {
    capture = new MemoryWriter();
    makeCapture(kind, CAPTURE_BYTES[kind], capture);
    captures.set(kind, capture);
  }
  return capture;
}

function prepareWalk(kind: Kind) {
  const capture = captureOf(kind);
  const round = () => {
    let frames = 0;
    const sink: FrameSink = {
      frame() {
        frames++;
      },
    };
    walkPcapRecords(HEADER, capture.view, 0, capture.writtenBytes, sink);
    return frames;
  };
  return { round, expected: capture.frames };
}

function prepareEthernetDecode() {
  const { view, starts: all } = captureOf("small");
  const facts = new FrameFacts();
  const starts = all.filter((start) => view.getUint16(start + 12) === 0x0800);
  const ends = starts.map((start) => start + view.getUint32(start - 8, true));
  const round = () => {
    let decoded = 0;
    for (let index = 0; index < starts.length; index++) {
      decodeEthernet(view, starts[index] ?? 0, ends[index] ?? 0, facts);
      if (facts.kind === FrameKind.Ipv4) decoded++;
    }
    return decoded;
  };
  return { round, expected: starts.length };
}

function prepareArpDecode() {
  const { view, starts } = captureOf("storm");
  const facts = new FrameFacts();
  const packets = starts
    .filter((start) => view.getUint16(start + 12) === 0x0806)
    .map((start) => start + ETHERNET_BYTES);
  const round = () => {
    let decoded = 0;
    for (const start of packets) {
      decodeArp(view, start, start + 28, facts);
      if (facts.kind === FrameKind.Arp) decoded++;
    }
    return decoded;
  };
  return { round, expected: packets.length };
}

/** Rows in an order without pattern, as clients are. */
function prepareTrafficTable(rows: number) {
  const table = new TrafficTable();
  const facts = new FrameFacts();
  const put = (index: number) => {
    facts.number++;
    facts.destinationIp = 0x0a000000 | index;
    facts.destinationMacHigh = facts.sourceMacHigh = 0x0200;
    facts.destinationMacLow = 1;
    facts.sourceMacLow = 10 + (index & 7);
    facts.originalBytes = 60;
    return table.count(facts, facts.number, false);
  };
  for (let index = 0; index < rows; index++) table.settle(put(index));
  const round = () => {
    let settled = 0;
    for (let lookup = 0; lookup < LOOKUPS; lookup++) {
      if (put((Math.imul(lookup, 0x9e3779b1) >>> 8) % rows) < 0) settled++;
    }
    return settled;
  };
  return { round, expected: LOOKUPS };
}

/** Every host asks its neighbour and is answered. */
function prepareArpObservation(hosts: number) {
  const state = newState(false);
  const facts = new FrameFacts();
  facts.kind = FrameKind.Arp;
  state.timeline.follow(facts);
  state.timeline.begin(0);
  const put = (operation: number, sender: number, target: number, toMacHigh: number, toMacLow: number) => {
    facts.number++;
    facts.nanoseconds += 5000;
    if (facts.nanoseconds >= 1e9) {
      facts.nanoseconds = 0;
      facts.seconds++;
    }
    facts.operation = operation;
    facts.destinationMacHigh = toMacHigh;
    facts.destinationMacLow = toMacLow;
    facts.sourceMacHigh = facts.senderMacHigh = 0x0200;
    facts.sourceMacLow = facts.senderMacLow = sender;
    facts.senderIp = 0x0a000000 | sender;
    facts.targetMacHigh = operation === ArpOperation.Request ? 0 : toMacHigh;
    facts.targetMacLow = operation === ArpOperation.Request ? 0 : toMacLow;
    facts.targetIp = 0x0a000000 | target;
    state.observe(facts);
  };
  const round = () => {
    const before = facts.number;
    for (let exchange = 0; exchange < ARP_EXCHANGES; exchange++) {
      const asker = (Math.imul(exchange, 0x9e3779b1) >>> 8) % hosts;
      const owner = asker ^ 1;
      put(ArpOperation.Request, asker, owner, 0xffff, -1);
      put(ArpOperation.Reply, owner, asker, 0x0200, asker);
    }
    if (state.stations.size > hosts + 1)
      throw new Error(`${state.stations.size} stations, expected ${hosts}`);
    return facts.number - before;
  };
  return { round, expected: 2 * ARP_EXCHANGES };
}

function prepareIntake(kind: Kind, vipsGiven: boolean) {
  const capture = captureOf(kind);
  const round = () => {
    const intake = new FrameIntake(newState(vipsGiven), 0);
    intake.link(LINKTYPE_ETHERNET);
    walkPcapRecords(HEADER, capture.view, 0, capture.writtenBytes, intake);
    return intake.frames;
  };
  return { round, expected: capture.frames };
}

function newState(vipsGiven: boolean): NetworkState {
  const holders = [{ ip: DIRECTOR.ip, mac: null }];
  return new NetworkState(new Map(vipsGiven ? VIPS.map((vip) => [vip, holders] as const) : []));
}
