import type { ByteSource } from "../bytes/source.ts";
import { decodePcapHeader, PCAP_HEADER_BYTES, type PcapHeader } from "./pcap-header.ts";
import {
  type FrameSink,
  LONGEST_RECORD_BYTES,
  PCAP_RECORD_HEADER_BYTES,
  walkPcapRecords,
} from "./pcap-records.ts";

/** What is known of a capture once its last byte was read. */
export interface CaptureEnd {
  header: PcapHeader;
  bytes: number;
  /** One line that names the file, the offset and what was expected there; null for a whole capture. */
  problem: string | null;
}

export interface CaptureOptions {
  /** Called with what the file says of itself, before any frame. */
  onHeader?: (header: PcapHeader) => void;
  /** Called between chunks with the bytes taken so far. */
  onProgress?: (bytes: number) => void;
  /** Called with every chunk of bytes as read, in order; what hashes a capture listens here. */
  onBytes?: (chunk: Uint8Array) => void;
  /** Whether `onBytes` is to see what lies past damage, too, which is not decoded any more. */
  pastDamage?: boolean;
}

/** Told of the link layer before the first frame, and again whenever the frames that follow have another. */
export interface CaptureSink extends FrameSink {
  /** @param linkType LINKTYPE_ value of tcpdump.org's list */
  link(linkType: number): void;
}

/** Big enough that a read costs the kernel's copy and little else, small enough to be decoded from the second-level cache. */
const CHUNK_BYTES = 1 << 18;
/** The longest tail that one chunk can leave for the next: a record that lacks its last byte. */
const CARRY_BYTES = LONGEST_RECORD_BYTES + PCAP_RECORD_HEADER_BYTES;

/**
 * Streams a capture through `sink` in constant memory.
 *
 * The one buffer is `[room for the unfinished tail | what was read]`: the tail is copied right before the next chunk, so
 * a record is never split.
 *
 * @throws LvsPcapError `not-a-capture`, `unsupported-version` or `unreadable-file`; damage after the header is not
 * thrown but returned, since all before it was given to the sink.
 */
export async function readCapture(
  source: ByteSource,
  sink: CaptureSink,
  options: CaptureOptions = {},
): Promise<CaptureEnd> {
  const buffer = new Uint8Array(CARRY_BYTES + CHUNK_BYTES);
  const view = new DataView(buffer.buffer);
  let filled = await readAtLeast(source, buffer, PCAP_HEADER_BYTES);
  options.onBytes?.(buffer.subarray(CARRY_BYTES, CARRY_BYTES + filled));
  const header = decodePcapHeader(source.name, buffer.subarray(CARRY_BYTES, CARRY_BYTES + filled));
  options.onHeader?.(header);
  sink.link(header.linkType);

  let bytes = 0;
  let start = CARRY_BYTES + PCAP_HEADER_BYTES;
  for (;;) {
    const end = CARRY_BYTES + filled;
    bytes += filled;
    options.onProgress?.(bytes);
    const walk = walkPcapRecords(header, view, start, end, sink);
    const tail = end - walk.offset;
    const offset = bytes - tail;
    if (walk.impossibleLengthBytes !== null) {
      if (options.pastDamage === true) bytes += await drain(source, buffer, options);
      const problem = `${source.name}: offset ${offset}: a record claims ${walk.impossibleLengthBytes} bytes; expected at most ${LONGEST_RECORD_BYTES}; analysed up to here`;
      return { header, bytes: source.sizeBytes ?? bytes, problem };
    }
    start = CARRY_BYTES - tail;
    buffer.copyWithin(start, walk.offset, end);
    filled = await source.read(buffer, CARRY_BYTES, CHUNK_BYTES);
    if (filled === 0) {
      const problem = tail === 0 ? null : describeCut(source.name, offset, tail, view, start, header);
      return { header, bytes, problem };
    }
    options.onBytes?.(buffer.subarray(CARRY_BYTES, CARRY_BYTES + filled));
  }
}

/** What lies past the damage still belongs to the capture's size and hash. */
async function drain(source: ByteSource, target: Uint8Array, options: CaptureOptions): Promise<number> {
  let drained = 0;
  for (;;) {
    const filled = await source.read(target, CARRY_BYTES, CHUNK_BYTES);
    if (filled === 0) return drained;
    options.onBytes?.(target.subarray(CARRY_BYTES, CARRY_BYTES + filled));
    drained += filled;
  }
}

/** A pipe gives what it has: the header may come in pieces. */
async function readAtLeast(source: ByteSource, target: Uint8Array, wanted: number): Promise<number> {
  let filled = 0;
  while (filled < wanted) {
    const got = await source.read(target, CARRY_BYTES + filled, CHUNK_BYTES - filled);
    if (got === 0) break;
    filled += got;
  }
  return filled;
}

/** Worded as libpcap does: what was wanted, what was there. */
function describeCut(
  file: string,
  offset: number,
  tail: number,
  view: DataView,
  at: number,
  header: PcapHeader,
): string {
  if (tail < PCAP_RECORD_HEADER_BYTES) {
    return `${file}: offset ${offset}: cut short: expected a record header of ${PCAP_RECORD_HEADER_BYTES} bytes, found ${tail}; analysed up to here`;
  }
  const wanted = view.getUint32(at + 8, header.littleEndian);
  return `${file}: offset ${offset}: cut short: expected a frame of ${wanted} bytes, found ${tail - PCAP_RECORD_HEADER_BYTES}; analysed up to here`;
}
