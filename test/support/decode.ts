import { decodeEthernet } from "../../src/decode/ethernet.ts";
import { FrameFacts } from "../../src/decode/facts.ts";

/** What the decoder says of one frame. Around it lie bytes that are none of its business. */
export function decode(frame: Uint8Array, around = 0xee): FrameFacts {
  const before = 3;
  const memory = new Uint8Array(before + frame.length + 64).fill(around);
  memory.set(frame, before);
  const facts = new FrameFacts();
  decodeEthernet(new DataView(memory.buffer), before, before + frame.length, facts);
  return facts;
}

export function macOf(high: number, low: number): string {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(high, 0);
  bytes.writeInt32BE(low, 2);
  return bytes.toString("hex").replace(/(..)(?=.)/g, "$1:");
}

export function ipOf(ip: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(ip);
  return [...bytes].join(".");
}
