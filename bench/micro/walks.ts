import { LINKTYPE_ETHERNET } from "../../src/capture/link-type.ts";
import type { PcapHeader } from "../../src/capture/pcap-header.ts";
import { type FrameSink, walkPcapRecords } from "../../src/capture/pcap-records.ts";
import { PcapngWalker } from "../../src/capture/pcapng/pcapng-walker.ts";
import { FrameFacts } from "../../src/decode/facts.ts";
import { NOT_ANALYSED_KINDS } from "../../src/decode/not-analysed.ts";
import { FastLane } from "../../src/intake/fast-lane.ts";
import { FrameIntake } from "../../src/intake/frame-intake.ts";
import type { Kind } from "../traffic/kinds.ts";
import type { MemoryWriter } from "../traffic/memory-writer.ts";
import { type Benchmark, captureInMemory, newState, type Prepared } from "./benchmark.ts";

/** Everything that goes through a whole capture. */
export const WALKS: readonly Benchmark[] = [
  { name: "record walk, empty sink, mixed", prepare: () => prepareWalk("mixed") },
  { name: "record walk, empty sink, small", prepare: () => prepareWalk("small") },
  { name: "pcapng walk, empty sink, mixed", prepare: () => preparePcapngWalk("mixed") },
  { name: "pcapng walk, empty sink, small", prepare: () => preparePcapngWalk("small") },
  { name: "fast lane, mixed", prepare: () => prepareFastLane("mixed") },
  { name: "fast lane, small", prepare: () => prepareFastLane("small") },
  { name: "whole intake, mixed", prepare: () => prepareIntake("mixed", false) },
  { name: "whole intake, mixed, VIPs given", prepare: () => prepareIntake("mixed", true) },
  { name: "whole intake, small", prepare: () => prepareIntake("small", false) },
  { name: "whole intake, small, VIPs given", prepare: () => prepareIntake("small", true) },
  { name: "whole intake, storm", prepare: () => prepareIntake("storm", false) },
];

const HEADER: PcapHeader = {
  littleEndian: true,
  nanosecond: false,
  snapLengthBytes: 262_144,
  linkType: LINKTYPE_ETHERNET,
  lengthOrder: "captured-first",
  recordHeaderBytes: 16,
};
const RECORD_HEADER_BYTES = 16;

function prepareWalk(kind: Kind): Prepared {
  const capture = captureInMemory(kind);
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

function preparePcapngWalk(kind: Kind): Prepared {
  const capture = captureInMemory(kind);
  const file = pcapngOf(capture);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const round = () => {
    let frames = 0;
    const walker = new PcapngWalker({
      link() {},
      interface() {},
      skipTo() {},
      frame() {
        frames++;
      },
    });
    walker.walk(view, 0, file.length);
    return frames;
  };
  return { round, expected: capture.frames };
}

/** draft-ietf-opsawg-pcapng: one section, one interface, an Enhanced Packet Block for each frame. */
function pcapngOf({ bytes, view, starts, frames }: MemoryWriter): Buffer {
  const around = 32;
  const last = starts.at(-1) ?? 0;
  const file = Buffer.alloc(48 + frames * (around + 3) + last + view.getUint32(last - 8, true));
  let at = 0;
  const put = (...words: readonly number[]) => {
    for (const word of words) at = file.writeUInt32LE(word, at);
  };
  put(0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28);
  put(1, 20, LINKTYPE_ETHERNET, 262_144, 20);
  for (const start of starts) {
    const captured = view.getUint32(start - 8, true);
    const length = around + ((captured + 3) & ~3);
    const microseconds =
      BigInt(view.getUint32(start - 16, true)) * 1_000_000n + BigInt(view.getUint32(start - 12, true));
    put(6, length, 0, Number(microseconds >> 32n), Number(microseconds & 0xffffffffn), captured, captured);
    file.set(bytes.subarray(start, start + captured), at);
    at += length - around;
    put(length);
  }
  return file.subarray(0, at);
}

/** All tables know all of the traffic; the frames that have to be decoded all the same are passed over. */
function prepareFastLane(kind: Kind): Prepared {
  const { view, writtenBytes, frames } = captureInMemory(kind);
  const state = newState(false);
  const intake = new FrameIntake(state, 0);
  intake.link(LINKTYPE_ETHERNET);
  walkPcapRecords(HEADER, view, 0, writtenBytes, intake);
  const lane = new FastLane(state, LINKTYPE_ETHERNET, new Float64Array(NOT_ANALYSED_KINDS));
  const facts = new FrameFacts();
  const round = () => {
    const before = facts.number;
    let offset = 0;
    while (offset < writtenBytes) {
      offset = lane.run(view, HEADER, offset, writtenBytes, facts);
      if (offset >= writtenBytes) break;
      facts.number++;
      offset += RECORD_HEADER_BYTES + view.getUint32(offset + 8, true);
    }
    return facts.number - before;
  };
  return { round, expected: frames };
}

function prepareIntake(kind: Kind, vipsGiven: boolean): Prepared {
  const capture = captureInMemory(kind);
  const round = () => {
    const intake = new FrameIntake(newState(vipsGiven), 0);
    intake.link(LINKTYPE_ETHERNET);
    walkPcapRecords(HEADER, capture.view, 0, capture.writtenBytes, intake);
    return intake.frames;
  };
  return { round, expected: capture.frames };
}
