/**
 * Goes through a capture's bytes record by record. What it gets is always the beginning of a record, or the rest of
 * one that it asked to have more of.
 */
export interface RecordWalker {
  /**
   * Gives every whole record between `start` and `end` to the sink.
   *
   * @param isEnd whether no byte follows
   * @returns the offset of the first byte that was not used
   */
  walk(view: DataView, start: number, end: number, isEnd: boolean): number;
  /** How many bytes it takes to go on, from where the last walk ended; 0 where any help. */
  readonly wantedBytes: number;
  /** Why there is no going on from where the last walk ended: what was found, and what was expected. Null where more bytes are all it takes. */
  readonly damage: string | null;
  /** Whether it is in the middle of a record, though all bytes so far were used. */
  readonly isWithinRecord: boolean;
  /** What is missing of a record that the file's end cuts off. */
  describeCut(view: DataView, start: number, end: number): string;
  /**
   * Looks for the next plausible record after damage, and has `walk` go on there.
   *
   * @param isEnd whether no byte follows
   * @returns its offset; where there is none, the offset up to which none begins, with `isFound` false
   */
  resynchronise(view: DataView, start: number, end: number, isEnd: boolean): Resynchronised;
  /** What is against the format's rules and could be read all the same; one line each. */
  readonly faults: readonly string[];
  /** What is odd and harmless; one line each. */
  readonly notes: readonly string[];
}

export interface Resynchronised {
  readonly offset: number;
  readonly isFound: boolean;
}
