// @module-tag slow
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/index.ts";
import type { FindingEvent, WatchEvent } from "../../../src/reports/event.ts";
import type { EventSink } from "../../../src/watch/event-sink.ts";
import { openSinks } from "../../../src/watch/sinks/open-sinks.ts";
import { type SettlingSetting, SettlingSink } from "../../../src/watch/sinks/settling.ts";
import { watchCapture } from "../../../src/watch.ts";
import { lvsPcap } from "../../support/cli.ts";
import { inPieces } from "../../support/live-stream.ts";
import { loadRecordings } from "../../support/recordings.ts";
import { scratchPath } from "../../support/scratch.ts";
import { GAUGES, opened, takeover } from "./events.ts";

const DOCUMENTATION = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "sinks.md"), "utf8");
const { PATH = "" } = process.env;
const PAGER: SettlingSetting = { minSeverity: "critical", settleMs: 200 };

/** A sink that keeps what it gets. */
function collecting(): EventSink & { readonly events: WatchEvent[] } {
  const events: WatchEvent[] = [];
  return {
    name: "exec",
    dropped: 0,
    events,
    deliver: (event) => void events.push(event),
    close: async () => {},
  };
}

type Step = Pick<FindingEvent, "event" | "severity"> & { readonly ending?: FindingEvent["ending"] };

/** What comes through of these events of one finding: `opened critical`. */
async function passed(setting: SettlingSetting, steps: readonly (Step | "pause")[]): Promise<string[]> {
  const inner = collecting();
  const sink = new SettlingSink(inner, setting);
  for (const step of steps) {
    if (step === "pause") await sleep(setting.settleMs + 30);
    else sink.deliver({ ...opened({ id: "F1" }), ending: null, ...step });
  }
  await sink.close();
  return inner.events.map((event) =>
    event.event === "benign" ? "benign" : `${event.event} ${event.severity}`,
  );
}

const OPENED_WARNING: Step = { event: "opened", severity: "warning" };
const OPENED_CRITICAL: Step = { event: "opened", severity: "critical" };
const CRITICAL: Step = { event: "updated", severity: "critical" };
const NOTICE: Step = { event: "updated", severity: "notice" };
const HEALED: Step = { event: "restored", severity: "critical", ending: "healed" };
const HEALED_NOTICE: Step = { event: "restored", severity: "notice", ending: "healed" };
const WITHDRAWN: Step = { event: "restored", severity: "critical", ending: "withdrawn" };

describe("--settle", () => {
  const setting: SettlingSetting = { minSeverity: null, settleMs: 40 };

  it.each<[string, (Step | "pause")[], string[]]>([
    [
      "folds what comes within the time into the opening",
      [OPENED_WARNING, CRITICAL, "pause"],
      ["opened critical"],
    ],
    [
      "passes on what comes later",
      [OPENED_WARNING, "pause", CRITICAL],
      ["opened warning", "updated critical"],
    ],
    ["opens before it tells of the end", [OPENED_WARNING, HEALED], ["opened warning", "restored critical"]],
    ["is silent of what is withdrawn within the time", [OPENED_CRITICAL, WITHDRAWN, "pause"], []],
    ["passes on what is held when the watch ends", [OPENED_CRITICAL], ["opened critical"]],
    [
      "passes on as one what heals and comes back within the time",
      [OPENED_WARNING, HEALED, OPENED_CRITICAL, "pause"],
      ["opened critical"],
    ],
    [
      "holds a finding that comes back, too",
      [OPENED_CRITICAL, "pause", HEALED, OPENED_WARNING, CRITICAL],
      ["opened critical", "restored critical", "opened critical"],
    ],
  ])("%s", async (_, steps, expected) => {
    expect(await passed(setting, steps)).toEqual(expected);
  });

  it("waits no longer than that", async () => {
    const inner = collecting();
    const sink = new SettlingSink(inner, setting);
    sink.deliver(opened({ id: "F1" }));
    expect(inner.events).toEqual([]);
    await sleep(70);
    expect(inner.events).toHaveLength(1);
    await sink.close();
  });
});

