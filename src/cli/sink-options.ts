import { type Command, InvalidArgumentError } from "commander";
import { EXEC_LIMIT, EXEC_TIMEOUT_SECONDS, type SinkSettings } from "../watch/sinks/open-sinks.ts";

/** Where `watch` sends events besides standard output, and what it remembers. */
export interface SinkFlags {
  metrics?: string;
  syslog?: string;
  eve?: string;
  exec?: string;
  execTimeout?: number;
  execLimit?: number;
  webhook?: string;
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
    .option("--state <dir>", "remember bindings, roles and open findings over restarts")
    .optionsGroup("Options:");
}

export function sinkSettings(flags: SinkFlags): SinkSettings {
  const { metrics, syslog, eve, exec, execTimeout, execLimit, webhook } = flags;
  return {
    ...(metrics !== undefined && { metrics }),
    ...(syslog !== undefined && { syslog }),
    ...(eve !== undefined && { eve }),
    ...(exec !== undefined && { exec }),
    ...(execTimeout !== undefined && { execTimeoutSeconds: execTimeout }),
    ...(execLimit !== undefined && { execLimit }),
    ...(webhook !== undefined && { webhook }),
  };
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
