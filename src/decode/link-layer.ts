import { LINKTYPE_ETHERNET } from "../capture/link-type.ts";
import { decodeEthernet } from "./ethernet.ts";
import type { FrameFacts } from "./facts.ts";

/** Decodes the frame at `start..end` of `view` into `facts`, from its link layer up. */
export type LinkDecoder = (view: DataView, start: number, end: number, facts: FrameFacts) => void;

const DECODERS: ReadonlyMap<number, LinkDecoder> = new Map([[LINKTYPE_ETHERNET, decodeEthernet]]);

/** The decoder of a LINKTYPE_ value of tcpdump.org's list; undefined where frames of it are not understood. */
export function linkDecoder(linkType: number): LinkDecoder | undefined {
  return DECODERS.get(linkType);
}
