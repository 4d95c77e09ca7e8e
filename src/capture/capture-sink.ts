import type { FrameSink } from "./pcap-records.ts";

/** Told of the link layer before the first frame, and again whenever the frames that follow have another. */
export interface CaptureSink extends FrameSink {
  /** @param linkType LINKTYPE_ value of tcpdump.org's list */
  link(linkType: number): void;
  /** @param number by which the next frame goes, where it is not one more than the last one's */
  skipTo?(number: number): void;
}
