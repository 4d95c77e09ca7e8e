import { LvsPcapError } from "../../errors.ts";

export type SyslogTarget =
  | { readonly transport: "udp" | "tcp"; readonly host: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string };

/** RFC 5426 and RFC 6587: the ports that syslog has by registration, or by custom. */
const PORTS = { udp: 514, tcp: 601 } as const;

/**
 * `udp://host[:514]`, `tcp://host[:601]`, `unix:///dev/log`.
 *
 * @throws LvsPcapError `bad-usage`
 */
export function parseSyslogTarget(text: string): SyslogTarget {
  const network = /^(udp|tcp):\/\/(?:\[([0-9a-fA-F:.%]+)\]|([^\s:[\]/@?#]+))(?::(\d{1,5}))?\/?$/.exec(text);
  if (network !== null) {
    const transport = network[1] === "udp" ? "udp" : "tcp";
    const port = Number(network[4] ?? PORTS[transport]);
    const host = network[2] ?? network[3];
    if (host !== undefined && port > 0 && port <= 65_535) return { transport, host, port };
  }
  const path = /^unix:(?:\/\/)?(\/[^/].*)$/.exec(text)?.[1];
  if (path !== undefined) return { transport: "unix", path };
  throw new LvsPcapError(
    "bad-usage",
    `--syslog ${text}: expected udp://host:514, tcp://host:601 or unix:///dev/log`,
  );
}

export function targetText(target: SyslogTarget): string {
  if (target.transport === "unix") return `unix://${target.path}`;
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return `${target.transport}://${host}:${target.port}`;
}
