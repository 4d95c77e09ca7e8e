// @module-tag slow
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { BUILT_COMMAND, builtLvsPcap, lvsPcap } from "../support/cli.ts";
import { VIP } from "../support/frames.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { pcapHeader, writePcap } from "../support/pcap.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";
import { notInstalled, skippedFor } from "../support/skipped.ts";
import { WatchProcess } from "../support/watch-process.ts";

const CAPTURE = writePcap(PROBLEM_3.frames);
const HEADER_BYTES = pcapHeader().length;
const { PATH = "" } = process.env;

let folders = 0;

/** A `systemd-notify` that writes down what it is to send, one message a line. */
function notify() {
  const folder = scratchPath(`notify-${++folders}`);
  mkdirSync(folder);
  const sent = join(folder, "sent");
  writeFileSync(
    join(folder, "systemd-notify"),
    `#!/bin/sh\nfor m in "$@"; do echo "$m" >> '${sent}'; done\n`,
  );
  chmodSync(join(folder, "systemd-notify"), 0o755);
  const messages = () => (existsSync(sent) ? readFileSync(sent, "utf8").trim().split("\n") : []);
  return { path: `${folder}:${PATH}`, messages };
}

function watch(environment: NodeJS.ProcessEnv, ...args: string[]): WatchProcess {
  const watching = new WatchProcess(args, { ...process.env, NOTIFY_SOCKET: "/nonexistent", ...environment });
  onTestFinished(() => void watching.child.kill("SIGKILL"));
  return watching;
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; waited < 500 && !isSo(); waited++) await sleep(20);
  expect(isSo()).toBe(true);
}

describe("systemd is told", () => {
  it("that the watch is ready once the capture has begun, and not before", async () => {
    const { path, messages } = notify();
    const watching = watch({ PATH: path });
    await sleep(1_000);
    expect(messages()).toEqual([]);
    watching.write(CAPTURE.subarray(0, HEADER_BYTES));
    await until(() => messages().includes("READY=1"));
    watching.write(CAPTURE.subarray(HEADER_BYTES));
    await watching.finish();
    await until(() => messages().includes("STOPPING=1"));
    expect(messages().filter((message) => message === "READY=1")).toHaveLength(1);
  });

  it("in time for its watchdog that the watch is alive, and how it stands", async () => {
    const { path, messages } = notify();
    const watching = watch({ PATH: path, WATCHDOG_USEC: "500000" });
    watching.write(CAPTURE);
    await until(() => messages().filter((message) => message === "WATCHDOG=1").length >= 3);
    expect(messages()).toContainEqual(expect.stringMatching(/^STATUS=open: 1 critical, .*12 frames in all$/));
    await watching.finish();
  });

  it("nothing where the watchdog waits for another process", async () => {
    const { path, messages } = notify();
    const watching = watch({ PATH: path, WATCHDOG_USEC: "300000", WATCHDOG_PID: "1" });
    watching.write(CAPTURE);
    await until(() => messages().includes("READY=1"));
    await sleep(500);
    expect(messages()).not.toContain("WATCHDOG=1");
    await watching.finish();
  });

  it("nothing where it did not start the watch", async () => {
    const { path, messages } = notify();
    const watching = watch({ PATH: path, NOTIFY_SOCKET: undefined });
    watching.write(CAPTURE);
    await watching.finish();
    expect(messages()).toEqual([]);
  });

  it("nothing where there is no systemd-notify, which is reported once", async () => {
    const watching = watch({ PATH: "/nonexistent", WATCHDOG_USEC: "200000" });
    watching.write(CAPTURE);
    await sleep(1_000);
    expect(await watching.finish()).toBe(1);
    expect(watching.stderr).toBe(
      "lvs-pcap: systemd-notify: not found; systemd is not told that the watch runs\n",
    );
  });

  const missing = notInstalled("systemd-notify") ?? notInstalled("python3");
  it.skipIf(missing !== null)(`by a datagram, which systemd-notify sends${skippedFor(missing)}`, async () => {
    const socket = scratchPath("notify.socket");
    const listener = `import socket,sys
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True: print(s.recv(4096).decode(), flush=True)`;
    const listening = spawn("python3", ["-c", listener, socket]);
    onTestFinished(() => void listening.kill("SIGKILL"));
    let received = "";
    listening.stdout.on("data", (chunk: Buffer) => {
      received += chunk.toString();
    });
    await until(() => existsSync(socket));
    const watching = watch({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: "500000" });
    watching.write(CAPTURE);
    await until(() => /READY=1\nSTATUS=/.test(received) && received.includes("WATCHDOG=1\n"));
    await watching.finish();
    await until(() => received.includes("STOPPING=1"));
  });
});

