/** One record as the second decoder reads it. */
export interface SecondRecord {
  seconds: number;
  microseconds: number;
  capturedBytes: number;
  originalBytes: number;
  frame: Buffer;
}

/** Told what the second decoder finds, in the order of the capture. */
export interface SecondListener {
  /** @param linkType LINKTYPE_ value without the FCS bits */
  header(linkType: number): void;
  record(record: SecondRecord): void;
  /** The capture is of a kind that it does not read; nothing that follows counts. */
  refused(reason: string): void;
}

/**
 * Takes the capture's next bytes and tells of every record that they complete before it returns; so nothing piles up
 * between the two decoders. The bytes are its own from then on.
 */
export type Feed = (bytes: Buffer) => void;

export type OpenSecondDecoder = (listener: SecondListener) => Feed;
