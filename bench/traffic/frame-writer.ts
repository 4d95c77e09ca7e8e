/** Where made frames go: a container of some format, which knows nothing of what is in them. */
export interface FrameWriter {
  /** What `reserve` gives offsets into. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly frames: number;
  readonly writtenBytes: number;
  /** Begins the next frame. @returns where its bytes are to be put, before the next call; what lies there is old */
  reserve(frameBytes: number, seconds: number, microseconds: number): number;
}
