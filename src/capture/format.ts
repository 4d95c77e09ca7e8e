import { LvsPcapError } from "../errors.ts";
import { looksLikeXml } from "./pdml/packet-elements.ts";

export type CaptureFormat = "pcap" | "pcapng" | "pdml";

/** So many bytes tell what a file is. */
export const FORMAT_START_BYTES = 4;

/** Files of other kinds, by how they begin, and how to come to one that can be read. */
const OTHER_KINDS: readonly { readonly start: readonly number[]; readonly says: string }[] = [
  {
    start: ascii("snoop\0\0\0"),
    says: "a snoop file; expected pcap or pcapng: convert it with editcap -F pcap",
  },
  { start: ascii("btsnoop\0"), says: "a Bluetooth capture (btsnoop); expected frames of a network" },
  {
    start: ascii("GMBU"),
    says: "a Network Monitor 2 file; expected pcap or pcapng: convert it with editcap -F pcap",
  },
  {
    start: ascii("RTSS"),
    says: "a Network Monitor 1 file; expected pcap or pcapng: convert it with editcap -F pcap",
  },
  {
    start: ascii("TRSNIFF data"),
    says: "a Sniffer file; expected pcap or pcapng: convert it with editcap -F pcap",
  },
  { start: ascii("XCP\0"), says: "a NetXRay file; expected pcap or pcapng: convert it with editcap -F pcap" },
  {
    start: ascii("BZh"),
    says: "a bzip2 file; expected a capture, plain or in gzip or zstd: unpack it with bunzip2",
  },
  {
    start: [0xfd, ...ascii("7zXZ\0")],
    says: "an xz file; expected a capture, plain or in gzip or zstd: unpack it with unxz",
  },
  {
    start: [0x04, 0x22, 0x4d, 0x18],
    says: "an lz4 file; expected a capture, plain or in gzip or zstd: unpack it with lz4 -d",
  },
  { start: [0x1f, 0x9d], says: "a compress (.Z) file; expected a capture: unpack it with gunzip" },
  { start: ascii("PK\x03\x04"), says: "a zip archive; expected a capture: unpack it with unzip" },
  { start: [...ascii("7z"), 0xbc, 0xaf], says: "a 7z archive; expected a capture: unpack it with 7z x" },
  {
    start: [0x34, 0xcd, 0xb2, 0xa1],
    says: "a pcap file as modified by F. Mesquita, which libpcap reserved and nothing reads; expected pcap or pcapng",
  },
];

function ascii(text: string): number[] {
  return [...Buffer.from(text, "latin1")];
}

/** The pcapng Section Header Block's type, which is the same in both byte orders. */
const SECTION_HEADER = [0x0a, 0x0d, 0x0d, 0x0a];
const PCAP_MAGICS: ReadonlySet<number> = new Set([0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34]);

/**
 * What a file is, by how it begins. Further formats enter here.
 *
 * @param start its first bytes: {@link FORMAT_START_BYTES}, or fewer where there are no more
 * @throws LvsPcapError `not-a-capture`, naming `file`, and what it is where that is known
 */
export function captureFormat(file: string, start: Uint8Array): CaptureFormat {
  if (start.length === 0) {
    throw new LvsPcapError("not-a-capture", `${file}: offset 0: empty; expected a pcap header of 24 bytes`);
  }
  if (begins(start, SECTION_HEADER)) return "pcapng";
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (start.length >= 4 && (PCAP_MAGICS.has(view.getUint32(0)) || PCAP_MAGICS.has(view.getUint32(0, true))))
    return "pcap";
  if (looksLikeXml(start)) return "pdml";
  const other = OTHER_KINDS.find((kind) => begins(start, kind.start));
  if (other !== undefined) throw new LvsPcapError("not-a-capture", `${file}: offset 0: ${other.says}`);
  const found =
    start.length < 4 ? `${start.length} bytes` : `0x${view.getUint32(0).toString(16).padStart(8, "0")}`;
  throw new LvsPcapError(
    "not-a-capture",
    `${file}: offset 0: found ${found}; expected a pcap magic number (0xa1b2c3d4, 0xa1b23c4d or 0xa1b2cd34, in either byte order), pcapng or PDML`,
  );
}

function begins(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}
