import { readCapture } from "./capture/read-capture.ts";
import { checkKinds } from "./findings/suppression.ts";
import { FrameIntake } from "./intake/frame-intake.ts";
import { KNOWLEDGE_OPTIONS, type KnowledgeSources, readKnowledge } from "./knowledge/knowledge.ts";
import { givenHolders } from "./knowledge/roles.ts";
import type { NeighbourModelName } from "./neighbours/caches/models/model.ts";
import { modelNamed } from "./neighbours/caches/models/named.ts";
import { NetworkState } from "./neighbours/network-state.ts";
import {
  BYTE_STREAM,
  CALLBACK,
  checkArgument,
  checkOptions,
  listOf,
  type OptionTypes,
  objectWith,
  TEXT,
} from "./options.ts";
import { buildReport } from "./reports/build-report.ts";
import { summarizeCapture } from "./reports/capture-summary.ts";
import { isFindingEvent, type WatchEvent } from "./reports/event.ts";
import { reportInventory } from "./reports/inventory-summary.ts";
import type { Report } from "./reports/report.ts";
import { VERSION } from "./version.ts";
import { type Clock, type ClockStep, SYSTEM_CLOCK } from "./watch/clock.ts";
import type { EventSink, WatchGauges } from "./watch/event-sink.ts";
import { gaugesOf } from "./watch/gauges.ts";
import { LiveSource, type LiveStream } from "./watch/live-source.ts";
import type { WatchMemory } from "./watch/memory-port.ts";
import { warmUp } from "./watch/warm-up.ts";
import { Watcher } from "./watch/watcher.ts";

/** What a watch may be told beforehand. */
export interface WatchOptions extends KnowledgeSources {
  /** How the hosts' neighbour caches learn; `linux` unless said otherwise. */
  neighbourModel?: NeighbourModelName;
  /** By which name the report and messages know the stream; `-` unless said otherwise. */
  name?: string;
  /** Gets every event as soon as it is known, before any sink. */
  onEvent?: (event: WatchEvent) => void;
  /** Get every event, too, and are closed at the end. */
  sinks?: readonly EventSink[];
  /** What is remembered over restarts; nothing unless given. */
  memory?: WatchMemory;
  /** Called when the watch has begun, with what can be done to it. */
  onStart?: (controls: WatchControls) => void;
  /** The clock of whoever captures was set while frames came; timers go on as if no time had passed. */
  onClockStep?: (step: ClockStep) => void;
  /** Whoever captures, where he can be asked what he lost. */
  capturer?: Capturer;
  /** Called when much was given up that a flood had brought: the process could be as small again as it was. */
  onForgotten?: () => void;
  /** In place of the system's. */
  clock?: Clock;
}

const WATCH_OPTIONS: OptionTypes<WatchOptions> = {
  ...KNOWLEDGE_OPTIONS,
  neighbourModel: TEXT,
  name: TEXT,
  onEvent: CALLBACK,
  sinks: listOf(objectWith("deliver", "close")),
  memory: objectWith("recall", "keep", "close"),
  onStart: CALLBACK,
  onClockStep: CALLBACK,
  capturer: objectWith(),
  onForgotten: CALLBACK,
  clock: objectWith("monotonicMs", "wallMs"),
};

export interface Capturer {
  /** Frames that never came, as far as he has said; null where he has not. */
  readonly droppedFrames: number | null;
  /** Resolves when he has said his last word. */
  readonly ended: Promise<unknown>;
}

export interface WatchControls {
  /** Ends it with what has arrived; the report follows. */
  stop(): void;
  /**
   * Reads the topology file and the inventories again, for the roles in them. Those that were inferred go on being
   * inferred.
   *
   * @throws LvsPcapError `bad-topology`, `bad-inventory`, `unreadable-file`; then the roles stay as they were
   */
  reload(): Promise<void>;
  gauges(): WatchGauges;
}

/**
 * Follows a capture while it is taken, and tells what it means as it happens.
 *
 * @param stream a pcap or pcapng stream, as tcpdump -U -w - writes it
 * @returns the report of the contract once the stream ends or is stopped: that of `analyzeCapture` on the same bytes
 * @throws LvsPcapError `unreadable-file`, `not-a-capture`, `unsupported-version`, `bad-topology`, `bad-usage`
 */
export async function watchCapture(stream: LiveStream, options: WatchOptions = {}): Promise<Report> {
  checkArgument("watchCapture", "stream", stream, BYTE_STREAM);
  checkOptions("watchCapture", options, WATCH_OPTIONS);
  const { memory, sinks = [] } = options;
  try {
    return await follow(stream, options);
  } finally {
    // Whatever happened: an open sink holds the process.
    await Promise.all([...sinks.map((sink) => sink.close()), memory?.close()]);
  }
}

async function follow(stream: LiveStream, options: WatchOptions): Promise<Report> {
  const { clock = SYSTEM_CLOCK, memory = null, sinks = [] } = options;
  const recalled = (await memory?.recall()) ?? null;
  const knowledge = await readKnowledge(options);
  checkKinds(knowledge.exceptions);
  const { roles } = knowledge;
  const holders = new Map(givenHolders(roles));

  const state = new NetworkState(holders, modelNamed(options.neighbourModel ?? "linux"));
  state.startFrom(knowledge.known);
  recalled?.refill(state);
  const intake = new FrameIntake(state, 0, null, true);
  const watcher = new Watcher(
    state,
    intake,
    { roles, exceptions: knowledge.exceptions },
    {
      clock,
      memory,
      tell: (event) => {
        options.onEvent?.(event);
        // A known exception is for the record, not for the person on call.
        if (isFindingEvent(event) && event.suppressedBy !== null) return;
        for (const sink of sinks) sink.deliver(event);
      },
      releaseMemory: () => options.onForgotten?.(),
      clockStepped: (step) => options.onClockStep?.(step),
    },
  );
  if (recalled !== null) watcher.ledger.recall(recalled);
  warmUp(clock);
  const source = new LiveSource(options.name ?? "-", stream, watcher, () => clock.monotonicMs());
  options.onStart?.({
    stop: () => source.stop(),
    reload: async () => {
      const { roles: changed, exceptions } = await readKnowledge(options);
      checkKinds(exceptions);
      holders.clear();
      for (const [ip, hosts] of givenHolders(changed)) holders.set(ip, hosts);
      watcher.change({ roles: changed, exceptions });
    },
    gauges: () => gaugesOf(state, watcher, intake, sinks, options.capturer?.droppedFrames ?? null),
  });

  try {
    const ended = await readCapture(source, watcher);
    // Who stops a stream cuts it somewhere.
    const end = source.stopped ? { ...ended, isComplete: true, problem: null } : ended;
    const { findings, benign, ids } = watcher.finish();
    await options.capturer?.ended;
    const stored = { bytes: watcher.tally.bytes, sha256: null };
    const summary = summarizeCapture(source.name, stored, end, intake);
    summary.dropped = options.capturer?.droppedFrames ?? summary.dropped;
    const report = buildReport(
      VERSION,
      [summary, ...(recalled?.former ?? [])],
      state,
      watcher.judge.assignment,
      findings,
      benign,
      ids,
      watcher.judge.wording,
    );
    report.inventories = knowledge.inventories.map(reportInventory);
    return report;
  } finally {
    watcher.close();
    await source.close();
  }
}
