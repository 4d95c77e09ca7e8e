import { OutputFile } from "../files/output-file.ts";
import { expectDistinct, expectOutputIsNoInput, outputTarget } from "../files/output-target.ts";
import { isReport } from "../reports/own-report.ts";
import { VERSION } from "../version.ts";
import type { EventSink, WatchGauges } from "../watch/event-sink.ts";
import type { WatchMemory } from "../watch/memory-port.ts";
import type { ServiceNotifier } from "../watch/service-notifier.ts";
import type { SinkSettings } from "../watch/sinks/open-sinks.ts";
import { plural } from "../words/counts.ts";
import type { CommandContext } from "./context.ts";
import { isEveLog, isEventLog } from "./own-output.ts";
import { filesRead, type RoleFlags } from "./role-options.ts";

/** What says which files a watch reads and writes. */
interface FileFlags extends RoleFlags {
  readonly interface?: string;
  readonly output?: string;
  readonly report?: string;
  readonly eve?: string;
  readonly force?: true;
}

/** Refuses before the watch begins what could not be written later. */
export function prepareOutputs(flags: FileFlags): OutputFile | null {
  const { output, report, eve } = flags;
  const inputs = [...filesRead(flags), ...(flags.interface === undefined ? ["-"] : [])];
  expectOutputIsNoInput(inputs);
  const request = (option: string, path: string | undefined, isOurs: (head: Buffer) => boolean) =>
    path === undefined ? [] : [{ option, path, inputs, force: flags.force === true, isOurs }];
  const appended = [...request("--output", output, isEventLog), ...request("--eve", eve, isEveLog)];
  const [replaced] = request("--report", report, isReport);
  expectDistinct([...appended, ...(replaced === undefined ? [] : [replaced])]);
  for (const asked of appended) outputTarget(asked);
  return replaced === undefined ? null : new OutputFile(replaced);
}

/** What is loaded only where it is wanted: sinks, and the memory of a former watch. */
export async function surroundings(
  state: string | undefined,
  settings: SinkSettings,
  { environment }: CommandContext,
  gauges: () => WatchGauges | null,
  say: (line: string) => void,
): Promise<{ readonly sinks: readonly EventSink[]; readonly memory?: WatchMemory }> {
  const memory =
    state === undefined ? null : (await import("../watch/memory/memory.ts")).StateMemory.open(state, say);
  if (Object.keys(settings).length === 0) return memory === null ? { sinks: [] } : { sinks: [], memory };
  try {
    const { openSinks } = await import("../watch/sinks/open-sinks.ts");
    const sinks = await openSinks(settings, {
      version: VERSION,
      environment,
      gauges: () => gauges() ?? NOTHING_YET,
      say,
    });
    return memory === null ? { sinks } : { sinks, memory };
  } catch (error) {
    await memory?.close();
    throw error;
  }
}

/** What no receiver took until the end: whoever relies on one has to know. */
export function reportDropped(sinks: readonly EventSink[], say: (line: string) => void): void {
  for (const { name, dropped } of sinks) {
    if (dropped > 0) say(`${name}: ${plural(dropped, "event")} could not be delivered`);
  }
}

/** Of a watch that is about to begin. */
const NOTHING_YET: WatchGauges = {
  open: [],
  events: { opened: 0, updated: 0, restored: 0, benign: 0 },
  bindings: 0,
  hosts: 0,
  frames: 0,
  bytes: 0,
  framesPerSecond: 0,
  droppedFrames: null,
  lagSeconds: null,
  workSeconds: 0,
  forgotten: 0,
  sinkDropped: {},
};

/** Null where no service manager waits for messages. */
export async function serviceNotifier(
  { environment }: CommandContext,
  say: (line: string) => void,
): Promise<ServiceNotifier | null> {
  const { NOTIFY_SOCKET } = environment;
  if (NOTIFY_SOCKET === undefined || NOTIFY_SOCKET === "") return null;
  const { ServiceNotifier } = await import("../watch/service-notifier.ts");
  return new ServiceNotifier(environment, say);
}
