import { Anomaly, type FrameFacts, LinkAddresses } from "./facts.ts";
import { decodeAir } from "./ieee80211.ts";
import { beginFrame, refuseFrame } from "./link-addresses.ts";

/** What a card reports of a frame comes before it; IEEE 802.11's check sequence may come behind. */
const CHECK_SEQUENCE_BYTES = 4;

/** radiotap.org: version 0 · length 2..4 · present 4..8, and more such words while their highest bit is set · fields. */
const RADIOTAP_BYTES = 8;
const RADIOTAP_PRESENT = 4;
const RADIOTAP_MORE = 0x80000000;
const RADIOTAP_HAS_TIME = 1 << 0;
const RADIOTAP_HAS_FLAGS = 1 << 1;
const RADIOTAP_TIME_BYTES = 8;
const RADIOTAP_WITH_CHECK_SEQUENCE = 0x10;
const RADIOTAP_PADDED = 0x20;
const RADIOTAP_BAD_CHECK_SEQUENCE = 0x40;

/** WLAN-NG's header, and the one of AVS, which begins with its own version and length. */
const PRISM_BYTES = 144;
const AVS_BYTES = 8;
const AVS_LENGTH = 4;
const AVS_VERSION_1 = 0x80211001;
const AVS_VERSION_2 = 0x80211002;

export function decodeRadiotap(view: DataView, start: number, end: number, facts: FrameFacts): void {
  beginFrame(facts, LinkAddresses.None);
  const headerBytes = end - start < RADIOTAP_BYTES ? RADIOTAP_BYTES : view.getUint16(start + 2, true);
  if (headerBytes < RADIOTAP_BYTES || end - start < headerBytes) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  const flags = radiotapFlags(view, start, start + headerBytes);
  // What the card would have dropped nobody else has received either.
  if ((flags & RADIOTAP_BAD_CHECK_SEQUENCE) !== 0) {
    refuseFrame(facts, Anomaly.BadFrameCheckSequence);
    return;
  }
  const hasCheckSequence = (flags & RADIOTAP_WITH_CHECK_SEQUENCE) !== 0;
  const frameEnd = hasCheckSequence ? beforeCheckSequence(start, end, facts) : end;
  decodeAir(view, start + headerBytes, frameEnd, (flags & RADIOTAP_PADDED) !== 0, facts);
}

/** The flags field comes first, or right behind the time, which begins at a multiple of eight bytes. */
function radiotapFlags(view: DataView, start: number, headerEnd: number): number {
  const present = view.getUint32(start + RADIOTAP_PRESENT, true);
  if ((present & RADIOTAP_HAS_FLAGS) === 0) return 0;
  let at = start + RADIOTAP_PRESENT;
  while (at + 4 <= headerEnd && (view.getUint32(at, true) & RADIOTAP_MORE) !== 0) at += 4;
  at += 4;
  if ((present & RADIOTAP_HAS_TIME) !== 0) at = start + ((at - start + 7) & ~7) + RADIOTAP_TIME_BYTES;
  return at < headerEnd ? view.getUint8(at) : 0;
}

export function decodePrism(view: DataView, start: number, end: number, facts: FrameFacts): void {
  beginFrame(facts, LinkAddresses.None);
  if (end - start < AVS_BYTES) {
    refuseFrame(facts, Anomaly.TruncatedLinkHeader);
    return;
  }
  const version = view.getUint32(start);
  const isAvs = version === AVS_VERSION_1 || version === AVS_VERSION_2;
  const headerBytes = isAvs ? view.getUint32(start + AVS_LENGTH) : PRISM_BYTES;
  if (headerBytes < AVS_BYTES || end - start < headerBytes) refuseFrame(facts, Anomaly.TruncatedLinkHeader);
  else decodeAir(view, start + headerBytes, end, false, facts);
}

/** Where a frame ends whose record, from `start` on, ends in a check sequence; a short snap length cuts that off, too. */
export function beforeCheckSequence(start: number, end: number, { originalBytes }: FrameFacts): number {
  const recordBytes = Math.max(originalBytes, end - start);
  return Math.min(end, start + recordBytes - CHECK_SEQUENCE_BYTES);
}
