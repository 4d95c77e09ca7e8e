import { LvsPcapError } from "../errors.ts";
import { LINKTYPE_ETHERNET, longestFrame } from "./link-type.ts";

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
  /** Bytes before each frame: 16, or 24 in the modified format. */
  recordHeaderBytes: number;
  /** What libpcap makes of it; at least one byte. */
  snapLengthBytes: number;
  /** The lower 16 bits: a LINKTYPE_ value. The upper ones tell of a frame check sequence, which lies behind the payload. */
  linkType: number;
}

const MAGIC_NANOSECONDS = 0xa1b23c4d;
/** A. Kuznetsov's modified libpcap: eight more bytes before each frame. */
const MAGIC_MODIFIED = 0xa1b2cd34;

/**
 * Reads the header at the start of `bytes`, which are known to begin with a pcap magic number.
 *
 * @throws LvsPcapError `not-a-capture` or `unsupported-version`, naming `file`, the offset and what was expected there
 */
export function decodePcapHeader(file: string, bytes: Uint8Array): PcapHeader {
  if (bytes.length < PCAP_HEADER_BYTES) {
    throw new LvsPcapError(
      "not-a-capture",
      `${file}: offset ${bytes.length}: the file ends; expected a pcap header of ${PCAP_HEADER_BYTES} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = view.getUint8(0) !== 0xa1;
  const magic = view.getUint32(0, littleEndian);
  const major = view.getUint16(4, littleEndian);
  const minor = view.getUint16(6, littleEndian);
  // sf-pcap.c of libpcap takes 2.0 to 2.4, and the 543.0 that tcpdump of DG/UX wrote.
  if (!(major === 2 && minor <= 4) && !(major === 543 && minor === 0)) {
    throw new LvsPcapError(
      "unsupported-version",
      `${file}: offset 4: pcap version ${major}.${minor}; expected 2.0 to 2.4`,
    );
  }
  const linkField = view.getUint32(20, littleEndian);
  // LT_RESERVED1 of libpcap's sf-pcap.c; above it lies the length of a frame check sequence.
  const reserved = linkField & 0x03ff_0000;
  if (reserved !== 0) {
    throw new LvsPcapError(
      "not-a-capture",
      `${file}: offset 20: savefile linktype reserved bits not zero (0x${reserved.toString(16).padStart(8, "0")}); expected zero`,
    );
  }
  const linkType = linkField & 0xffff;
  const isModified = magic === MAGIC_MODIFIED;
  return {
    littleEndian,
    nanosecond: magic === MAGIC_NANOSECONDS,
    recordHeaderBytes: isModified ? 24 : 16,
    lengthOrder: lengthOrderOf(major, minor),
    snapLengthBytes: adjustedSnapLength(view.getUint32(16, littleEndian), linkType, isModified),
    linkType,
  };
}

/**
 * The snap length as sf-pcap.c of libpcap takes it (`pcap_adjust_snapshot`): none, or one beyond an `int`, stands for
 * the longest there is. The modified libpcap added an Ethernet header to what it had cut to the snap length.
 */
function adjustedSnapLength(stored: number, linkType: number, isModified: boolean): number {
  const snapLength = stored === 0 || stored > 0x7fff_ffff ? longestFrame(linkType) : stored;
  return isModified && linkType === LINKTYPE_ETHERNET ? Math.min(snapLength + 14, 0x7fff_ffff) : snapLength;
}

function lengthOrderOf(major: number, minor: number): PcapHeader["lengthOrder"] {
  if (major === 2 && minor === 3) return "smaller-is-captured";
  return major === 543 || minor < 3 ? "original-first" : "captured-first";
}
