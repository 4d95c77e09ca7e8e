// @module-tag slow
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { DIRECTOR, GATEWAY, NEIGHBOUR, REAL_SERVER, SECOND_REAL_SERVER, VIP } from "../support/frames.ts";
import { FIRST_REQUEST, lookup, PROBLEM_3 } from "../support/incidents.ts";
import { pcapHeader, writePcap } from "../support/pcap.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";
import { at, isAt, packet, whoHas } from "../support/traffic.ts";
import { WatchProcess } from "../support/watch-process.ts";

const ROLES = [
  "--vip",
  VIP,
  "--director",
  DIRECTOR.ip,
  "--real-server",
  REAL_SERVER.ip,
  "--gateway",
  GATEWAY.ip,
];
const HEADER = pcapHeader();
const LEAK = writePcap(PROBLEM_3.frames);
const MORE = writePcap([at(9_000, packet(GATEWAY, REAL_SERVER, { destination: VIP }))]).subarray(
  HEADER.length,
);

/** The watch reports it at once, and so shows that it is under way. It is a notice, which leaves the verdict clean. */
const MISMATCH = at(150, isAt(NEIGHBOUR.ip, NEIGHBOUR, GATEWAY, { mac: SECOND_REAL_SERVER.mac }));

function isUnderWay({ stdout }: WatchProcess): boolean {
  return stdout.includes(NEIGHBOUR.ip);
}

const running: WatchProcess[] = [];

function watch(...args: string[]): WatchProcess {
  const started = new WatchProcess(args);
  running.push(started);
  return started;
}

afterEach(() => {
  for (const { child } of running.splice(0)) child.kill("SIGKILL");
});

describe("a stream", () => {
  it("is told of while it lasts, one line an event", async () => {
    const watching = watch(...ROLES, "--format", "ndjson");
    watching.write(LEAK);
    await watching.until(({ stdout }) => stdout.includes("\n"));
    expect(watching.events[0]).toMatchObject({ event: "opened", kind: "vip-source-in-request", ip: VIP });
    expect(await watching.finish()).toBe(1);
  });

  it("gives a sentence an event, then the report, where nobody asked for a format", async () => {
    const watching = watch(...ROLES);
    watching.write(LEAK);
    expect(await watching.finish()).toBe(1);
    expect(watching.stdout).toMatch(
      /^2023-11-14T22:13:20\.\d{9}Z F1 \w+ vip-source-in-request: Real server /,
    );
    expect(watching.stdout).toMatch(/\nPOISONED {2}1 critical\n/);
    expect(watching.stderr).toBe("");
  });

  it("may be given as -", async () => {
    const watching = watch("-", ...ROLES, "--format", "json");
    watching.write(LEAK);
    expect(await watching.finish()).toBe(1);
    expect(JSON.parse(watching.stdout)).toMatchObject({ verdict: "poisoned" });
  });

  it("that is empty is refused in one line", async () => {
    const watching = watch();
    expect(await watching.finish()).toBe(2);
    expect(watching.stderr).toMatch(/^lvs-pcap: -: offset 0: empty; .*\n$/);
  });

  it("that is joined in its middle is refused, and says how to begin", async () => {
    const watching = watch();
    watching.write(LEAK.subarray(100));
    expect(await watching.finish()).toBe(2);
    expect(watching.stderr).toMatch(/^lvs-pcap: -: offset 0: .*read from its beginning.*\n$/);
  });

  it("that breaks off is judged up to there, and says so", async () => {
    const watching = watch(...ROLES, "--format", "ndjson");
    watching.write(LEAK.subarray(0, LEAK.length - 3));
    expect(await watching.finish()).toBe(1);
    expect(watching.stderr).toMatch(/cut short/);
  });

  it("is not a file", async () => {
    const watching = watch("incident.pcap");
    expect(await watching.ended).toBe(2);
    expect(watching.stderr).toMatch(/^lvs-pcap: incident\.pcap: watch reads a stream.*analyze\n$/);
  });
});

describe("signals", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s ends it with the report and the status of analyze",
    async (signal) => {
      const watching = watch(...ROLES);
      watching.write(LEAK);
      await watching.until(({ stdout }) => stdout.includes("F1"));
      watching.signal(signal);
      expect(await watching.ended).toBe(1);
      expect(watching.stdout).toMatch(/\nPOISONED {2}1 critical\n/);
    },
  );

  it("end a watch that saw a notice at most with status 0", async () => {
    const watching = watch(...ROLES);
    watching.write(writePcap([...FIRST_REQUEST, MISMATCH]));
    await watching.until(isUnderWay);
    watching.signal("SIGTERM");
    expect(await watching.ended).toBe(0);
    expect(watching.stdout).toMatch(/^CLEAN/m);
  });

  it("SIGTERM takes what is already in the pipe", async () => {
    const report = scratchPath("last.json");
    const watching = watch(...ROLES, "--report", report);
    watching.write(LEAK);
    await watching.until(({ stdout }) => stdout.includes("F1"));
    watching.write(MORE);
    watching.signal("SIGTERM");
    expect(await watching.ended).toBe(1);
    expect(JSON.parse(readFileSync(report, "utf8")).captures[0].frames).toBe(PROBLEM_3.frames.length + 1);
  });

  it("SIGHUP reads the topology again", async () => {
    const topology = scratchFile("cluster.yaml", "vips: []\n");
    const watching = watch("--topology", topology, "--format", "ndjson");
    watching.write(writePcap([...FIRST_REQUEST, ...lookup(100, REAL_SERVER, GATEWAY), MISMATCH]));
    await watching.until(isUnderWay);
    writeFileSync(topology, `vips:\n  - ip: ${VIP}\n    directors: [${DIRECTOR.ip}]\n`);
    watching.signal("SIGHUP");
    await watching.until(({ stderr }) => stderr.includes("read again"));
    const leak = writePcap([at(2_000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP }))]);
    watching.write(leak.subarray(HEADER.length));
    await watching.until(({ stdout }) => stdout.includes("vip-source-in-request"));
    await watching.finish();
  });

  it("SIGHUP with a topology that is broken says so, and the watch goes on by the old one", async () => {
    const good = `vips:\n  - ip: ${VIP}\n    directors: [${DIRECTOR.ip}]\n`;
    const topology = scratchFile("broken.yaml", good);
    const watching = watch("--topology", topology, "--format", "ndjson");
    watching.write(writePcap([MISMATCH]));
    await watching.until(isUnderWay);
    writeFileSync(topology, "vipz: 3\n");
    watching.signal("SIGHUP");
    await watching.until(({ stderr }) => stderr.includes("the roles stay as they were"));
    watching.write(LEAK.subarray(HEADER.length));
    await watching.until(({ stdout }) => stdout.includes("vip-source-in-request"));
    expect(await watching.finish()).toBe(1);
  });
});

