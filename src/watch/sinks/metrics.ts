import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { LvsPcapError } from "../../errors.ts";
import { systemCode, systemReason } from "../../files/system-error.ts";
import { EVENT_NAMES, type WatchEvent } from "../../reports/event.ts";
import type { EventSink, WatchGauges } from "../event-sink.ts";
import { isMeantFor } from "./host-check.ts";
import type { ListenAddress } from "./listen-address.ts";

/** Prometheus asks one at a time; what is beyond is nobody's scrape. */
const MOST_CONNECTIONS = 32;
const REQUEST_TIMEOUT_MS = 5000;
/** As often connections are looked through for those whose time is up. */
const CHECKS_PER_TIMEOUT = 5;
/** A label's values are kept for ever by whoever scrapes: VIPs beyond these are counted together. */
const MOST_VIPS = 64;
const OTHER_VIPS = "other";
/** Of prom-client's own: promtool takes them for counters, which they are not. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** `--metrics`: the figures of the watch in Prometheus' text format, at `/metrics`; and `/healthz`. */
export class MetricsSink implements EventSink {
  readonly name = "metrics";
  readonly dropped = 0;
  private readonly registry = new Registry();
  private readonly server: Server;
  private readonly vips = new Set<string>();
  private readonly gauges: () => WatchGauges;

  private readonly host: string;

  private constructor(host: string, gauges: () => WatchGauges, timeoutMs: number) {
    this.host = host;
    this.gauges = gauges;
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
    this.register();
    const timeouts = {
      requestTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      keepAliveTimeout: timeoutMs,
      connectionsCheckingInterval: timeoutMs / CHECKS_PER_TIMEOUT,
    };
    this.server = createServer(timeouts, (request, response) => {
      void this.answer(request, response);
    });
    this.server.maxConnections = MOST_CONNECTIONS;
    // Who asks for nothing, or does not take the answer.
    this.server.setTimeout(timeoutMs);
  }

  /**
   * @param timeoutMs a connection on which nothing happens for so long is closed, and so is one whose request takes longer
   * @throws LvsPcapError `bad-usage` where nobody may listen there, or somebody else does
   */
  static async open(
    { host, port }: ListenAddress,
    gauges: () => WatchGauges,
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<MetricsSink> {
    const sink = new MetricsSink(host, gauges, timeoutMs);
    await new Promise<void>((resolve, reject) => {
      sink.server.once("error", (error) => reject(cannotListen(host, port, error)));
      sink.server.listen(port, host, () => resolve());
    });
    sink.server.on("error", () => {});
    return sink;
  }

  /** Where it listens; the port is the one that was given out where 0 was asked for. */
  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === "string") return "";
    const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
    return `http://${host}:${address.port}/metrics`;
  }

  deliver(_event: WatchEvent): void {}

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
    this.registry.clear();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => {});
    if (!this.isMeant(request)) {
      response.writeHead(421, { "content-type": "text/plain" }).end(`this is ${this.url}\n`);
      return;
    }
    const path = (request.url ?? "").split("?", 1)[0];
    const isHead = request.method === "HEAD";
    if (request.method !== "GET" && !isHead) {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    if (path === "/metrics") {
      const text = await this.registry.metrics();
      response.writeHead(200, { "content-type": this.registry.contentType }).end(isHead ? "" : text);
    } else if (path === "/healthz") {
      response.writeHead(200, { "content-type": "text/plain" }).end(isHead ? "" : "ok\n");
    } else {
      response.writeHead(404, { "content-type": "text/plain" }).end(isHead ? "" : "see /metrics\n");
    }
  }

  private isMeant({ headers }: IncomingMessage): boolean {
    const address = this.server.address();
    const bound = typeof address === "object" && address !== null ? address.address : "";
    return isMeantFor(headers.host, this.host, bound);
  }

  private register(): void {
    this.findingsOpen();
    this.counter("lvs_pcap_frames_total", "Frames read.", ({ frames }) => frames);
    this.counter("lvs_pcap_captured_bytes_total", "Bytes of the stream read.", ({ bytes }) => bytes);
    this.counter(
      "lvs_pcap_capture_dropped_frames_total",
      "Frames that the capturing side says it lost; missing until it has said so.",
      ({ droppedFrames }) => droppedFrames,
    );
    this.counter(
      "lvs_pcap_forgotten_total",
      "Addresses, hosts and traffic rows given up to stay within memory.",
      ({ forgotten }) => forgotten,
    );
    this.gauge("lvs_pcap_bindings", "Addresses that are followed.", ({ bindings }) => bindings);
    this.gauge("lvs_pcap_hosts", "Hosts that are known.", ({ hosts }) => hosts);
    this.gauge(
      "lvs_pcap_lag_seconds",
      "How far behind the newest frame was decoded; missing where frames are not of now.",
      ({ lagSeconds }) => lagSeconds,
    );
    this.gauge(
      "lvs_pcap_work_seconds",
      "From reading a chunk of frames until all it led to was told: the longest of late.",
      ({ workSeconds }) => workSeconds,
    );
    this.labelled("lvs_pcap_events_total", "Events told.", "event", ({ events }) =>
      EVENT_NAMES.map((name) => [name, events[name]]),
    );
    this.labelled(
      "lvs_pcap_sink_dropped_events_total",
      "Events that a sink had to give up.",
      "sink",
      ({ sinkDropped }) => Object.entries(sinkDropped),
    );
  }

  private findingsOpen(): void {
    const { gauges } = this;
    const vipLabel = (ip: string) => this.vipLabel(ip);
    new Gauge({
      name: "lvs_pcap_findings_open",
      help: "Findings that are open, by kind, severity and VIP; vip is empty where it is about another address.",
      labelNames: ["kind", "severity", "vip"],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { kind, severity, ip, isVip, count } of gauges().open) {
          this.inc({ kind, severity, vip: isVip ? vipLabel(ip) : "" }, count);
        }
      },
    });
  }

  private vipLabel(ip: string): string {
    if (this.vips.size < MOST_VIPS) this.vips.add(ip);
    return this.vips.has(ip) ? ip : OTHER_VIPS;
  }

  private gauge(name: string, help: string, value: (gauges: WatchGauges) => number | null): void {
    const { gauges } = this;
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        const now = value(gauges());
        if (now === null) this.remove();
        else this.set(now);
      },
    });
  }

  private counter(name: string, help: string, value: (gauges: WatchGauges) => number | null): void {
    const { gauges } = this;
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        const now = value(gauges());
        this.remove();
        if (now !== null) this.inc(now);
      },
    });
  }

  private labelled(
    name: string,
    help: string,
    label: string,
    values: (gauges: WatchGauges) => (readonly [string, number])[],
  ): void {
    const { gauges } = this;
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [key, count] of values(gauges())) this.inc({ [label]: key }, count);
      },
    });
  }
}

function cannotListen(host: string, port: number, error: unknown): LvsPcapError {
  const where = `--metrics ${host.includes(":") ? `[${host}]` : host}:${port}`;
  const reason = systemCode(error) === "EACCES" ? "this user may not listen there" : systemReason(error);
  return new LvsPcapError("bad-usage", `${where}: ${reason}`, { cause: error });
}
