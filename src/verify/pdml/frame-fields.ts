import type { DifferentField } from "../difference.ts";

/**
 * One frame as one side reads it: what it says of each field, in a form for people. A field that the side does not find
 * is not there.
 */
export interface FrameFields {
  readonly number: number;
  readonly fields: ReadonlyMap<DifferentField, string>;
  /** Those that this side cannot be asked about. */
  readonly untold: ReadonlySet<DifferentField>;
}
