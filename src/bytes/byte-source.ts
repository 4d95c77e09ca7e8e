/** Where the bytes of a capture come from, in order and once. */
export interface ByteSource {
  /** The file's path as given, `-` for standard input. */
  readonly name: string;
  /** The size in bytes, null where it cannot be known: a pipe. */
  readonly sizeBytes: number | null;
  /**
   * Fills `target` from `offset` with at most `length` bytes.
   *
   * @returns how many bytes were written; 0 means the end.
   * @throws LvsPcapError `unreadable-file`
   */
  read(target: Uint8Array, offset: number, length: number): Promise<number>;
  close(): Promise<void>;
  /** The same bytes again from the first one on; absent where they come only once. */
  reopen?(): Promise<ByteSource>;
}
