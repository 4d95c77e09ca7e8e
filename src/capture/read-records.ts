import type { ByteSource } from "../bytes/byte-source.ts";
import type { CaptureOptions } from "./capture-options.ts";
import type { ReadBuffer } from "./read-buffer.ts";
import type { RecordWalker } from "./record-walker.ts";
import { SkippedBytes } from "./skipped-bytes.ts";

/** How a capture of records ended. */
export interface RecordsEnd {
  readonly bytes: number;
  readonly isComplete: boolean;
  /** Where and why it could not be read on; null where it was read to its end. */
  readonly breakOff: string | null;
  /** All there is to say, in one line that names the file; null where that is nothing. */
  readonly problem: string | null;
}

/** Has the walker go through everything that comes, from what is in the buffer already. */
export async function readRecords(
  source: ByteSource,
  buffer: ReadBuffer,
  walker: RecordWalker,
  options: CaptureOptions,
): Promise<RecordsEnd> {
  const { onProgress, onBytes, recover = false } = options;
  const skipped = new SkippedBytes();
  let isEnd = false;
  const more = async (wantedBytes: number) => {
    const wanted = Math.max(wantedBytes, buffer.end - buffer.start + 1);
    await buffer.fill(source, wanted, onBytes);
    isEnd = buffer.end - buffer.start < wanted;
  };

  for (;;) {
    buffer.start = walker.walk(buffer.view, buffer.start, buffer.end, isEnd);
    onProgress?.(buffer.readBytes);
    const isCut = isEnd && (buffer.start < buffer.end || walker.isWithinRecord);
    const damage =
      walker.damage ?? (isCut ? walker.describeCut(buffer.view, buffer.start, buffer.end) : null);
    if (damage === null) {
      if (isEnd) return recordsEnd(source.name, buffer, walker, skipped, null);
      await more(walker.wantedBytes);
      continue;
    }
    if (!recover || buffer.start === buffer.end) {
      const breakOff = `offset ${buffer.offset}: ${damage}`;
      return recordsEnd(source.name, buffer, walker, skipped, breakOff);
    }
    skipped.begin(buffer.offset, damage);
    // Whatever begins here is not to be believed.
    buffer.start++;
    let found = walker.resynchronise(buffer.view, buffer.start, buffer.end, isEnd);
    while (!found.isFound && !isEnd) {
      buffer.start = found.offset;
      await more(walker.wantedBytes);
      found = walker.resynchronise(buffer.view, buffer.start, buffer.end, isEnd);
    }
    buffer.start = found.isFound ? found.offset : buffer.end;
    skipped.end(buffer.offset);
  }
}

function recordsEnd(
  file: string,
  buffer: ReadBuffer,
  walker: RecordWalker,
  skipped: SkippedBytes,
  breakOff: string | null,
): RecordsEnd {
  const upTo = breakOff === null ? null : `${breakOff}; analysed up to here`;
  const said = [upTo, skipped.text, ...walker.faults, ...walker.notes].filter((part) => part !== null);
  return {
    bytes: buffer.readBytes,
    isComplete: breakOff === null && skipped.isNone && walker.faults.length === 0,
    breakOff,
    problem: said.length === 0 ? null : `${file}: ${said.join("; ")}`,
  };
}
