import type { ByteSource } from "../bytes/byte-source.ts";
import { compressionOf, unpack } from "../bytes/compression.ts";
import { paced } from "../bytes/derived.ts";
import type { Compression, UnpackedSource } from "../bytes/unpacked-source.ts";
import { LvsPcapError } from "../errors.ts";
import type { CaptureOptions } from "./capture-options.ts";
import type { CaptureSink } from "./capture-sink.ts";
import { type CaptureFormat, captureFormat, FORMAT_START_BYTES } from "./format.ts";
import { decodePcapHeader, PCAP_HEADER_BYTES, type PcapHeader } from "./pcap-header.ts";
import { PcapWalker } from "./pcap-walker.ts";
import { CaptureDescription } from "./pcapng/description.ts";
import { PcapngWalker } from "./pcapng/pcapng-walker.ts";
import { ReadBuffer } from "./read-buffer.ts";
import { readRecords } from "./read-records.ts";
import { RecoveringPcapWalker } from "./recovering-pcap-walker.ts";

/** What is known of a capture once its last byte was read. */
export interface CaptureEnd {
  readonly format: CaptureFormat;
  readonly compression: Compression | null;
  /** Of classic pcap; null for the other formats. */
  readonly header: PcapHeader | null;
  /** Of the capture itself, unpacked where it was compressed. */
  readonly bytes: number;
  /** Whether it was read to its last record, and none was damaged. */
  readonly isComplete: boolean;
  /** One line that names the file, the offset and what was expected there; null where there is nothing to say. */
  readonly problem: string | null;
  readonly description: CaptureDescription;
}

/**
 * Streams a capture through `sink` in constant memory, whatever its format, compressed or not: it is known by how it
 * begins.
 *
 * @throws LvsPcapError `not-a-capture`, `unsupported-version` or `unreadable-file`; damage after the header is not
 * thrown but returned, since all before it was given to the sink.
 */
export async function readCapture(
  source: ByteSource,
  sink: CaptureSink,
  options: CaptureOptions = {},
): Promise<CaptureEnd> {
  const buffer = new ReadBuffer();
  await buffer.fill(source, FORMAT_START_BYTES);
  const compression = compressionOf(buffer.taken);
  if (compression === null) return readPlain(source, buffer, sink, options);

  const unpacked = await unpack(compression, source, buffer.taken.slice());
  try {
    return await readUnpacked(source.name, unpacked, buffer, sink, options);
  } finally {
    await unpacked.close();
  }
}

async function readUnpacked(
  name: string,
  source: UnpackedSource,
  buffer: ReadBuffer,
  sink: CaptureSink,
  options: CaptureOptions,
): Promise<CaptureEnd> {
  const { compression } = source;
  buffer.clear();
  await buffer.fill(source, FORMAT_START_BYTES);
  const nested = compressionOf(buffer.taken);
  if (nested !== null) {
    throw new LvsPcapError(
      "not-a-capture",
      `${name}: offset 0: ${nested} within ${compression}; expected a capture within: unpack it once`,
    );
  }
  if (buffer.taken.length === 0) {
    const reason = source.problem ?? `offset 0: an empty ${compression} file; expected a capture within`;
    throw new LvsPcapError("not-a-capture", `${name}: ${reason}`);
  }
  const end = await readPlain(source, buffer, sink, options);
  // Whoever reads on past the last record learns how the compressed data ends.
  if (source.problem !== null) {
    return {
      ...end,
      compression,
      isComplete: false,
      problem: `${name}: ${source.problem}; analysed up to here`,
    };
  }
  const note = source.note === null ? null : `${name}: ${source.note}`;
  return { ...end, compression, problem: end.problem ?? note };
}

async function readPlain(
  source: ByteSource,
  buffer: ReadBuffer,
  sink: CaptureSink,
  options: CaptureOptions,
): Promise<CaptureEnd> {
  const format = captureFormat(source.name, buffer.taken);
  options.onFormat?.(format);
  const inTurn = options.turn === undefined ? source : paced(source, options.turn);
  switch (format) {
    case "pcap":
      return readPcap(inTurn, buffer, sink, options);
    case "pcapng":
      return readPcapng(inTurn, buffer, sink, options);
    case "pdml": {
      const { readPdml } = await import("./pdml/read-pdml.ts");
      const { bytes, problem } = await readPdml(inTurn, buffer.taken.slice(), sink, options);
      const description = new CaptureDescription();
      return {
        format,
        compression: null,
        header: null,
        bytes,
        isComplete: problem === null,
        problem,
        description,
      };
    }
  }
}

async function readPcap(
  source: ByteSource,
  buffer: ReadBuffer,
  sink: CaptureSink,
  options: CaptureOptions,
): Promise<CaptureEnd> {
  await buffer.fill(source, PCAP_HEADER_BYTES);
  options.onBytes?.(buffer.taken);
  const header = decodePcapHeader(source.name, buffer.taken);
  options.onHeader?.(header);
  sink.link(header.linkType);
  buffer.use(PCAP_HEADER_BYTES);
  const walker =
    options.recover === true ? new RecoveringPcapWalker(header, sink) : new PcapWalker(header, sink);
  const { breakOff: _, ...end } = await readRecords(source, buffer, walker, options);
  return { format: "pcap", compression: null, header, ...end, description: new CaptureDescription() };
}

async function readPcapng(
  source: ByteSource,
  buffer: ReadBuffer,
  sink: CaptureSink,
  options: CaptureOptions,
): Promise<CaptureEnd> {
  options.onBytes?.(buffer.taken);
  const walker = new PcapngWalker(sink);
  const { breakOff, ...end } = await readRecords(source, buffer, walker, options);
  if (!walker.hasBegun) {
    throw new LvsPcapError(
      "not-a-capture",
      `${source.name}: ${breakOff ?? "offset 0: no whole Section Header Block; expected one"}`,
    );
  }
  return { format: "pcapng", compression: null, header: null, ...end, description: walker.description };
}