describe("a reader", () => {
  it("that goes away ends the watch, and nobody is bothered", async () => {
    const watching = watch(...ROLES, "--format", "ndjson");
    watching.write(LEAK);
    await watching.until(({ stdout }) => stdout.includes("\n"));
    watching.child.stdout?.destroy();
    watching.write(MORE);
    // Damped until now; this is news, and finds nobody there.
    const heal = writePcap([at(20_000, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP }))]).subarray(
      HEADER.length,
    );
    watching.write(heal);
    const again = setInterval(() => watching.write(heal), 100);
    expect(await watching.ended).toBe(1);
    clearInterval(again);
    expect(watching.stderr.replace(/^lvs-pcap: .* frames?, .*\n$/, "")).toBe("");
  });
});

describe("files", () => {
  it("--output gets the events and the report", async () => {
    const path = scratchPath("events.txt");
    const watching = watch(...ROLES, "--output", path);
    watching.write(LEAK);
    expect(await watching.finish()).toBe(1);
    expect(watching.stdout).toBe("");
    expect(readFileSync(path, "utf8")).toMatch(/F1 [\s\S]*\nPOISONED/);
  });

  it("--report gets the report as JSON, whatever the format", async () => {
    const path = scratchPath("report.json");
    const watching = watch(...ROLES, "--format", "ndjson", "--report", path);
    watching.write(LEAK);
    await watching.finish();
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ verdict: "poisoned" });
  });

  it("on a disk that is full are said once, and the watch goes on", async () => {
    const watching = watch(...ROLES, "--output", "/dev/full", "--format", "ndjson");
    watching.write(LEAK);
    expect(await watching.finish()).toBe(2);
    const said = watching.stderr.split("\n").filter((line) => line.includes("no space left"));
    expect(said).toEqual([
      "lvs-pcap: /dev/full: cannot be written: no space left on the disk; the watch goes on",
    ]);
    expect(watching.stderr).toMatch(/lines? could not be written/);
  });

  it("that cannot be opened are refused before the watch begins", async () => {
    const watching = watch("--output", "/no/such/folder/events");
    expect(await watching.ended).toBe(2);
    expect(watching.stderr).toMatch(
      /^lvs-pcap: \/no\/such\/folder\/events: cannot be written: no such file or directory\n$/,
    );
  });
});

describe("a sink that never took an event", () => {
  it("is reported at the end, with how many it missed", async () => {
    const watching = watch(...ROLES, "--format", "ndjson", "--webhook", "http://127.0.0.1:1/hook");
    watching.write(LEAK);
    await watching.until(({ stdout }) => stdout.includes("\n"));
    expect(await watching.finish()).toBe(1);
    const reported = watching.events.length;
    expect(watching.stderr).toContain(
      `lvs-pcap: webhook: ${reported} event${reported === 1 ? "" : "s"} could not be delivered\n`,
    );
  });

  it("is reported where the receiver takes a connection and never answers", async () => {
    const server = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const watching = watch(...ROLES, "--format", "ndjson", "--webhook", `http://127.0.0.1:${port}/`);
    watching.write(LEAK);
    await watching.finish();
    server.close();
    expect(watching.stderr).toMatch(/^lvs-pcap: webhook: [1-9]\d* events? could not be delivered$/m);
  });
});

describe("a watch that cannot begin", () => {
  it.each([
    ["--topology", "/no/such/file"],
    ["--inventory", "/no/such/file"],
  ])("ends though it serves metrics: %s %s", async (...args) => {
    const watching = watch("--metrics", ":0", ...args);
    expect(await watching.ended).toBe(2);
    expect(watching.stderr).toContain("no such file");
  });
});

describe("a file that broke off within a line", () => {
  it.each([
    ["--output", '{"event":"opened","at":"2026-'],
    ["--output", "2026-11-23T05:28:14.095862889Z F1 critical vip-"],
    ["--eve", '{"timestamp":"2026-11-23T05:28'],
  ])("gets its line ended before the next: %s after %s", async (option, half) => {
    const path = scratchFile("broken-off", half);
    const watching = watch(...ROLES, "--format", "ndjson", option, path);
    watching.write(LEAK);
    await watching.finish();
    const [first, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(first).toBe(half);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) JSON.parse(line);
  });
});