describe("--print-filter", () => {
  it("prints what --interface gives tcpdump, and needs no stream", async () => {
    const { status, stdout } = await lvsPcap(["watch", "--print-filter", "--vip", VIP]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^arp or .* or host 192\.168\.1\.2 or \(vlan and /);
  });

  it("reads the VIPs from the topology, and knows that all interfaces at once show no VLANs", async () => {
    const topology = scratchFile("cluster.yaml", "vips: [192.168.1.7]\n");
    const args = ["watch", "--interface", "any", "--topology", topology, "--print-filter"];
    expect(builtLvsPcap(args).stdout).toMatch(/ or host 192\.168\.1\.7\n$/);
  });
});

/** The unit's command, as systemd would run it for an interface, with the programs that are here. */
function unitCommand(interfaceName: string): string {
  const unit = readFileSync(
    join(import.meta.dirname, "..", "..", "src", "packaging", "systemd", "lvs-pcap@.service"),
    "utf8",
  );
  const [, command] = /^ExecStart=\/bin\/bash -c '((?:.*\\\n)*.*)'$/m.exec(unit) ?? [];
  if (command === undefined) throw new Error("the unit runs no command of bash");
  const state = scratchPath(`state-${++folders}`);
  mkdirSync(state, { mode: 0o700 });
  return command
    .replaceAll("\\\n", " ")
    .replaceAll("$$", "$")
    .replaceAll("/var/lib/lvs-pcap/%i", state)
    .replaceAll("%i", interfaceName)
    .replaceAll("/usr/bin/lvs-pcap", `${process.execPath} ${BUILT_COMMAND}`)
    .replaceAll("/etc/lvs-pcap/cluster.yaml", scratchFile("cluster.yaml", `vips: [${VIP}]\n`));
}

const CANNOT_RUN =
  notInstalled("tcpdump") ??
  notInstalled("setpriv") ??
  (process.getuid?.() === 0 ? null : "capturing needs root");

describe.skipIf(CANNOT_RUN !== null)(`the command of the unit${skippedFor(CANNOT_RUN)}`, () => {
  it("lets tcpdump say why it cannot capture", () => {
    const { status, stderr } = spawnSync("bash", ["-c", unitCommand("nosuch0")], { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^tcpdump: nosuch0: No such device exists$/m);
  });

  it("becomes a watch that is ready, has a filter, holds no capability, and ends when asked to", async () => {
    const { path, messages } = notify();
    const service = spawn("bash", ["-c", unitCommand("lo")], {
      env: { ...process.env, PATH: path, NOTIFY_SOCKET: "/nonexistent" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void service.kill("SIGKILL"));
    const ended = new Promise((resolve) => service.once("exit", resolve));
    await until(() => messages().includes("READY=1"));
    const [pid, children] = [service.pid ?? 0, `/proc/${service.pid}/task/${service.pid}/children`];
    expect(readFileSync(`/proc/${pid}/cmdline`, "latin1")).toContain("watch");
    expect(readFileSync(`/proc/${pid}/status`, "utf8")).toMatch(/^CapAmb:\t0+$/m);
    const [tcpdump = ""] = readFileSync(children, "utf8").trim().split(" ");
    expect(readFileSync(`/proc/${tcpdump}/cmdline`, "latin1")).toContain(`host ${VIP}`);
    service.kill("SIGTERM");
    expect(await ended).toBe(0);
  });
});
