import { MOST_SAVED_FLOWS } from "../../limits.ts";
import type { Flow, Sent } from "../../neighbours/caches/sent.ts";
import { type FormerTime, isPlace, placeOf } from "./place.ts";
import { isCount, type Shape, tuple } from "./shape.ts";

/** Of no turn: what is sent from here on is counted apart. */
const BEFORE_RESTART = -1;

/** What was sent by one change of an entry: frames, bytes, first and last, flows, and of these those answered, answered by another, reset. */
export const isSentRecord = tuple(isCount, isCount, isPlace, isPlace, isCount, isCount, isCount, isCount);
export type SentRecord = typeof isSentRecord extends Shape<infer T> ? T : never;

export function framesSent(sent: readonly Sent[]): number {
  return sent.reduce((sum, { frames }) => sum + frames, 0);
}

/** Null where nothing was sent. */
export function sentRecord(sent: readonly Sent[]): SentRecord | null {
  const [first] = sent;
  const last = sent.at(-1);
  if (first === undefined || last === undefined) return null;
  const flows = new Set(sent.flatMap((period) => [...period.flows]));
  const bytes = sent.reduce((sum, period) => sum + period.bytes, 0);
  const answered = [...flows].filter((flow) => flow.answered).length;
  const byOther = [...flows].filter((flow) => flow.answeredByOther && !flow.answered).length;
  const reset = [...flows].filter((flow) => flow.reset && !flow.answered && !flow.answeredByOther).length;
  const span = [placeOf(first.first), placeOf(last.last)] as const;
  return [framesSent(sent), bytes, ...span, flows.size, answered, byOther, reset];
}

export function restoredSent(record: SentRecord | null, time: FormerTime): Sent[] {
  if (record === null) return [];
  const [frames, bytes, first, last, flowCount, answered, byOther, reset] = record;
  const flows = new Set<Flow>();
  for (let index = 0; index < Math.min(flowCount, MOST_SAVED_FLOWS); index++) {
    const isIn = (from: number, count: number) => index >= from && index < from + count;
    flows.add({
      answered: isIn(0, answered),
      answeredByOther: isIn(answered, byOther),
      reset: isIn(answered + byOther, reset),
    });
  }
  return [
    {
      holderChanges: BEFORE_RESTART,
      frames,
      bytes,
      first: time.position(first),
      last: time.position(last),
      flows,
      known: new Map(),
    },
  ];
}
