export interface CapturedFrame {
  /** Since the capture began. */
  readonly atNs: number;
  readonly bytes: Uint8Array;
}

/** 2023-11-14T22:13:20Z, when every capture that a test writes begins. */
export const CAPTURE_START_SECONDS = 1_700_000_000;
export const PCAP_HEADER_BYTES = 24;
export const RECORD_HEADER_BYTES = 16;

export interface PcapOptions {
  readonly littleEndian?: boolean;
  readonly nanosecond?: boolean;
  /** The whole 32-bit field: the link type below, the length of the FCS above. */
  readonly linkType?: number;
  /** Frames are cut to this, and keep their original length. */
  readonly snapLength?: number;
  readonly version?: readonly [major: number, minor: number];
}

/** A classic pcap file (draft-ietf-opsawg-pcap). */
export function writePcap(frames: readonly CapturedFrame[], options: PcapOptions = {}): Buffer {
  const { nanosecond = true, snapLength = 262_144 } = options;
  const records = frames.map(({ atNs, bytes }) =>
    pcapRecord(
      {
        seconds: CAPTURE_START_SECONDS + Math.floor(atNs / 1e9),
        fraction: Math.floor((atNs - Math.floor(atNs / 1e9) * 1e9) / (nanosecond ? 1 : 1000)),
        bytes: bytes.subarray(0, snapLength),
        originalLength: bytes.length,
      },
      options,
    ),
  );
  return Buffer.concat([pcapHeader(options), ...records]);
}

export function pcapHeader(options: PcapOptions = {}): Buffer {
  const { nanosecond = true, linkType = 1, snapLength = 262_144, version = [2, 4] } = options;
  const header = Buffer.alloc(PCAP_HEADER_BYTES);
  const [uint32, uint16] = writers(header, options);
  uint32(nanosecond ? 0xa1b23c4d : 0xa1b2c3d4, 0);
  uint16(version[0], 4);
  uint16(version[1], 6);
  uint32(snapLength, 16);
  uint32(linkType, 20);
  return header;
}

export interface PcapRecord {
  readonly seconds: number;
  /** Nanoseconds or microseconds, as the header says. */
  readonly fraction: number;
  readonly bytes: Uint8Array;
  /** What the record claims to hold, where that is not the truth. */
  readonly capturedLength?: number;
  readonly originalLength?: number;
}

export function pcapRecord(record: PcapRecord, options: PcapOptions = {}): Buffer {
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  const [uint32] = writers(header, options);
  uint32(record.seconds, 0);
  uint32(record.fraction, 4);
  uint32(record.capturedLength ?? record.bytes.length, 8);
  uint32(record.originalLength ?? record.bytes.length, 12);
  return Buffer.concat([header, record.bytes]);
}

function writers(target: Buffer, { littleEndian = true }: PcapOptions) {
  return littleEndian
    ? ([
        (value: number, offset: number) => target.writeUInt32LE(value, offset),
        (value: number, offset: number) => target.writeUInt16LE(value, offset),
      ] as const)
    : ([
        (value: number, offset: number) => target.writeUInt32BE(value, offset),
        (value: number, offset: number) => target.writeUInt16BE(value, offset),
      ] as const);
}

/** The frames of a little-endian capture, since its first one's second. */
export function framesOf(capture: Buffer): CapturedFrame[] {
  const frames: CapturedFrame[] = [];
  const nanosecond = capture.readUInt32LE(0) === 0xa1b23c4d;
  const begin = capture.readUInt32LE(PCAP_HEADER_BYTES);
  for (let offset = PCAP_HEADER_BYTES; offset + RECORD_HEADER_BYTES <= capture.length; ) {
    const start = offset + RECORD_HEADER_BYTES;
    const end = start + capture.readUInt32LE(offset + 8);
    const fraction = capture.readUInt32LE(offset + 4) * (nanosecond ? 1 : 1000);
    const atNs = (capture.readUInt32LE(offset) - begin) * 1e9 + fraction;
    frames.push({ atNs, bytes: capture.subarray(start, end) });
    offset = end;
  }
  return frames;
}

/** A capture's records up to a moment, as if tcpdump had been stopped then. */
export function cutAtTime(capture: Uint8Array, time: string): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const littleEndian = [0xa1b2c3d4, 0xa1b23c4d].includes(view.getUint32(0, true));
  const nanosecond = view.getUint32(0, littleEndian) === 0xa1b23c4d;
  const [seconds, nanoseconds] = parseTime(time);
  let offset = 24;
  while (offset + 16 <= capture.length) {
    const recordSeconds = view.getUint32(offset, littleEndian);
    const recordNanoseconds = view.getUint32(offset + 4, littleEndian) * (nanosecond ? 1 : 1000);
    if (recordSeconds > seconds || (recordSeconds === seconds && recordNanoseconds > nanoseconds)) break;
    offset += 16 + view.getUint32(offset + 8, littleEndian);
  }
  return capture.subarray(0, offset);
}

function parseTime(time: string): [number, number] {
  const fraction = /\.(\d{9})Z$/.exec(time)?.[1];
  if (fraction === undefined) throw new Error(`not a time with nanoseconds: ${time}`);
  return [Math.floor(Date.parse(time) / 1000), Number(fraction)];
}
