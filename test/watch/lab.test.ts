// @module-tag slow
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report, WatchEvent } from "../../src/index.ts";
import { BUILT_COMMAND } from "../support/cli.ts";
import { notInstalled, skippedFor } from "../support/skipped.ts";
import { labUnavailable } from "../tools/lab/available.ts";
import { VIP } from "../tools/lab/cluster.ts";
import { Lab } from "../tools/lab/lab.ts";
import { Network } from "../tools/lab/network.ts";
import { keepalivedFailoverLeakingRealServer } from "../tools/lab/scenarios/keepalived.ts";

const unavailable = labUnavailable(["keepalived"]) ?? notInstalled("tmux");

const COLUMNS = 110;
const ROWS = 45;

/** A real terminal, with nobody in front of it. */
class TmuxPane {
  private readonly socket = `lvs-pcap-${process.pid}`;

  start(command: string): void {
    const size = ["-x", String(COLUMNS), "-y", String(ROWS)];
    this.tmux("-f", "/dev/null", "new-session", "-d", "-s", "watch", ...size, command);
    // What was on the screen when the command ended is still to be read.
    this.tmux("set-option", "-t", "watch", "remain-on-exit", "on");
  }

  press(...keys: string[]): void {
    this.tmux("send-keys", "-t", "watch", ...keys);
  }

  /** Everything that scrolled by, and what is on the screen. */
  get text(): string {
    return this.tmux("capture-pane", "-p", "-J", "-S", "-500", "-t", "watch").replace(/\n+$/, "\n");
  }

  close(): void {
    spawnSync("tmux", ["-L", this.socket, "kill-server"]);
  }

  private tmux(...args: string[]): string {
    return execFileSync("tmux", ["-L", this.socket, ...args], { encoding: "utf8" });
  }
}

describe.skipIf(unavailable !== null)(
  `keepalived fails over and a real server leaks, on real kernels${skippedFor(unavailable)}`,
  () => {
    const pane = new TmuxPane();
    let network: Network | null = null;
    let during = "";
    let afterwards = "";
    let events: WatchEvent[] = [];
    let report: Report | null = null;

    beforeAll(async () => {
      network = await Network.create();
      const inNetwork = `ip netns exec ${network.switchNamespace}`;
      const recorded = join(network.scratch, "events.ndjson");
      const reported = join(network.scratch, "report.json");
      const watch = `${process.execPath} ${BUILT_COMMAND} watch`;
      // On the terminal through a pipe of tcpdump's own; beside it by --interface, for a machine.
      const tcpdump = `${inNetwork} tcpdump -i ${network.monitor} -Z root --immediate-mode -U -w - 2>/dev/null`;
      pane.start(`${tcpdump} | ${watch} --vip ${VIP}`);
      const machine = spawnSync("sh", [
        "-c",
        `${inNetwork} ${watch} --interface ${network.monitor} --vip ${VIP} --format ndjson --output ${recorded} --report ${reported} >/dev/null 2>&1 & echo $!`,
      ]);
      await sleep(3_000);
      await keepalivedFailoverLeakingRealServer.run(new Lab(network));
      await sleep(1_000);
      // Sentences are broken at words, below their first.
      during = pane.text.replace(/\n {13}/g, " ");
      pane.press("C-c");
      process.kill(Number(String(machine.stdout).trim()), "SIGTERM");
      await sleep(2_500);
      afterwards = pane.text;
      events = readFileSync(recorded, "utf8")
        .trim()
        .split("\n")
        .map((line): WatchEvent => JSON.parse(line));
      report = JSON.parse(readFileSync(reported, "utf8"));
    }, 120_000);

    afterAll(() => {
      pane.close();
      network?.destroy();
    });

    it("is told on the terminal in sentences, as it happens", () => {
      expect(during).toMatch(
        /F1 critical vip-source-in-request: .*, so gateway 192\.168\.1\.1 now sends its traffic there.*arp_announce=2/,
      );
      expect(during).toMatch(/vrrp-failover 192\.168\.1\.2: /);
      expect(during).toMatch(/F1 is over: .*an announcement of/s);
    });

    it("has one status line below, with how the watch stands", () => {
      const lines = during.trimEnd().split("\n");
      expect(lines.at(-1)).toMatch(
        /^nothing open · \d+ frames?\/s · \d+ hosts · \d+ bindings · lag [\d.]+ \S+ · /,
      );
      expect(during.match(/frames?\/s/g)).toHaveLength(1);
    });

    it("ends with the report at Ctrl-C, in place of the status line", () => {
      expect(afterwards).toMatch(/POISONED {2}1 critical/);
      expect(afterwards).not.toMatch(/frames?\/s/);
    });

    it("is told to a machine by --interface, which drops nothing", () => {
      const told = events.map((event) =>
        event.event === "benign" ? event.kind : `${event.event} ${event.kind} ${event.ip}`,
      );
      expect(told).toContain(`opened vip-source-in-request ${VIP}`);
      expect(told).toContain(`restored vip-source-in-request ${VIP}`);
      expect(told).toContain("vrrp-failover");
      expect(report?.captures[0]).toMatchObject({ dropped: 0, complete: true });
      expect(report?.verdict).toBe("poisoned");
    });
  },
);
