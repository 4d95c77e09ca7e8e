import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../../src/index.ts";
import type { WatchEvent } from "../../../src/reports/event.ts";
import { StateMemory } from "../../../src/watch/memory/memory.ts";
import { type WatchOptions, watchCapture } from "../../../src/watch.ts";
import { type CapturedFrame, writePcap } from "../../support/pcap.ts";
import { validReport } from "../../support/schema.ts";
import { scratchPath } from "../../support/scratch.ts";

export interface Run {
  readonly events: readonly WatchEvent[];
  readonly report: Report;
  readonly said: readonly string[];
}

/** A directory for a state of its own. */
export function freshDirectory(): string {
  return join(mkdtempSync(scratchPath("state-")), "state");
}

/** One run of the watch, from its start to the end of the stream. */
export async function watch(
  directory: string,
  frames: readonly CapturedFrame[],
  options: WatchOptions = {},
): Promise<Run> {
  const events: WatchEvent[] = [];
  const said: string[] = [];
  const memory = StateMemory.open(directory, (line) => said.push(line));
  const report = await watchCapture(stream(writePcap(frames)), {
    ...options,
    memory,
    onEvent: (event) => events.push(event),
  });
  return { events, report: validReport(report), said };
}

async function* stream(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** `opened F1 vip-reply`, of findings only. */
export function told({ events }: Run): string[] {
  return events.flatMap((event) =>
    event.event === "benign" ? [] : `${event.event} ${event.id} ${event.kind}`,
  );
}
