/** The same frame under other link layers, byte by byte as their specifications have it, and by no code of src. */

const MACS_BYTES = 12;

interface Ethernet {
  readonly to: Buffer;
  readonly from: Buffer;
  readonly type: number;
  readonly payload: Buffer;
}

function split(frame: Buffer): Ethernet {
  return {
    to: frame.subarray(0, 6),
    from: frame.subarray(6, 12),
    type: frame.readUInt16BE(MACS_BYTES),
    payload: frame.subarray(MACS_BYTES + 2),
  };
}

function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

function u16le(...values: number[]): Buffer {
  return u16(...values).swap16();
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

function u32le(...values: number[]): Buffer {
  return u32(...values).swap32();
}

/** RFC 1042. */
function llc({ type, payload }: Ethernet): Buffer {
  return Buffer.concat([Buffer.from("aaaa03000000", "hex"), u16(type), payload]);
}

export interface Cooked {
  /** sll_pkttype: 0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 outgoing. */
  readonly packetType?: number;
  readonly interfaceIndex?: number;
  readonly device?: number;
}

function packetTypeOf({ to }: Ethernet, { packetType }: Cooked): number {
  return packetType ?? (to.every((byte) => byte === 0xff) ? 1 : 0);
}

export function cookedV1(frame: Buffer, cooked: Cooked = {}): Buffer {
  const parts = split(frame);
  const head = u16(packetTypeOf(parts, cooked), cooked.device ?? 1, 6);
  return Buffer.concat([head, parts.from, Buffer.alloc(2), u16(parts.type), parts.payload]);
}

export function cookedV2(frame: Buffer, cooked: Cooked = {}): Buffer {
  const parts = split(frame);
  const head = [u16(parts.type, 0), u32(cooked.interfaceIndex ?? 2), u16(cooked.device ?? 1)];
  const packet = Buffer.from([packetTypeOf(parts, cooked), 6]);
  return Buffer.concat([...head, packet, parts.from, Buffer.alloc(2), parts.payload]);
}

export function rawIp(frame: Buffer): Buffer {
  return Buffer.from(split(frame).payload);
}

/** BSD's loopback: AF_INET in the byte order of the machine. */
export function loopback(frame: Buffer, littleEndian: boolean): Buffer {
  return Buffer.concat([littleEndian ? u32le(2) : u32(2), split(frame).payload]);
}

export interface OnAir {
  readonly toDs?: boolean;
  readonly fromDs?: boolean;
  readonly qos?: boolean;
  readonly htControl?: boolean;
  readonly aggregate?: boolean;
  readonly retry?: boolean;
  readonly isProtected?: boolean;
  readonly sequence?: number;
  readonly fragment?: number;
  readonly moreFragments?: boolean;
  /** Fill up the header to a multiple of four bytes. */
  readonly padded?: boolean;
}

const ACCESS_POINT = Buffer.from("02000000aaaa", "hex");
const OTHER_ACCESS_POINT = Buffer.from("02000000bbbb", "hex");

/** IEEE 802.11-2020, table 9-30: what the addresses of a data frame are. */
export function ieee80211(frame: Buffer, air: OnAir = { toDs: true }): Buffer {
  const parts = split(frame);
  const { toDs = false, fromDs = false, qos = false, htControl = false } = air;
  const [first, second, third] =
    toDs && fromDs
      ? [ACCESS_POINT, OTHER_ACCESS_POINT, parts.to]
      : toDs
        ? [ACCESS_POINT, parts.from, parts.to]
        : fromDs
          ? [parts.to, ACCESS_POINT, parts.from]
          : [parts.to, parts.from, ACCESS_POINT];
  const flags =
    (toDs ? 1 : 0) |
    (fromDs ? 2 : 0) |
    (air.moreFragments === true ? 4 : 0) |
    (air.retry === true ? 8 : 0) |
    (air.isProtected === true ? 0x40 : 0) |
    (htControl ? 0x80 : 0);
  const header = Buffer.concat([
    Buffer.from([qos ? 0x88 : 0x08, flags]),
    u16le(0),
    first ?? ACCESS_POINT,
    second ?? ACCESS_POINT,
    third ?? ACCESS_POINT,
    u16le(((air.sequence ?? 1) << 4) | (air.fragment ?? 0)),
    ...(toDs && fromDs ? [parts.from] : []),
    ...(qos ? [u16le(air.aggregate === true ? 0x80 : 0)] : []),
    ...(qos && htControl ? [u32le(0)] : []),
  ]);
  const padding = Buffer.alloc(air.padded === true ? -header.length & 3 : 0);
  return Buffer.concat([header, padding, air.aggregate === true ? subframe(parts) : llc(parts)]);
}

function subframe(parts: Ethernet): Buffer {
  const body = llc(parts);
  return Buffer.concat([parts.to, parts.from, u16(body.length), body]);
}

/** Several frames in one, each but the last filled up to a multiple of four bytes. */
export function aggregated(frames: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(0), ...others] = frames;
  const head = ieee80211(first, { toDs: true, qos: true, aggregate: true });
  return others.reduce((bytes, frame) => {
    const body = bytes.length - 26;
    return Buffer.concat([bytes, Buffer.alloc(-body & 3), subframe(split(frame))]);
  }, head);
}

