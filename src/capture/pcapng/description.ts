import { MOST_COMMENTS, MOST_DESCRIBED_INTERFACES } from "../../limits.ts";
import type { CapturedInterface } from "./interface.ts";
import { OPTION_COMMENT, optionsOf } from "./options.ts";
import { optionText } from "./text.ts";

/** Somebody's remark, on the capture as a whole or on one of its frames. */
export interface CaptureComment {
  /** 1-based as in Wireshark; null where it is about the capture or an interface. */
  readonly frame: number | null;
  readonly text: string;
}

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
    if (this.interfaces.length < MOST_DESCRIBED_INTERFACES) this.interfaces.push(described);
    else this.interfacesOmitted++;
  }

  /**
   * Keeps the comments among the options of a block. Options that do not fit are no damage where only a comment could be
   * lost.
   *
   * @param frame which one they are about; null where it is none
   */
  readComments(
    view: DataView,
    start: number,
    end: number,
    littleEndian: boolean,
    blockType: number,
    frame: number | null,
  ): void {
    if (start >= end) return;
    try {
      for (const option of optionsOf(view, start, end, littleEndian, blockType)) {
        if (option.code !== OPTION_COMMENT || option.length === 0) continue;
        if (this.comments.length < MOST_COMMENTS)
          this.comments.push({ frame, text: optionText(view, option) });
        else this.commentsOmitted++;
      }
    } catch {
      return;
    }
  }
}
