import { hostname } from "node:os";
import type { EventSink, WatchGauges } from "../event-sink.ts";
import { UNHURRIED } from "./retry.ts";
import type { Say } from "./say.ts";
import type { SettlingSetting } from "./settling.ts";

/** Where events shall go besides standard output; all optional. */
export interface SinkSettings {
  /** `[host]:port` */
  readonly metrics?: string;
  /** `udp://host:port`, `tcp://host:port`, `unix:///path` */
  readonly syslog?: string;
  /** Path of a file. */
  readonly eve?: string;
  /** A program and its arguments. */
  readonly exec?: string;
  readonly execTimeoutSeconds?: number;
  /** Processes at a time. */
  readonly execLimit?: number;
  readonly webhook?: string;
  /** For what `exec` and `webhook` are called. */
  readonly calls?: SettlingSetting;
}

export interface SinkSurroundings {
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly gauges: () => WatchGauges;
  readonly say: Say;
}

export const EXEC_TIMEOUT_SECONDS = 10;
export const EXEC_LIMIT = 4;
const WEBHOOK_TIMEOUT_MS = 10_000;

/**
 * Opens the sinks that are asked for; each is loaded only then.
 *
 * @throws LvsPcapError `bad-usage` where a setting cannot be meant, a port is in use, a file cannot be written or a program
 * is not there. That somebody at the other end of a network is away is no error: he may come back.
 */
export async function openSinks(
  settings: SinkSettings,
  surroundings: SinkSurroundings,
): Promise<EventSink[]> {
  const { say, version } = surroundings;
  const sinks: EventSink[] = [];
  try {
    if (settings.metrics !== undefined) sinks.push(await openMetrics(settings.metrics, surroundings));
    if (settings.syslog !== undefined) {
      const [{ SyslogSink }, { parseSyslogTarget }] = await Promise.all([
        import("./syslog.ts"),
        import("./syslog-target.ts"),
      ]);
      const origin = { hostname: hostname(), processId: process.pid, version };
      sinks.push(
        new SyslogSink({ target: parseSyslogTarget(settings.syslog), origin, pace: UNHURRIED, say }),
      );
    }
    if (settings.eve !== undefined) {
      const { EveSink } = await import("./eve.ts");
      sinks.push(await EveSink.open({ path: settings.eve, pace: UNHURRIED, say }));
    }
    const calling: EventSink[] = [];
    if (settings.exec !== undefined) calling.push(await openExec(settings.exec, settings, surroundings));
    if (settings.webhook !== undefined) {
      const { WebhookSink, parseWebhookUrl } = await import("./webhook.ts");
      const url = parseWebhookUrl(settings.webhook);
      const userAgent = `lvs-pcap/${version}`;
      calling.push(new WebhookSink({ url, userAgent, timeoutMs: WEBHOOK_TIMEOUT_MS, pace: UNHURRIED, say }));
    }
    sinks.push(...(await settling(calling, settings.calls)));
    return sinks;
  } catch (error) {
    await Promise.all(sinks.map((sink) => sink.close()));
    throw error;
  }
}

async function settling(sinks: EventSink[], setting: SettlingSetting | undefined): Promise<EventSink[]> {
  if (sinks.length === 0 || setting === undefined) return sinks;
  const { SettlingSink } = await import("./settling.ts");
  return sinks.map((sink) => new SettlingSink(sink, setting));
}

async function openMetrics(text: string, { gauges, say }: SinkSurroundings): Promise<EventSink> {
  const [{ MetricsSink }, { parseListenAddress }] = await Promise.all([
    import("./metrics.ts"),
    import("./listen-address.ts"),
  ]);
  const sink = await MetricsSink.open(parseListenAddress(text), gauges);
  say(`metrics: ${sink.url}`);
  return sink;
}

async function openExec(
  text: string,
  settings: SinkSettings,
  { environment, say }: SinkSurroundings,
): Promise<EventSink> {
  const [{ ExecSink }, { commandWords }] = await Promise.all([
    import("./exec.ts"),
    import("./command-words.ts"),
  ]);
  return ExecSink.open({
    command: commandWords(text),
    timeoutMs: (settings.execTimeoutSeconds ?? EXEC_TIMEOUT_SECONDS) * 1000,
    most: settings.execLimit ?? EXEC_LIMIT,
    environment,
    say,
  });
}
