/**
 * Blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian. Every block is its type, its length, its body, and
 * its length again; options are type, length, and a value padded to four bytes.
 */

const BlockType = { SectionHeader: 0x0a0d0d0a, InterfaceDescription: 1, EnhancedPacket: 6 } as const;
const Option = {
  End: 0,
  Comment: 1,
  Name: 2,
  UserApplication: 4,
  Description: 3,
  TimestampResolution: 9,
} as const;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BLOCK_FRAME_BYTES = 12;
const PACKET_HEADER_BYTES = 20;
/** An option's length is 16 bits; Wireshark takes strings of less than that. */
const LONGEST_OPTION_BYTES = 0x7fff;
/** Negative powers of ten: nanoseconds. */
const NANOSECONDS = 9;

/** The first block: who wrote the file, and what it is. */
export function sectionHeader(application: string, comment: string): Uint8Array {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  body.writeUInt16LE(1, 4);
  // Of a section whose length is not known beforehand all bits are set.
  body.fill(0xff, 8, 16);
  return block(BlockType.SectionHeader, [
    body,
    textOption(Option.Comment, comment),
    textOption(Option.UserApplication, application),
    END,
  ]);
}

/**
 * @param snapLengthBytes 0 where there is no limit
 * @param name the same for all interfaces that are taken for one network
 */
export function interfaceDescription(
  linkType: number,
  snapLengthBytes: number,
  description: string,
  name: string,
): Uint8Array {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(linkType, 0);
  body.writeUInt32LE(snapLengthBytes, 4);
  return block(BlockType.InterfaceDescription, [
    body,
    textOption(Option.Name, name),
    textOption(Option.Description, description),
    option(Option.TimestampResolution, Buffer.from([NANOSECONDS])),
    END,
  ]);
}

export interface CopiedFrame {
  readonly interfaceId: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** As captured. */
  readonly bytes: Uint8Array;
  readonly originalBytes: number;
  readonly comment: string;
}

export function enhancedPacket(frame: CopiedFrame): Uint8Array {
  const { bytes } = frame;
  const body = Buffer.alloc(PACKET_HEADER_BYTES + padded(bytes.length));
  const time = BigInt(frame.seconds) * 1_000_000_000n + BigInt(frame.nanoseconds);
  body.writeUInt32LE(frame.interfaceId, 0);
  body.writeUInt32LE(Number(time >> 32n), 4);
  body.writeUInt32LE(Number(time & 0xffff_ffffn), 8);
  body.writeUInt32LE(bytes.length, 12);
  body.writeUInt32LE(frame.originalBytes, 16);
  body.set(bytes, PACKET_HEADER_BYTES);
  return block(BlockType.EnhancedPacket, [body, textOption(Option.Comment, frame.comment), END]);
}

const END = Buffer.alloc(4);

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, BLOCK_FRAME_BYTES);
  const [head, tail] = [Buffer.alloc(8), Buffer.alloc(4)];
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  tail.writeUInt32LE(length, 0);
  return Buffer.concat([head, ...parts, tail], length);
}

function textOption(code: number, text: string): Uint8Array {
  return option(code, utf8Within(text, LONGEST_OPTION_BYTES));
}

function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4 + padded(value.length));
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt16LE(value.length, 2);
  bytes.set(value, 4);
  return bytes;
}

/** Cut, where it must be, between characters. */
function utf8Within(text: string, mostBytes: number): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length <= mostBytes) return bytes;
  let end = mostBytes;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
