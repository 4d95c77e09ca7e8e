import type { CapturedInterface } from "./interface.ts";

/** Somebody's remark, on the capture as a whole or on one of its frames. */
export interface CaptureComment {
  /** 1-based as in Wireshark; null where it is about the capture or an interface. */
  readonly frame: number | null;
  readonly text: string;
}

const MOST_INTERFACES = 64;
const MOST_COMMENTS = 64;

/** What a capture says of itself besides its frames: bounded, and as it was written, control characters and all. */
export class CaptureDescription {
  readonly interfaces: CapturedInterface[] = [];
  /** Those that were too many to keep. */
  interfacesOmitted = 0;
  readonly comments: CaptureComment[] = [];
  commentsOmitted = 0;
  /** Frames that were lost, as the capturing side says; null where it does not. */
  dropped: number | null = null;

  addInterface(described: CapturedInterface): void {
    if (this.interfaces.length < MOST_INTERFACES) this.interfaces.push(described);
    else this.interfacesOmitted++;
  }

  /** Whether a further comment would be kept, and so is worth its text. */
  get takesComments(): boolean {
    return this.comments.length < MOST_COMMENTS;
  }

  addComment(comment: CaptureComment): void {
    this.comments.push(comment);
  }
}
