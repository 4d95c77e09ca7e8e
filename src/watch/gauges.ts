import type { FrameIntake } from "../intake/frame-intake.ts";
import { parseIpv4 } from "../knowledge/address.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { EventSink, WatchGauges } from "./event-sink.ts";
import type { Watcher } from "./watcher.ts";

/** How the watch stands now. */
export function gaugesOf(
  state: NetworkState,
  watcher: Watcher,
  intake: FrameIntake,
  sinks: readonly EventSink[],
  droppedFrames: number | null,
): WatchGauges {
  const { tally, ledger } = watcher;
  const { addresses, stations } = state.forgotten;
  return {
    open: openByKind(watcher),
    events: { ...tally.events },
    bindings: state.bindings.size,
    hosts: state.stations.size,
    frames: intake.frames,
    bytes: tally.bytes,
    framesPerSecond: tally.framesPerSecond,
    droppedFrames,
    lagSeconds: tally.lagSeconds,
    workSeconds: tally.workSeconds,
    forgotten: addresses + stations + state.traffic.overflowFrames + ledger.omitted,
    sinkDropped: Object.fromEntries(sinks.map(({ name, dropped }) => [name, dropped])),
  };
}

function openByKind({ ledger, judge }: Watcher): WatchGauges["open"] {
  const counted = new Map<string, WatchGauges["open"][number]>();
  for (const { kind, severity, ip } of ledger.openFindings()) {
    const key = [kind, severity, ip].join();
    const count = (counted.get(key)?.count ?? 0) + 1;
    counted.set(key, { kind, severity, ip, isVip: judge.assignment.isVip(parseIpv4(ip) ?? 0), count });
  }
  return [...counted.values()];
}
