import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { SyslogSink } from "../../../src/watch/sinks/syslog.ts";
import { parseSyslogTarget } from "../../../src/watch/sinks/syslog-target.ts";
import { scratchPath } from "../../support/scratch.ts";
import { notInstalled, skippedFor } from "../../support/skipped.ts";
import { opened, until } from "./events.ts";
import { Rsyslog } from "./rsyslog.ts";

const UNAVAILABLE = notInstalled("rsyslogd", "logger");
const QUICK = { firstMs: 20, longestMs: 50, random: () => 0.5 };
const ORIGIN = { hostname: "watcher", processId: 4711, version: "1.2.3" };

const servers: Rsyslog[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

function sinkTo(url: string, said: string[] = []): SyslogSink {
  return new SyslogSink({
    target: parseSyslogTarget(url),
    origin: ORIGIN,
    pace: QUICK,
    say: (line) => said.push(line),
  });
}

async function server(name: string): Promise<Rsyslog> {
  const prepared = await Rsyslog.prepare(name);
  servers.push(prepared);
  return prepared;
}

const TRANSPORTS = [
  ["udp", "imudp", (log: Rsyslog) => `udp://127.0.0.1:${log.port}`],
  ["tcp", "imtcp", (log: Rsyslog) => `tcp://127.0.0.1:${log.port}`],
  ["unix", "imuxsock", (log: Rsyslog) => `unix://${log.socket}`],
] as const;

describe.skipIf(UNAVAILABLE !== null)(`rsyslog${skippedFor(UNAVAILABLE)}`, () => {
  it.each(TRANSPORTS)("understands what comes by %s", async (name, input, urlOf) => {
    const log = await server(`r-${name}`);
    await log.start();
    const sink = sinkTo(urlOf(log));
    const event = opened();
    sink.deliver(event);
    await until(() => log.received.length === 1);
    await sink.close();
    expect(log.received[0]).toMatchObject({
      severity: "crit",
      facility: "daemon",
      app: "lvs-pcap",
      process: "4711",
      id: "vip-source-in-request",
      text: `F1 opened, critical: ${event.summary}`,
      by: input,
      version: "1",
    });
    expect(log.received[0]?.data).toContain(`claimantMac="${event.claimant.mac}"`);
    expect(sink.dropped).toBe(0);
  });

  it.each(TRANSPORTS)(
    "reads escaped values and text beyond ASCII as they were, by %s",
    async (name, _, urlOf) => {
      const log = await server(`e-${name}`);
      await log.start();
      const sink = sinkTo(urlOf(log));
      sink.deliver(opened({ id: 'a"]\\b', summary: "13 µs" }));
      await until(() => log.received.length === 1);
      await sink.close();
      expect(log.received[0]?.data).toContain('id="a\\"\\]\\\\b"');
      expect(log.received[0]?.text?.replace("\ufeff", "")).toBe('a"]\\b opened, critical: 13 µs');
    },
  );

  it("gets by tcp what happened while it was away, in order, and both times are said once", async () => {
    const log = await server("away");
    const said: string[] = [];
    const sink = sinkTo(`tcp://127.0.0.1:${log.port}`, said);
    for (const id of ["F1", "F2", "F3"]) sink.deliver(opened({ id }));
    await until(() => said.length === 1);
    await log.start();
    await until(() => log.received.length === 3);
    await sink.close();
    expect(log.received.map(({ text }) => text?.split(" ", 1)[0])).toEqual(["F1", "F2", "F3"]);
    expect(said).toEqual([
      `syslog tcp://127.0.0.1:${log.port}: nobody listens there; watching goes on, and trying again`,
      `syslog tcp://127.0.0.1:${log.port}: works again`,
    ]);
  });

  it("gets by tcp what happens after it was started anew", async () => {
    const log = await server("anew");
    await log.start();
    const sink = sinkTo(`tcp://127.0.0.1:${log.port}`);
    sink.deliver(opened({ id: "F1" }));
    await until(() => log.received.length === 1);
    await log.stop();
    await log.start();
    sink.deliver(opened({ id: "F2" }));
    await until(() => log.received.length === 2);
    await sink.close();
    expect(sink.dropped).toBe(0);
  });
});

describe("a receiver by tcp", () => {
  it("is told each message's length before it (RFC 6587)", async () => {
    let received = "";
    const { port, close } = await listen((socket) => {
      socket.on("data", (chunk) => {
        received += chunk.toString();
      });
    });
    const sink = sinkTo(`tcp://127.0.0.1:${port}`);
    sink.deliver(opened({ summary: "µ" }));
    sink.deliver(opened({ summary: "second" }));
    await sink.close();
    await until(() => received.endsWith("second"));
    await close();
    const first = /^(\d+) /.exec(received);
    const bytes = Buffer.from(received).subarray(first?.[0].length ?? 0);
    expect(bytes.subarray(0, Number(first?.[1])).toString()).toMatch(/^<26>1 .*: µ$/);
    expect(bytes.subarray(Number(first?.[1])).toString()).toMatch(/^\d+ <26>1 .*: second$/);
  });

  it("that takes nothing stalls nobody: the oldest go, and are counted", async () => {
    const { port, close } = await listen((socket) => socket.pause());
    const sink = sinkTo(`tcp://127.0.0.1:${port}`);
    const began = performance.now();
    for (let index = 0; index < 20_000; index++) sink.deliver(opened());
    expect(performance.now() - began).toBeLessThan(2000);
    expect(sink.dropped).toBeGreaterThan(18_000);
    await sink.close();
    await close();
  });
});

describe("nobody at the other end", () => {
  it("is waited for no longer than a few seconds at the end", async () => {
    const sink = sinkTo("tcp://127.0.0.1:9");
    sink.deliver(opened());
    const began = performance.now();
    await sink.close();
    expect(performance.now() - began).toBeLessThan(4000);
    expect(sink.dropped).toBe(1);
  });

  it("is noticed by udp, too, where the machine says so", async () => {
    const sink = sinkTo("udp://127.0.0.1:9");
    sink.deliver(opened());
    await until(() => sink.dropped > 0);
    await sink.close();
    expect(sink.dropped).toBe(1);
  });
});

describe("a local stream socket", () => {
  it("gets a line for each message", async () => {
    let received = "";
    const path = scratchPath("stream");
    const { close } = await listen((socket) => {
      socket.on("data", (chunk) => {
        received += chunk.toString();
      });
    }, path);
    const sink = sinkTo(`unix://${path}`);
    sink.deliver(opened({ summary: "first" }));
    sink.deliver(opened({ summary: "second" }));
    await sink.close();
    await until(() => received.endsWith("second\n"));
    await close();
    expect(received).toMatch(/^<26>1 .*: first\n<26>1 .*: second\n$/);
  });
});

describe("where to send", () => {
  it.each([
    ["udp://log.example", { transport: "udp", host: "log.example", port: 514 }],
    ["tcp://192.0.2.1", { transport: "tcp", host: "192.0.2.1", port: 601 }],
    ["tcp://[2001:db8::1]:6514", { transport: "tcp", host: "2001:db8::1", port: 6514 }],
    ["unix:///dev/log", { transport: "unix", path: "/dev/log" }],
  ])("understands %s", (url, target) => {
    expect(parseSyslogTarget(url)).toEqual(target);
  });

  it.each([
    "",
    "log.example:514",
    "http://log.example",
    "udp://",
    "udp://host:0",
    "tcp://host:70000",
    "unix://log",
  ])("refuses %j", (url) => {
    expect(() => parseSyslogTarget(url)).toThrow(
      "expected udp://host:514, tcp://host:601 or unix:///dev/log",
    );
  });
});

async function listen(
  onConnection: (socket: Socket) => void,
  path?: string,
): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const receiver = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => {
    if (path === undefined) receiver.listen(0, "127.0.0.1", resolve);
    else receiver.listen(path, resolve);
  });
  const address = receiver.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    close: () =>
      new Promise<void>((resolve) => {
        receiver.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
