import type { CommandContext } from "./context.ts";

/** NO_COLOR counts when it is set to anything but nothing (no-color.org). */
export function wantsColor(flags: { readonly color: boolean }, { environment }: CommandContext): boolean {
  const { NO_COLOR, TERM } = environment;
  return flags.color && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
}
