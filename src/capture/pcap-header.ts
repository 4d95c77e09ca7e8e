import { LvsPcapError } from "../errors.ts";

/** Bytes of a classic pcap file before its first record. */
export const PCAP_HEADER_BYTES = 24;

/**
 * What a classic pcap file says of itself (draft-ietf-opsawg-pcap, section 4).
 *
 * Layout: 0 magic · 4 version major, 6 minor · 8 and 12 unused · 16 snap length · 20 link type.
 */
export interface PcapHeader {
  littleEndian: boolean;
  /** Whether a record's sub-second field counts nanoseconds; else microseconds. */
  nanosecond: boolean;
  /**
   * In which order a record's two lengths stand. Before version 2.3 the original length came first, in 2.3 either did;
   * libpcap swaps them back (sf-pcap.c, `SWAPPED` and `MAYBE_SWAPPED`).
   */
  lengthOrder: "captured-first" | "original-first" | "smaller-is-captured";
  snapLengthBytes: number;
  /** LINKTYPE_ value of its lower 16 bits; the upper ones hold the FCS length. */
  linkType: number;
}

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;

/** Captures of other kinds, and how to come to one that can be read. */
const KNOWN_STARTS: readonly { readonly start: readonly number[]; readonly says: string }[] = [
  {
    start: [0x0a, 0x0d, 0x0d, 0x0a],
    says: "a pcapng file; expected classic pcap: convert it with editcap -F pcap IN OUT",
  },
  { start: [0x1f, 0x8b], says: "a gzip file; expected classic pcap: unpack it with gunzip" },
  {
    start: [0x28, 0xb5, 0x2f, 0xfd],
    says: "a zstd file; expected classic pcap: unpack it with zstd -d",
  },
];

/**
 * Reads the header at the start of `bytes`.
 *
 * @throws LvsPcapError `not-a-capture` or `unsupported-version`, naming `file`, the offset and what was expected there
 */
export function decodePcapHeader(file: string, bytes: Uint8Array): PcapHeader {
  if (bytes.length === 0) {
    throw new LvsPcapError("not-a-capture", `${file}: offset 0: empty; expected a pcap header of 24 bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = bytes.length >= 4 ? view.getUint32(0) : null;
  const swapped = bytes.length >= 4 ? view.getUint32(0, true) : null;
  const littleEndian = swapped === MAGIC_MICROSECONDS || swapped === MAGIC_NANOSECONDS;
  if (!littleEndian && magic !== MAGIC_MICROSECONDS && magic !== MAGIC_NANOSECONDS) {
    const known = KNOWN_STARTS.find(({ start }) => start.every((byte, index) => bytes[index] === byte));
    if (known !== undefined) throw new LvsPcapError("not-a-capture", `${file}: offset 0: ${known.says}`);
    const found = magic === null ? `${bytes.length} bytes` : `0x${magic.toString(16).padStart(8, "0")}`;
    throw new LvsPcapError(
      "not-a-capture",
      `${file}: offset 0: found ${found}; expected a pcap magic number (0xa1b2c3d4 or 0xa1b23c4d, in either byte order)`,
    );
  }
  if (bytes.length < PCAP_HEADER_BYTES) {
    throw new LvsPcapError(
      "not-a-capture",
      `${file}: offset ${bytes.length}: the file ends; expected a pcap header of ${PCAP_HEADER_BYTES} bytes`,
    );
  }
  const major = view.getUint16(4, littleEndian);
  const minor = view.getUint16(6, littleEndian);
  // sf-pcap.c of libpcap takes 2.0 to 2.4 and the 543.0 that some AIX tools wrote.
  if (!(major === 2 && minor <= 4) && !(major === 543 && minor === 0)) {
    throw new LvsPcapError(
      "unsupported-version",
      `${file}: offset 4: pcap version ${major}.${minor}; expected 2.0 to 2.4`,
    );
  }
  return {
    littleEndian,
    nanosecond: magic === MAGIC_NANOSECONDS || swapped === MAGIC_NANOSECONDS,
    lengthOrder: lengthOrderOf(major, minor),
    snapLengthBytes: view.getUint32(16, littleEndian),
    linkType: view.getUint32(20, littleEndian) & 0xffff,
  };
}

function lengthOrderOf(major: number, minor: number): PcapHeader["lengthOrder"] {
  if (major === 2 && minor === 3) return "smaller-is-captured";
  return major === 543 || minor < 3 ? "original-first" : "captured-first";
}
