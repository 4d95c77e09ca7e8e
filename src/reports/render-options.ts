export interface RenderOptions {
  readonly color: boolean;
  /** What the command was called with, for a report that says how it was made. */
  readonly args?: readonly string[];
  /** With which the command is going to end. */
  readonly exitStatus?: number;
}
