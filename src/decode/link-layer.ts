import { LINKTYPE_ETHERNET } from "../capture/link-type.ts";
import { decodePrism, decodeRadiotap } from "./air-capture.ts";
import { decodeCookedV1, decodeCookedV2 } from "./cooked.ts";
import { decodeEthernet } from "./ethernet.ts";
import type { FrameFacts } from "./facts.ts";
import { decodeIeee80211 } from "./ieee80211.ts";
import { decodeNflog } from "./nflog.ts";
import { decodeLoopback, decodeRawIp, decodeRawIpv4 } from "./raw-ip.ts";
import { decodePktap, decodePpi } from "./wrapped.ts";

/** Decodes the frame at `start..end` of `view` into `facts`, from its link layer up. */
export type LinkDecoder = (view: DataView, start: number, end: number, facts: FrameFacts) => void;

const DECODERS: ReadonlyMap<number, LinkDecoder> = new Map<number, LinkDecoder>([
  [0, decodeLoopback],
  [LINKTYPE_ETHERNET, decodeEthernet],
  // DLT_RAW of the systems that wrote it into files as it was.
  [12, decodeRawIp],
  [14, decodeRawIp],
  [101, decodeRawIp],
  [105, decodeIeee80211],
  [108, decodeLoopback],
  [113, decodeCookedV1],
  [119, decodePrism],
  [127, decodeRadiotap],
  // DLT_USER2, which Apple used for it before PKTAP had a value of its own.
  [149, decodePktap],
  [163, decodePrism],
  [192, decodePpi],
  [228, decodeRawIpv4],
  [239, decodeNflog],
  [258, decodePktap],
  [276, decodeCookedV2],
]);

/** The decoder of a LINKTYPE_ value of tcpdump.org's list; undefined where frames of it are not understood. */
export function linkDecoder(linkType: number): LinkDecoder | undefined {
  return DECODERS.get(linkType);
}
