import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GROUPS, nearestTopic, topicOf } from "../../src/explain/topics.ts";
import { PLACEHOLDERS, type Step } from "../../src/kinds/topic.ts";
import { notInstalled, skippedFor } from "../support/skipped.ts";

const NAMES = GROUPS.flatMap(({ names }) => names);

interface Command {
  readonly name: string;
  readonly command: string;
}

const COMMANDS: readonly Command[] = NAMES.flatMap((name) => {
  const { confirm, fix } = topicOf(name);
  return [...confirm, ...fix].flatMap(({ run = [] }: Step) => run.map((command) => ({ name, command })));
});

const VALUES: Record<string, string> = {
  VIP: "192.168.1.2",
  ADDRESS: "192.168.1.5",
  IFACE: "lo",
  "OWNER-MAC": "02:00:00:00:00:10",
  MAC: "02:00:00:00:00:11",
};

function filledIn(command: string): string {
  return command.replace(/[A-Z]+(?:-[A-Z]+)*/g, (word) => VALUES[word] ?? word);
}

function filtersOf(commands: readonly Command[]): Command[] {
  return commands.flatMap(({ name, command }) => {
    const filter = /\btcpdump\b[^']*'([^']+)'/.exec(filledIn(command))?.[1];
    return filter === undefined ? [] : [{ name, command: filter }];
  });
}

const NO_TCPDUMP = notInstalled("tcpdump");

describe("what is known of every name in a report", () => {
  it.each(NAMES)("%s: what it means, how it comes about, and how to confirm it", (name) => {
    const { title, meaning, cause, confirm } = topicOf(name);
    expect(title).toMatch(/^\S.*[^.]$/);
    expect([meaning, cause, confirm].every((part) => part.length > 0)).toBe(true);
  });

  it.each(GROUPS[0]?.names ?? [])("%s: how to fix it", (name) => {
    expect(topicOf(name).fix).not.toEqual([]);
  });

  it("leaves nothing in capitals unexplained", () => {
    const unknown = COMMANDS.flatMap(({ command }) =>
      // Between quotes stand filters, and between braces another language.
      [...command.replace(/'[^']*'/g, "").matchAll(/(?<![\w.])[A-Z]+(?:-[A-Z]+)*(?![\w.])/g)].map(
        ([word]) => word,
      ),
    ).filter((word) => !(word in PLACEHOLDERS) && !/^[A-Z]$/.test(word));
    expect(unknown).toEqual([]);
  });

  it("names only settings that the kernel has", (context) => {
    if (!existsSync("/proc/sys/net/ipv4/conf/all")) context.skip("no /proc/sys of Linux here");
    const settings = COMMANDS.flatMap(({ command }) =>
      [...filledIn(command).matchAll(/net\.ipv4\.[\w.]+/g)].map(([setting]) => setting),
    );
    const missing = settings.filter((setting) => !existsSync(`/proc/sys/${setting.replaceAll(".", "/")}`));
    expect(settings.length).toBeGreaterThan(0);
    expect(missing).toEqual([]);
  });

  it.skipIf(NO_TCPDUMP !== null).each(filtersOf(COMMANDS))(
    `$name: tcpdump takes the filter $command${skippedFor(NO_TCPDUMP)}`,
    ({ command }) => {
      const { status, stderr } = spawnSync("tcpdump", ["-d", "-y", "EN10MB", command], { encoding: "utf8" });
      expect(status, stderr).toBe(0);
    },
  );
});

describe("a name that is mistyped", () => {
  it.each([
    ["vip-replay", "vip-reply"],
    ["VIP-SPLIT", "vip-split"],
    ["gratuitous", "vip-gratuitous"],
    ["adress-conflict", "address-conflict"],
  ])("%s: is taken for %s", (typed, meant) => {
    expect(nearestTopic(typed)).toBe(meant);
  });

  it("is taken for nothing where nothing is like it", () => {
    expect(nearestTopic("frobnicate")).toBeNull();
  });
});
