import { RECENT_KEPT } from "../../limits.ts";
import type { Position } from "./position.ts";

/** For so long what was heard may still be answered, or show who learned by it. */
export const RECENT_NS = 2_000_000_000;

/** Adds what was heard, and gives up what is older or too much. */
export function keepRecent<Heard extends { readonly at: Position }>(recent: Heard[], heard: Heard): void {
  const oldestNs = heard.at.timeNs - RECENT_NS;
  while (recent.length >= RECENT_KEPT || (recent[0] !== undefined && recent[0].at.timeNs < oldestNs))
    recent.shift();
  recent.push(heard);
}
