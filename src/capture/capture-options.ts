import type { CaptureFormat } from "./format.ts";
import type { PcapHeader } from "./pcap-header.ts";

export interface CaptureOptions {
  /** Called with what the file is, before anything else. */
  onFormat?: (format: CaptureFormat) => void;
  /** Called with what a classic pcap file says of itself, before any frame. */
  onHeader?: (header: PcapHeader) => void;
  /** Called between chunks with the bytes taken so far, unpacked where they were compressed. */
  onProgress?: (bytes: number) => void;
  /** Called with every chunk of the capture, unpacked, in order. */
  onBytes?: (chunk: Uint8Array) => void;
  /** Awaited before each further chunk is taken: who reads several captures lets each come up when it is its turn. */
  turn?: () => Promise<void>;
  /** Whether to go on past damage with the next plausible record. */
  recover?: boolean;
}
