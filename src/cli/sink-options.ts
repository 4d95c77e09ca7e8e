import { type Command, InvalidArgumentError, Option } from "commander";
import { LvsPcapError } from "../errors.ts";
import { SEVERITIES, type Severity } from "../kinds/severity.ts";
import { EXEC_LIMIT, EXEC_TIMEOUT_SECONDS, type SinkSettings } from "../watch/sinks/open-sinks.ts";

const LONGEST_SETTLE_MS = 60_000;

/** Where `watch` sends events besides standard output, and what it remembers. */
export interface SinkFlags {
  metrics?: string;
  syslog?: string;
  eve?: string;
  exec?: string;
  execTimeout?: number;
  execLimit?: number;
  webhook?: string;
  minSeverity?: Severity;
  settle?: number;
  state?: string;
}

export function addSinkOptions(command: Command): void {
  command
    .optionsGroup("Where events go besides, and what is remembered:")
    .option("--metrics <[host]:port>", "serve figures to Prometheus; on loopback unless a host is given")
    .option("--syslog <url>", "send events to udp://host:514, tcp://host:601 or unix:///dev/log")
    .option("--eve <file>", "append events to a file as Suricata writes its alerts")
    .option("--exec <command>", "run a program for each event, never by a shell")
    .option(
      "--exec-timeout <seconds>",
      `end such a program after so long (default: ${EXEC_TIMEOUT_SECONDS})`,
      atMost(3600),
    )
    .option("--exec-limit <count>", `such programs at a time (default: ${EXEC_LIMIT})`, atMost(64))
    .option("--webhook <url>", "POST each event in JSON, again where that fails")
    .addOption(
      new Option(
        "--min-severity <severity>",
        "call --exec and --webhook only for findings that are, or become, so bad",
      ).choices(SEVERITIES),
    )
    .option(
      "--settle <duration>",
      "call them for a finding once, with what is known after so long: 200ms, 2s",
      duration,
    )
    .option("--state <dir>", "remember bindings, roles and open findings over restarts")
    .optionsGroup("Options:");
}

/** @throws LvsPcapError `bad-usage` where an option has no effect without another */
export function sinkSettings(flags: SinkFlags): SinkSettings {
  const { metrics, syslog, eve, exec, execTimeout, execLimit, webhook, minSeverity, settle } = flags;
  const idle = minSeverity !== undefined ? "--min-severity" : settle !== undefined ? "--settle" : null;
  if (idle !== null && exec === undefined && webhook === undefined)
    throw new LvsPcapError(
      "bad-usage",
      `${idle}: says when --exec and --webhook are called; give one of them`,
    );
  return {
    ...(metrics !== undefined && { metrics }),
    ...(syslog !== undefined && { syslog }),
    ...(eve !== undefined && { eve }),
    ...(exec !== undefined && { exec }),
    ...(execTimeout !== undefined && { execTimeoutSeconds: execTimeout }),
    ...(execLimit !== undefined && { execLimit }),
    ...(webhook !== undefined && { webhook }),
    ...((minSeverity !== undefined || settle !== undefined) && {
      calls: { minSeverity: minSeverity ?? null, settleMs: settle ?? 0 },
    }),
  };
}

/** Milliseconds. */
function duration(text: string): number {
  const [, count, unit] = /^(\d{1,6})(ms|s)$/.exec(text) ?? [];
  const milliseconds = Number(count) * (unit === "s" ? 1000 : 1);
  if (count === undefined || milliseconds > LONGEST_SETTLE_MS)
    throw new InvalidArgumentError("Expected a duration up to a minute, such as 200ms or 2s.");
  return milliseconds;
}

function atMost(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1 || value > most) {
      throw new InvalidArgumentError(`Expected a whole number from 1 to ${most}.`);
    }
    return value;
  };
}
