import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { parseWebhookUrl, WebhookSink } from "../../../src/watch/sinks/webhook.ts";
import { opened, until } from "./events.ts";

interface Posted {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly method: string | undefined;
  readonly atMs: number;
}

type Answer = (response: ServerResponse, attempt: number) => void;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that answers each request as told, and keeps what it was sent. */
async function serve(answer: Answer): Promise<{ url: string; posted: Posted[] }> {
  const posted: Posted[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const atMs = performance.now();
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      posted.push({ body, headers: request.headers, method: request.method, atMs });
      answer(response, posted.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/hook/secret`, posted };
}

interface Setting {
  readonly said?: string[];
  readonly timeoutMs?: number;
  readonly firstMs?: number;
}

function sinkTo(url: string, { said = [], timeoutMs = 2000, firstMs = 20 }: Setting = {}): WebhookSink {
  return new WebhookSink({
    url: parseWebhookUrl(url),
    userAgent: "lvs-pcap/1.2.3",
    timeoutMs,
    pace: { firstMs, longestMs: firstMs * 4, random: () => 0.5 },
    say: (line) => said.push(line),
  });
}

const TAKEN: Answer = (response) => response.writeHead(204).end();

describe("a server that works", () => {
  it("gets each event as a POST of JSON", async () => {
    const { url, posted } = await serve(TAKEN);
    const sink = sinkTo(url);
    const event = opened();
    sink.deliver(event);
    await sink.close();
    expect(posted).toHaveLength(1);
    expect(JSON.parse(posted[0]?.body ?? "")).toEqual(event);
    expect(posted[0]).toMatchObject({
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "lvs-pcap/1.2.3" },
    });
  });

  it("gets them in order", async () => {
    const { url, posted } = await serve(TAKEN);
    const sink = sinkTo(url);
    for (const id of ["F1", "F2", "F3"]) sink.deliver(opened({ id }));
    await sink.close();
    expect(posted.map(({ body }) => JSON.parse(body).id)).toEqual(["F1", "F2", "F3"]);
  });
});

describe("a server that is in trouble", () => {
  it("is tried again after a 500, and told once of a person", async () => {
    const { url, posted } = await serve((response, attempt) =>
      response.writeHead(attempt < 4 ? 500 : 200).end(),
    );
    const said: string[] = [];
    const sink = sinkTo(url, { said });
    sink.deliver(opened());
    await until(() => posted.length === 4);
    await sink.close();
    const origin = new URL(url).origin;
    expect(said).toEqual([
      `webhook ${origin}: answered with status 500; watching goes on, and trying again`,
      `webhook ${origin}: works again`,
    ]);
    expect(sink.dropped).toBe(0);
  });

  it("is left more and more time", async () => {
    const { url, posted } = await serve((response, attempt) =>
      response.writeHead(attempt < 4 ? 503 : 200).end(),
    );
    const sink = sinkTo(url, { firstMs: 80 });
    sink.deliver(opened());
    await until(() => posted.length === 4);
    await sink.close();
    const gaps = posted.slice(1).map(({ atMs }, index) => atMs - (posted[index]?.atMs ?? 0));
    expect(gaps[0]).toBeGreaterThan(55);
    expect(gaps[1]).toBeGreaterThan(110);
    expect(gaps[2]).toBeGreaterThan(220);
  });

  it("is obeyed where it says when to come back", async () => {
    const { url, posted } = await serve((response, attempt) => {
      if (attempt === 1) response.writeHead(429, { "retry-after": "1" }).end();
      else TAKEN(response, attempt);
    });
    const sink = sinkTo(url);
    sink.deliver(opened());
    await until(() => posted.length === 2);
    await sink.close();
    expect((posted[1]?.atMs ?? 0) - (posted[0]?.atMs ?? 0)).toBeGreaterThan(950);
  });

  it("is not asked twice what it refuses for good", async () => {
    const { url, posted } = await serve((response) => response.writeHead(404).end());
    const sink = sinkTo(url);
    sink.deliver(opened());
    sink.deliver(opened());
    await sink.close();
    expect([posted.length, sink.dropped]).toEqual([2, 2]);
  });

  it("that hangs is given up on, and tried again", async () => {
    const { url, posted } = await serve((response, attempt) => {
      if (attempt > 1) TAKEN(response, attempt);
    });
    const sink = sinkTo(url, { timeoutMs: 150 });
    sink.deliver(opened());
    await until(() => posted.length === 2);
    await sink.close();
    expect(sink.dropped).toBe(0);
  });

  it("that never ends its answer is given up on, too", async () => {
    const { url, posted } = await serve((response, attempt) => {
      if (attempt > 1) TAKEN(response, attempt);
      else response.writeHead(200).write("and");
    });
    const said: string[] = [];
    const sink = sinkTo(url, { timeoutMs: 150, said });
    sink.deliver(opened());
    await until(() => posted.length === 2);
    await sink.close();
    expect(said[0]).toContain("no answer within 0.15 s");
  });

  it("that cuts the connection is tried again", async () => {
    const { url, posted } = await serve((response, attempt) => {
      if (attempt > 1) TAKEN(response, attempt);
      else response.socket?.destroy();
    });
    const sink = sinkTo(url);
    sink.deliver(opened());
    await until(() => posted.length === 2);
    await sink.close();
    expect(sink.dropped).toBe(0);
  });

  it("stalls nobody: the oldest events go, and are counted", async () => {
    const { url } = await serve(() => {});
    const sink = sinkTo(url);
    const began = performance.now();
    for (let index = 0; index < 20_000; index++) sink.deliver(opened());
    expect(performance.now() - began).toBeLessThan(2000);
    expect(sink.dropped).toBeGreaterThan(18_000);
    await sink.close();
    expect(performance.now() - began).toBeLessThan(8000);
    expect(sink.dropped).toBe(20_000);
  });
});

describe("a URL", () => {
  it.each(["", "hook.example/x", "ftp://hook.example", "file:///etc/passwd"])("%j is refused", (text) => {
    expect(() => parseWebhookUrl(text)).toThrow("expected an http or https URL");
  });
});