describe("--min-severity", () => {
  const setting: SettlingSetting = { minSeverity: "critical", settleMs: 0 };

  it.each<[string, (Step | "pause")[], string[]]>([
    ["keeps back what is milder", [OPENED_WARNING, NOTICE, HEALED_NOTICE], []],
    ["opens what gets worse when it does", [OPENED_WARNING, CRITICAL], ["opened critical"]],
    [
      "follows to its end what became milder",
      [OPENED_CRITICAL, NOTICE, HEALED_NOTICE],
      ["opened critical", "updated notice", "restored notice"],
    ],
    ["tells of the end of what a former run opened", [HEALED], ["restored critical"]],
    ["goes on with what a former run opened", [CRITICAL, HEALED], ["updated critical", "restored critical"]],
  ])("%s", async (_, steps, expected) => {
    expect(await passed(setting, steps)).toEqual(expected);
  });

  it("keeps benign changes back, which are passed on without it", async () => {
    for (const [minSeverity, count] of [
      ["notice", 0],
      [null, 1],
    ] as const) {
      const inner = collecting();
      const sink = new SettlingSink(inner, { minSeverity, settleMs: 0 });
      sink.deliver(takeover());
      await sink.close();
      expect(inner.events).toHaveLength(count);
    }
  });
});

describe("the options", () => {
  it.each([
    ["--settle", "200"],
    ["--settle", "2m"],
    ["--settle", "61s"],
    ["--min-severity", "bad"],
  ])("are refused where they cannot be meant: %s %s", async (...args) => {
    const { status, stderr } = await lvsPcap(["watch", "--exec", "true", ...args]);
    expect([status, stderr.split("\n").length]).toEqual([2, 2]);
  });

  it.each([
    ["--settle", "200ms"],
    ["--min-severity", "critical"],
  ])("are refused without --exec and --webhook, which they are about: %s %s", async (...args) => {
    const { status, stderr } = await lvsPcap(["watch", ...args]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining(`${args[0]}: says when --exec and --webhook`),
    ]);
  });
});

/** The script of the documentation, with a `mail` that appends its subject to a file. */
function pager(name: string): {
  readonly script: string;
  readonly path: string;
  readonly mails: () => string[];
} {
  const folder = scratchPath(`pager-${name}`);
  mkdirSync(folder);
  const [, script] = /```sh\n(#!\/bin\/sh\n# page[\s\S]*?)```/.exec(DOCUMENTATION) ?? [];
  if (script === undefined) throw new Error("docs/sinks.md has no pager");
  const [page, mail, sent] = [join(folder, "page"), join(folder, "mail"), join(folder, "sent")];
  writeFileSync(page, script);
  writeFileSync(mail, `#!/bin/sh\necho "$2" >> '${sent}'\n`);
  for (const program of [page, mail]) chmodSync(program, 0o755);
  const mails = () => (existsSync(sent) ? readFileSync(sent, "utf8").trim().split("\n").toSorted() : []);
  return { script: page, path: folder, mails };
}

function criticalIn({ findings }: Report): string[] {
  return findings
    .filter(({ severity, suppressedBy }) => severity === "critical" && suppressedBy === null)
    .map(({ kind, ip }) => `${kind} ${ip}`)
    .toSorted();
}

describe.each(loadRecordings())(
  "the pager of the documentation, on the recording $name",
  ({ name, capture, topology }) => {
    it("pages once for each critical finding, and for nothing else", async () => {
      const { script, path, mails } = pager(name);
      const sinks = await openSinks(
        { exec: script, calls: PAGER },
        {
          version: "1.2.3",
          environment: { PATH: `${path}:${PATH}` },
          gauges: () => GAUGES,
          say: () => undefined,
        },
      );
      const report = await watchCapture(inPieces(readFileSync(capture)), { topology, sinks });
      expect(mails()).toEqual(criticalIn(report));
    });

    it("misses none where nothing settles, either", async () => {
      const inner = collecting();
      const sinks = [new SettlingSink(inner, { minSeverity: "critical", settleMs: 0 })];
      const report = await watchCapture(inPieces(readFileSync(capture)), { topology, sinks });
      const called = inner.events.flatMap((event) =>
        event.event === "opened" ? `${event.kind} ${event.ip}` : [],
      );
      expect(called).toEqual(expect.arrayContaining(criticalIn(report)));
    });
  },
);
