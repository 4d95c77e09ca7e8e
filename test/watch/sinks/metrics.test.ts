import { spawnSync } from "node:child_process";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { WatchGauges } from "../../../src/watch/event-sink.ts";
import { isMeantFor } from "../../../src/watch/sinks/host-check.ts";
import { parseListenAddress } from "../../../src/watch/sinks/listen-address.ts";
import { MetricsSink } from "../../../src/watch/sinks/metrics.ts";
import { VIP } from "../../support/frames.ts";
import { notInstalled, skippedFor } from "../../support/skipped.ts";
import { GAUGES } from "./events.ts";

const NO_PROMTOOL = notInstalled("promtool");
const open: MetricsSink[] = [];
afterEach(async () => {
  for (const sink of open.splice(0)) await sink.close();
});

async function serve(gauges: Partial<WatchGauges> = {}): Promise<MetricsSink> {
  const sink = await MetricsSink.open(parseListenAddress(":0"), () => ({ ...GAUGES, ...gauges }));
  open.push(sink);
  return sink;
}

async function scrape(sink: MetricsSink): Promise<string> {
  return (await fetch(sink.url)).text();
}

/** The lines of one metric, comments left out. */
function samples(text: string, name: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length)));
}

describe("what Prometheus gets to see", () => {
  it("counts open findings by kind, severity and VIP", async () => {
    expect(samples(await scrape(await serve()), "lvs_pcap_findings_open")).toEqual([
      `lvs_pcap_findings_open{kind="vip-reply",severity="critical",vip="${VIP}"} 2`,
      'lvs_pcap_findings_open{kind="address-conflict",severity="warning",vip=""} 1',
    ]);
  });

  it("no longer shows a finding that is over", async () => {
    let current: WatchGauges = GAUGES;
    const sink = await MetricsSink.open(parseListenAddress(":0"), () => current);
    open.push(sink);
    await scrape(sink);
    current = { ...GAUGES, open: [] };
    expect(samples(await scrape(sink), "lvs_pcap_findings_open")).toEqual([]);
  });

  it("tells VIPs apart only up to a bound, for every label is kept for ever", async () => {
    const many = Array.from({ length: 500 }, (_, index) => ({
      kind: "vip-reply" as const,
      severity: "critical" as const,
      ip: `10.0.${index >> 8}.${index & 255}`,
      isVip: true,
      count: 1,
    }));
    const lines = samples(await scrape(await serve({ open: many })), "lvs_pcap_findings_open");
    expect(lines).toHaveLength(65);
    expect(lines.at(-1)).toBe('lvs_pcap_findings_open{kind="vip-reply",severity="critical",vip="other"} 436');
  });

  it.each([
    ["lvs_pcap_bindings", "lvs_pcap_bindings 7"],
    ["lvs_pcap_hosts", "lvs_pcap_hosts 5"],
    ["lvs_pcap_frames_total", "lvs_pcap_frames_total 1234"],
    ["lvs_pcap_lag_seconds", "lvs_pcap_lag_seconds 0.0005"],
    ["lvs_pcap_sink_dropped_events_total", 'lvs_pcap_sink_dropped_events_total{sink="syslog"} 6'],
  ])("has %s", async (name, line) => {
    expect(samples(await scrape(await serve()), name)).toEqual([line]);
  });

  it("counts events by name", async () => {
    expect(samples(await scrape(await serve()), "lvs_pcap_events_total")).toEqual([
      'lvs_pcap_events_total{event="opened"} 3',
      'lvs_pcap_events_total{event="updated"} 2',
      'lvs_pcap_events_total{event="restored"} 1',
      'lvs_pcap_events_total{event="benign"} 4',
    ]);
  });

  it("leaves out what nobody knows yet, instead of a zero that says all is well", async () => {
    expect(samples(await scrape(await serve()), "lvs_pcap_capture_dropped_frames_total")).toEqual([]);
  });

  it("has what the capture lost once that is known", async () => {
    expect(
      samples(await scrape(await serve({ droppedFrames: 17 })), "lvs_pcap_capture_dropped_frames_total"),
    ).toEqual(["lvs_pcap_capture_dropped_frames_total 17"]);
  });

  it("gives the same at every scrape while nothing happens", async () => {
    const sink = await serve();
    const own = async () => (await scrape(sink)).split("\n").filter((line) => line.startsWith("lvs_pcap_"));
    expect(await own()).toEqual(await own());
  });

  it("has the process's own figures, too", async () => {
    expect(samples(await scrape(await serve()), "process_resident_memory_bytes")).toHaveLength(1);
  });

  it.skipIf(NO_PROMTOOL !== null)(`is what promtool takes${skippedFor(NO_PROMTOOL)}`, async () => {
    const input = await scrape(await serve({ droppedFrames: 17 }));
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
      input,
      encoding: "utf8",
    });
    expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: "" });
  });
});