export interface Radiotap {
  /** 0x10 with a check sequence, 0x20 padded, 0x40 with a wrong check sequence. */
  readonly flags?: number;
  readonly time?: boolean;
  readonly extended?: boolean;
}

export function radiotap(air: Buffer, { flags, time = false, extended = false }: Radiotap = {}): Buffer {
  const present = (time ? 1 : 0) | (flags === undefined ? 0 : 2);
  const words = extended ? u32le((present | 0x80000000) >>> 0, 0) : u32le(present);
  const fields = [words];
  if (time) fields.push(Buffer.alloc(-(4 + words.length) & 7), Buffer.alloc(8));
  if (flags !== undefined) fields.push(Buffer.from([flags]));
  const body = Buffer.concat(fields);
  const head = Buffer.concat([Buffer.from([0, 0]), u16le(4 + body.length), body]);
  const checkSequence = Buffer.alloc(flags !== undefined && (flags & 0x10) !== 0 ? 4 : 0);
  return Buffer.concat([head, air, checkSequence]);
}

/** CACE's PPI with an 802.11-Common field, of whose flags 1 says that there is a check sequence and 4 that it is wrong. */
export function ppi(air: Buffer, flags = 0): Buffer {
  const common = Buffer.concat([Buffer.alloc(8), u16le(flags), Buffer.alloc(10)]);
  const field = Buffer.concat([u16le(2, common.length), common]);
  const checkSequence = Buffer.alloc((flags & 1) === 1 ? 4 : 0);
  const head = Buffer.concat([Buffer.from([0, 0]), u16le(8 + field.length), u32le(105), field]);
  return Buffer.concat([head, air, checkSequence]);
}

export function prism(air: Buffer): Buffer {
  const head = Buffer.alloc(144);
  head.writeUInt32LE(0x44, 0);
  head.writeUInt32LE(144, 4);
  return Buffer.concat([head, air]);
}

export function avs(air: Buffer): Buffer {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x80211001, 0);
  head.writeUInt32BE(64, 4);
  return Buffer.concat([head, air]);
}

/** Apple's `struct pktap_header`: 108 bytes. */
export function pktap(frame: Buffer, linkType = 1, recordType = 1): Buffer {
  const head = Buffer.alloc(108);
  head.writeUInt32LE(108, 0);
  head.writeUInt32LE(recordType, 4);
  head.writeUInt32LE(linkType, 8);
  head.write("en0", 12, "latin1");
  return Buffer.concat([head, frame]);
}

export interface Logged {
  readonly littleEndian?: boolean;
  /** Whether the kernel adds the Ethernet header that the frame came with. */
  readonly withHeader?: boolean;
  readonly family?: number;
  readonly interfaceIndex?: number;
}

/** nfnetlink_log.h: what `log group` of nftables gives. */
export function nflog(frame: Buffer, logged: Logged = {}): Buffer {
  const { littleEndian = true, withHeader = true, interfaceIndex = 2 } = logged;
  const { type, payload } = split(frame);
  const family = logged.family ?? (type === 0x0806 ? 3 : 2);
  const attribute = (number: number, value: Buffer) => {
    const head = littleEndian ? u16le(4 + value.length, number) : u16(4 + value.length, number);
    return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
  };
  return Buffer.concat([
    Buffer.from([family, 0]),
    u16(5),
    attribute(1, Buffer.concat([u16(type), Buffer.from([0, 0])])),
    attribute(10, Buffer.from("\0", "latin1")),
    attribute(4, u32(interfaceIndex)),
    ...(withHeader
      ? [attribute(15, u16(1)), attribute(17, u16(14)), attribute(16, frame.subarray(0, 14))]
      : []),
    attribute(9, payload),
  ]);
}

/** IEEE 802.3 with a length in place of the type, and LLC. */
export function snap(frame: Buffer): Buffer {
  const parts = split(frame);
  const body = llc(parts);
  return Buffer.concat([parts.to, parts.from, u16(body.length), body]);
}

/** IEEE 802.1ah: the frame in one of the provider's own. */
export function backbone(frame: Buffer, serviceIdentifier: number, backboneVlan?: number): Buffer {
  const outer = Buffer.from("02000000f00102000000f002", "hex");
  const tag = backboneVlan === undefined ? Buffer.alloc(0) : u16(0x88a8, backboneVlan);
  return Buffer.concat([outer, tag, u16(0x88e7), u32(serviceIdentifier), frame]);
}
