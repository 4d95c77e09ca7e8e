import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { cookedV2 } from "../../test/support/link-layers.ts";
import type { Host } from "../traffic/frames.ts";
import { type Capture, generatorHash, readManifest, writeManifest } from "./captures.ts";
import type { DataFile } from "./data-files.ts";

const HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;
const ARP = 0x0806;
const LINUX_SLL2 = 276;
const MAC_BYTES = 6;
/** sll_pkttype of packet(7). */
const PacketType = { ToUs: 0, Broadcast: 1, Outgoing: 4 } as const;
const BLOCK_BYTES = 4 << 20;

/** By `-i eth0` or `-i any`. */
export type Way = "port" | "any";

/**
 * Of a capture by a mirror port the frames that one host on the segment would have captured itself: its own, those for
 * it, and those for everybody.
 */
export function seenAt(source: DataFile, host: Host, name: string, way: Way): DataFile {
  const path = source.path.replace(/\.pcap$/, `-at-${name}-${way}.pcap`);
  return {
    path,
    // Of an Ethernet header's 14 bytes SLL2 makes 20, and the smallest record is of 70 bytes.
    mostBytes: Math.ceil(source.mostBytes * 1.1),
    missing: source.missing,
    provide() {
      const capture = source.provide();
      const generator = `${generatorHash()} ${ownHash()}`;
      const before = readManifest(path, generator);
      return before === null ? make(capture, path, host, way, generator) : { ...capture, path, ...before };
    },
  };
}

/** Both files, for somebody who reads them together. */
export function together(a: DataFile, b: DataFile): DataFile {
  return {
    path: a.path,
    mostBytes: a.mostBytes,
    missing: a.missing ?? b.missing,
    provide() {
      const first = a.provide();
      const second = b.provide();
      const made = {
        frames: first.made.frames + second.made.frames,
        arpFrames: first.made.arpFrames + second.made.arpFrames,
        bypassFrames: 0,
      };
      return { ...first, bytes: first.bytes + second.bytes, made };
    },
  };
}

function make(capture: Capture, path: string, host: Host, way: Way, generator: string): Capture {
  const from = readFileSync(capture.path);
  const unfinished = `${path}.part`;
  const output = openSync(unfinished, "w");
  const header = Buffer.from(from.subarray(0, HEADER_BYTES));
  if (way === "any") header.writeUInt32LE(LINUX_SLL2, 20);
  const block = Buffer.alloc(BLOCK_BYTES);
  let filled = header.copy(block);
  let bytes = 0;
  const made = { frames: 0, arpFrames: 0, bypassFrames: 0 };
  const flush = () => {
    bytes += writeSync(output, block, 0, filled);
    filled = 0;
  };
  for (let record = HEADER_BYTES; record < from.length; ) {
    const captured = from.readUInt32LE(record + 8);
    const next = record + RECORD_HEADER_BYTES + captured;
    const frame = from.subarray(record + RECORD_HEADER_BYTES, next);
    const packetType = packetTypeAt(host, frame);
    if (packetType !== null) {
      made.frames++;
      if (frame.readUInt16BE(ETHERNET_BYTES - 2) === ARP) made.arpFrames++;
      const seen = way === "port" ? frame : cookedV2(frame, { packetType });
      if (filled + RECORD_HEADER_BYTES + seen.length > BLOCK_BYTES) flush();
      from.copy(block, filled, record, record + 8);
      block.writeUInt32LE(seen.length, filled + 8);
      block.writeUInt32LE(seen.length, filled + 12);
      seen.copy(block, filled + RECORD_HEADER_BYTES);
      filled += RECORD_HEADER_BYTES + seen.length;
    }
    record = next;
  }
  flush();
  closeSync(output);
  renameSync(unfinished, path);
  const seen: Capture = { ...capture, path, bytes, made };
  writeManifest(seen, generator);
  return seen;
}

/** Null where the host's card does not see the frame. */
function packetTypeAt({ macHigh, macLow }: Host, frame: Buffer): number | null {
  const isHost = (at: number) => frame.readUInt16BE(at) === macHigh && frame.readInt32BE(at + 2) === macLow;
  if (isHost(MAC_BYTES)) return PacketType.Outgoing;
  if (isHost(0)) return PacketType.ToUs;
  return frame[0] === 0xff ? PacketType.Broadcast : null;
}

function ownHash(): string {
  return createHash("sha256")
    .update(readFileSync(import.meta.filename))
    .digest("hex");
}
