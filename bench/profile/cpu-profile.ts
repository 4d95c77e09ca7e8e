import { listAt, numberAt, textAt } from "../harness/json.ts";

/** A function of a CPU profile, with the time that was spent in it and not in what it called. */
export interface ProfiledFunction {
  readonly name: string;
  /** As V8 names it: `file:///...`, `node:...`, or empty for its own work. */
  readonly url: string;
  /** 1-based, of its beginning; 0 where it has none. */
  readonly line: number;
  selfUs: number;
  /** By 1-based line. */
  readonly lines: Map<number, number>;
}

/** What is looked at of a `.cpuprofile` file; the rest of the format is DevTools' own. */
interface ProfileNode {
  readonly owner: ProfiledFunction;
  readonly ticks: readonly { readonly line: number; readonly ticks: number }[];
  selfUs: number;
}

/**
 * Self time by function, of all places that it was called from, most first.
 *
 * @param profile of `node --cpu-prof`: nodes of a call tree, the node met by each sample, and the time between samples
 */
export function functionsOf(profile: unknown): ProfiledFunction[] {
  const functions = new Map<string, ProfiledFunction>();
  const nodes = new Map<number, ProfileNode>();
  for (const node of listAt(profile, "nodes") ?? []) {
    const name = textAt(node, "callFrame", "functionName") ?? "";
    const url = textAt(node, "callFrame", "url") ?? "";
    const line = (numberAt(node, "callFrame", "lineNumber") ?? -1) + 1;
    const key = `${url}:${line}:${numberAt(node, "callFrame", "columnNumber")}:${name}`;
    const owner = functions.get(key) ?? {
      name: name || "(anonymous)",
      url,
      line,
      selfUs: 0,
      lines: new Map(),
    };
    functions.set(key, owner);
    const ticks = (listAt(node, "positionTicks") ?? []).map((tick) => ({
      line: numberAt(tick, "line") ?? 0,
      ticks: numberAt(tick, "ticks") ?? 0,
    }));
    nodes.set(numberAt(node, "id") ?? -1, { owner, ticks, selfUs: 0 });
  }
  const samples = listAt(profile, "samples") ?? [];
  const deltas = listAt(profile, "timeDeltas") ?? [];
  for (const [index, id] of samples.entries()) {
    // A sample holds until the next one.
    const delta = deltas[index + 1];
    const node = typeof id === "number" ? nodes.get(id) : undefined;
    if (node !== undefined && typeof delta === "number") node.selfUs += Math.max(0, delta);
  }
  for (const { owner, ticks, selfUs } of nodes.values()) {
    owner.selfUs += selfUs;
    const all = ticks.reduce((sum, tick) => sum + tick.ticks, 0);
    for (const { line, ticks: count } of ticks)
      owner.lines.set(line, (owner.lines.get(line) ?? 0) + (selfUs * count) / all);
  }
  return [...functions.values()].filter(({ selfUs }) => selfUs > 0).toSorted((a, b) => b.selfUs - a.selfUs);
}
