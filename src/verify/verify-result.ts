import type { Difference } from "./difference.ts";

/** What a second decoder says of a capture, compared with ours. */
export interface VerifyResult {
  /** Whether the two agree in everything that was compared. */
  verified: boolean;
  /** The path as given, `-` for standard input. */
  capture: string;
  /** Name of the LINKTYPE_ value; ARP was compared on ETHERNET only. */
  linkType: string;
  /** Records compared. */
  records: number;
  /** Of the capture, up to the end of the last record compared. */
  bytes: number;
  /** Frames among the records in which at least one of the two finds ARP. */
  arpFrames: number;
  /** Which versions of which tools were compared. */
  tools: { "lvs-pcap": string; "pcap-parser": string };
  /** The first differences, at most ten; `differencesTotal` counts them all. */
  differences: readonly Difference[];
  differencesTotal: number;
  /** Where and why the capture breaks off, so that what follows was not compared; null for a whole capture. */
  problem: string | null;
}
