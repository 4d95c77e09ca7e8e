import { MOST_HELD_BYTES, MOST_HELD_FRAMES } from "../limits.ts";
/** A frame that waits, with what has to be known to take it later. */
export interface HeldFrame {
  readonly view: DataView;
  readonly originalBytes: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly linkType: number;
  /** The interface that it was captured on, and its network's number. */
  readonly source: number;
  readonly network: number;
}

/** The first frames of interfaces of which it is not known yet whether they lead to one network, in order. */
export class HeldFrames {
  private held: HeldFrame[] = [];
  private bytes = 0;

  get isFull(): boolean {
    return this.held.length >= MOST_HELD_FRAMES || this.bytes >= MOST_HELD_BYTES;
  }

  get isEmpty(): boolean {
    return this.held.length === 0;
  }

  /** Copies the frame, because the reader's buffer is its own. */
  hold(view: DataView, start: number, capturedBytes: number, frame: Omit<HeldFrame, "view">): void {
    const bytes = new Uint8Array(capturedBytes);
    bytes.set(new Uint8Array(view.buffer, view.byteOffset + start, capturedBytes));
    this.bytes += capturedBytes;
    this.held.push({ ...frame, view: new DataView(bytes.buffer) });
  }

  /** All of them; none is held any more. */
  release(): readonly HeldFrame[] {
    const { held } = this;
    this.held = [];
    this.bytes = 0;
    return held;
  }
}
