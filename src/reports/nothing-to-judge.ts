import { linkTypeName } from "../capture/link-type.ts";
import { decodedLinkTypes } from "../decode/link-layer.ts";
import type { Report } from "./report.ts";

/** Why the verdict says nothing, for frames that nobody read are no sign of innocence; null where there is no reason. */
export function nothingToJudge({ captures }: Pick<Report, "captures">): string | null {
  const filled = captures.filter(({ frames }) => frames > 0);
  if (filled.length === 0) return "there is no frame to judge by";
  const decoded = new Set(decodedLinkTypes().map(linkTypeName));
  const names = new Set(filled.flatMap(({ linkTypes }) => linkTypes));
  if (names.size === 0 || [...names].some((name) => decoded.has(name))) return null;
  const which = [...names].join(", ");
  return `no frame could be read: link ${names.size === 1 ? `type ${which} is` : `types ${which} are`} not understood`;
}
