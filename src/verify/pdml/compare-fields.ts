import { DIFFERENT_FIELDS, type DifferenceLog, type DifferentField } from "../difference.ts";
import type { FrameFields } from "./frame-fields.ts";

const FIELDS = Object.keys(DIFFERENT_FIELDS).filter(
  (name): name is DifferentField => name in DIFFERENT_FIELDS,
);

/** @returns how many fields were compared */
export function compareFields(ours: FrameFields, theirs: FrameFields, log: DifferenceLog): number {
  let compared = 0;
  for (const field of FIELDS) {
    if (ours.untold.has(field) || theirs.untold.has(field)) continue;
    const our = ours.fields.get(field);
    const their = theirs.fields.get(field);
    if (our === undefined && their === undefined) continue;
    compared++;
    if (our !== their) log.add(ours.number, field, our ?? "none", their ?? "none");
  }
  return compared;
}
