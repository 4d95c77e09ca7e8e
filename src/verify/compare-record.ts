import type { FrameFacts } from "../decode/facts.ts";
import { countText } from "../words/counts.ts";
import type { DifferenceLog } from "./difference.ts";
import type { SecondRecord } from "./second-decoder.ts";

/**
 * Compares one record as both decoders read it.
 *
 * @param facts number, time and original length as ours reads them
 * @param frame the captured bytes as ours delimits them
 */
export function compareRecord(
  facts: FrameFacts,
  frame: Buffer,
  theirs: SecondRecord,
  log: DifferenceLog,
): void {
  const { number, seconds, nanoseconds, originalBytes } = facts;
  const theirNanoseconds = theirs.microseconds * 1000;
  if (seconds !== theirs.seconds || nanoseconds !== theirNanoseconds) {
    log.add(
      number,
      "timestamp",
      timestampText(seconds, nanoseconds),
      timestampText(theirs.seconds, theirNanoseconds),
    );
  }
  if (frame.length !== theirs.capturedBytes) {
    log.add(number, "captured-length", countText(frame.length), countText(theirs.capturedBytes));
  }
  if (originalBytes !== theirs.originalBytes) {
    log.add(number, "original-length", countText(originalBytes), countText(theirs.originalBytes));
  }
  if (!frame.equals(theirs.frame)) {
    const offset = firstDifference(frame, theirs.frame);
    log.add(number, "bytes", byteText(frame, offset), byteText(theirs.frame, offset));
  }
}

function firstDifference(ours: Buffer, theirs: Buffer): number {
  const shorter = Math.min(ours.length, theirs.length);
  for (let offset = 0; offset < shorter; offset++) if (ours[offset] !== theirs[offset]) return offset;
  return shorter;
}

function byteText(frame: Buffer, offset: number): string {
  const byte = frame[offset];
  return byte === undefined
    ? `ends at offset ${offset}`
    : `0x${byte.toString(16).padStart(2, "0")} at offset ${offset}`;
}

/** In the parts that the file stores, because a forged fraction may exceed a second. */
function timestampText(seconds: number, nanoseconds: number): string {
  return `${seconds} s + ${nanoseconds} ns`;
}
