import type { FrameSink } from "./pcap-records.ts";

/** One of several interfaces that a capture was taken on. */
export interface CaptureInterface {
  /** Of this capture's, from 0 on. */
  readonly index: number;
  /** What it leads to: its name, or where it has none a number; the same wherever that interface is met again. */
  readonly network: string;
}

/** Hears of the link layer before the first frame, and again whenever the frames that follow have another. */
export interface CaptureSink extends FrameSink {
  /** @param linkType LINKTYPE_ value of tcpdump.org's list */
  link(linkType: number): void;
  /** The frames that follow were captured on this interface; where there is one only, nothing is said. */
  interface(captured: CaptureInterface): void;
  /** @param number by which the next frame goes, where it is not one more than the last one's */
  skipTo(number: number): void;
}