describe("the server", () => {
  it("listens on loopback unless told otherwise", async () => {
    expect((await serve()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  });

  it("says that it is alive", async () => {
    const answer = await fetch((await serve()).url.replace("metrics", "healthz"));
    expect([answer.status, await answer.text()]).toEqual([200, "ok\n"]);
  });

  it("has nothing else to show", async () => {
    expect((await fetch((await serve()).url.replace("metrics", "etc/passwd"))).status).toBe(404);
  });

  it("takes no orders", async () => {
    expect((await fetch((await serve()).url, { method: "POST", body: "x" })).status).toBe(405);
  });

  it("says in one line that the port is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(MetricsSink.open({ host: "127.0.0.1", port }, () => GAUGES)).rejects.toThrow(
      `--metrics 127.0.0.1:${port}: the port is in use by another program`,
    );
    other.close();
  });
});

/** What comes back to these bytes until the server closes the connection. */
function answerTo(sink: MetricsSink, request: string): Promise<string> {
  const { hostname, port } = new URL(sink.url);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

describe("a connection that is held open", () => {
  it.each([
    ["nothing", ""],
    ["half a header", "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n"],
    ["half a body", "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nx"],
    ["a whole request, and nothing more", "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"],
  ])("with %s is closed in time", async (_, request) => {
    const sink = await MetricsSink.open(parseListenAddress(":0"), () => GAUGES, 300);
    open.push(sink);
    const startMs = performance.now();
    await answerTo(sink, request);
    expect(performance.now() - startMs).toBeLessThan(1500);
  });

  it("does not keep others out for longer than that, however many there are", async () => {
    const sink = await MetricsSink.open(parseListenAddress(":0"), () => GAUGES, 300);
    open.push(sink);
    const { hostname, port } = new URL(sink.url);
    const held = Array.from({ length: 200 }, () => connect(Number(port), hostname).on("error", () => {}));
    for (const socket of held) socket.write("GET /");
    await sleep(800);
    expect(samples(await scrape(sink), "lvs_pcap_bindings")).toEqual(["lvs_pcap_bindings 7"]);
    for (const socket of held) socket.destroy();
  });
});

describe("a request for another host", () => {
  const get = (host: string) => `GET /metrics HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

  it.each(["evil.example", "evil.example:9469", "127.0.0.1.evil.example", "192.0.2.1", "", "[", "a:b:c"])(
    "gets no figures: %j",
    async (host) => {
      expect(await answerTo(await serve(), get(host))).toMatch(/^HTTP\/1\.1 421 /);
    },
  );

  it.each(["127.0.0.1", "127.0.0.1:9469", "localhost:8080", "LOCALHOST", "[::1]:9469"])(
    "is none where it names loopback, by any port of a tunnel: %s",
    async (host) => {
      expect(await answerTo(await serve(), get(host))).toMatch(/^HTTP\/1\.1 200 /);
    },
  );

  it("is none in HTTP/1.0, which has no host", async () => {
    expect(await answerTo(await serve(), "GET /metrics HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ["watcher.example:9469", "watcher.example", "192.0.2.7", true],
    ["192.0.2.7:9469", "watcher.example", "192.0.2.7", true],
    ["localhost:9469", "watcher.example", "192.0.2.7", false],
    ["other.example", "watcher.example", "192.0.2.7", false],
    ["[2001:db8::7]:9469", "2001:db8::7", "2001:db8::7", true],
    ["anything.example", "0.0.0.0", "0.0.0.0", true],
    ["anything.example", "::", "::", true],
  ])("%s to a server at %s, which is %s: meant for it %s", (header, asked, bound, isMeant) => {
    expect(isMeantFor(header, asked, bound)).toBe(isMeant);
  });
});

describe("where to listen", () => {
  it.each([
    [":9469", { host: "127.0.0.1", port: 9469 }],
    ["9469", { host: "127.0.0.1", port: 9469 }],
    ["0.0.0.0:9469", { host: "0.0.0.0", port: 9469 }],
    ["localhost:80", { host: "localhost", port: 80 }],
    ["[::1]:9469", { host: "::1", port: 9469 }],
  ])("understands %s", (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  it.each(["", "localhost", ":99999", "http://localhost:80", "::1:80"])("refuses %j", (text) => {
    expect(() => parseListenAddress(text)).toThrow("expected [host]:port");
  });
});
