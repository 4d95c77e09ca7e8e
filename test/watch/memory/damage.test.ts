import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { StateMemory } from "../../../src/watch/memory/memory.ts";
import { DIRECTOR, NEIGHBOUR, SECOND_REAL_SERVER } from "../../support/frames.ts";
import { lookup, PROBLEM_3 } from "../../support/incidents.ts";
import { scratchPath } from "../../support/scratch.ts";
import { skippedFor } from "../../support/skipped.ts";
import { smallDisk } from "../../support/small-disk.ts";
import { at, whoHas } from "../../support/traffic.ts";
import { until } from "../sinks/events.ts";
import { freshDirectory, told, watch } from "./runs.ts";

const { path: DISK, unavailable: NO_DISK } = smallDisk();

const QUIET = lookup(60_000, DIRECTOR, SECOND_REAL_SERVER);
const NOTHING = () => {};

/** A directory in which an open finding is remembered. */
async function withFinding(): Promise<string> {
  const directory = freshDirectory();
  await watch(directory, PROBLEM_3.frames, PROBLEM_3.roles);
  return directory;
}

function journalIn(directory: string): string {
  const name = readdirSync(directory).find(
    (file) => file.startsWith("journal-") && !file.includes("damaged"),
  );
  return join(directory, name ?? "");
}

describe("the directory", () => {
  it("is made, and nobody else may read what is in it", async () => {
    const directory = await withFinding();
    expect(statSync(directory).mode & 0o077).toBe(0);
    for (const file of readdirSync(directory)) {
      expect(statSync(join(directory, file)).mode & 0o077).toBe(0);
    }
  });

  it("holds a snapshot and a journal, and nothing else", async () => {
    const directory = await withFinding();
    await watch(directory, QUIET, PROBLEM_3.roles);
    expect(readdirSync(directory).toSorted()).toEqual(["journal-2", "snapshot"]);
  });

  it("is for one watcher at a time, and the second one is told so", () => {
    const directory = freshDirectory();
    const first = StateMemory.open(directory, NOTHING);
    expect(() => StateMemory.open(directory, NOTHING)).toThrow(
      `--state ${directory}: another lvs-pcap (process ${process.pid}) keeps its state there`,
    );
    return first.close();
  });

  it("is free again when its watcher was killed, even if another process has its number by now", async () => {
    const directory = freshDirectory();
    mkdirSync(directory);
    const other = spawn("sleep", ["30"]);
    writeFileSync(
      join(directory, "lock"),
      JSON.stringify({ process: other.pid, started: "of another boot 1" }),
    );
    await StateMemory.open(directory, NOTHING).close();
    other.kill();
    writeFileSync(join(directory, "lock"), JSON.stringify({ process: 2 ** 22 + 1, started: null }));
    await StateMemory.open(directory, NOTHING).close();
    writeFileSync(join(directory, "lock"), "");
    await StateMemory.open(directory, NOTHING).close();
  });

  it("that is none is said in one line", () => {
    const file = scratchPath("a-file");
    writeFileSync(file, "");
    expect(() => StateMemory.open(file, NOTHING)).toThrow(
      `--state ${file}: cannot be used: it is not a directory`,
    );
  });

  it.skipIf(process.platform !== "linux")("that no file system lets anybody make is said in one line", () => {
    expect(() => StateMemory.open("/proc/lvs-pcap/state", NOTHING)).toThrow(
      "--state /proc/lvs-pcap/state: cannot be used",
    );
  });

  it("is made with those above it", async () => {
    const directory = join(scratchPath("above"), "below");
    await StateMemory.open(directory, NOTHING).close();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });
});

describe("a directory that others can change", () => {
  const isRoot = process.geteuid?.() === 0;

  it.each([0o777, 0o775, 0o1777])("is refused by its mode: %o", (mode) => {
    const directory = freshDirectory();
    mkdirSync(directory);
    chmodSync(directory, mode);
    expect(() => StateMemory.open(directory, NOTHING)).toThrow(
      `--state ${directory}: others may write to it (mode ${mode.toString(8)}); run chmod go-w on it`,
    );
    expect(readdirSync(directory)).toEqual([]);
  });

  it.skipIf(!isRoot)("is refused by its owner", () => {
    const directory = freshDirectory();
    mkdirSync(directory);
    chownSync(directory, 12_345, 12_345);
    expect(() => StateMemory.open(directory, NOTHING)).toThrow(
      `--state ${directory}: belongs to user 12345; expected user 0`,
    );
  });

  it("may be read by others, and may be a link, as a StateDirectory of systemd is", async () => {
    const directory = freshDirectory();
    mkdirSync(directory, 0o755);
    symlinkSync(directory, `${directory}-link`);
    await StateMemory.open(`${directory}-link`, NOTHING).close();
  });
});

describe("a link in the place of a state file", () => {
  it.each(["snapshot", "snapshot.tmp", "journal-1", "journal-2", "journal-3", "lock", `lock.${process.pid}`])(
    "is not followed: %s",
    async (name) => {
      const directory = await withFinding();
      const victim = `${directory}-victim`;
      writeFileSync(victim, "somebody else's\n");
      rmSync(join(directory, name), { force: true });
      symlinkSync(victim, join(directory, name));
      await watch(directory, PROBLEM_3.frames, PROBLEM_3.roles);
      expect(readFileSync(victim, "utf8")).toBe("somebody else's\n");
    },
  );

  it("is set aside, and that is reported", async () => {
    const directory = await withFinding();
    rmSync(join(directory, "snapshot"));
    symlinkSync("/etc/hostname", join(directory, "snapshot"));
    const { said } = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(said).toEqual([expect.stringMatching(/snapshot: it is no regular file.*; set aside as /)]);
  });

  it("neither holds up the start where it is a pipe", async () => {
    const directory = await withFinding();
    rmSync(join(directory, "snapshot"));
    spawnSync("mkfifo", [join(directory, "snapshot")]);
    const { said } = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(said).toEqual([expect.stringContaining("it is no regular file")]);
  });
});

describe("a damaged state", () => {
  it("whose last line was cut by kill -9 is taken as it is, and nobody is bothered", async () => {
    const directory = await withFinding();
    const journal = journalIn(directory);
    truncateSync(journal, statSync(journal).size - 10);
    const { said } = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(said).toEqual([]);
  });

  it("is set aside and said, and what is sound of it counts", async () => {
    const directory = await withFinding();
    const journal = journalIn(directory);
    const lines = readFileSync(journal, "utf8").split("\n");
    const broken = lines.findIndex((line) => line.includes('"what":"ids"'));
    lines[broken] = lines[broken]?.replace("given", "g1ven") ?? "";
    writeFileSync(journal, lines.join("\n"));
    const run = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(run.said).toEqual([
      `state ${journal}: 1 line of it damaged; the others count; set aside as ${journal}.damaged-1`,
    ]);
    expect(told(run)).toEqual([]);
    expect(run.report.findings.map(({ id }) => id)).toEqual(["F1"]);
  });

  it.each([
    ["noise", Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) & 0xff))],
    ["text", Buffer.from("hello\n".repeat(100))],
    ["zeros, as a machine that lost its power leaves them", Buffer.alloc(5000)],
  ])("that is nothing but %s is set aside", async (_, content) => {
    const directory = await withFinding();
    writeFileSync(join(directory, "snapshot"), content);
    writeFileSync(journalIn(directory), content);
    const { said, report } = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(said.filter((line) => line.includes("set aside as"))).toHaveLength(2);
    expect(report.findings).toEqual([]);
  });

  it.each([
    ["is empty", () => ""],
    ["was cut in a line", (text: string) => text.slice(0, -10)],
    ["was cut between lines", (text: string) => `${text.split("\n").slice(0, -2).join("\n")}\n`],
    ["lost its header", (text: string) => `${text.split("\n").slice(1).join("\n")}`],
  ])("whose snapshot %s is set aside, and that is reported", async (_, damage) => {
    const directory = await withFinding();
    // Folds the journal of the first run into the snapshot.
    await watch(directory, QUIET, PROBLEM_3.roles);
    const snapshot = join(directory, "snapshot");
    const damaged = damage(readFileSync(snapshot, "utf8"));
    writeFileSync(snapshot, damaged);
    const { said } = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(said).toEqual([
      expect.stringMatching(/snapshot: .*(damaged|missing).*; set aside as .*\.damaged-1$/),
    ]);
    expect(readFileSync(`${snapshot}.damaged-1`, "utf8")).toBe(damaged);
  });

  it("whose snapshot is gone is reported", async () => {
    const directory = await withFinding();
    await watch(directory, QUIET, PROBLEM_3.roles);
    rmSync(join(directory, "snapshot"));
    const { said } = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(said).toEqual([expect.stringContaining("snapshot: it is missing; ")]);
  });

  it("of a version to come is set aside, and left whole for whoever wrote it", async () => {
    const directory = await withFinding();
    const snapshot = join(directory, "snapshot");
    const content = '4e5b2c9e 34 {"lvsPcapState":99,"generation":1}\n';
    const line = newerHeader();
    writeFileSync(snapshot, line);
    expect(line).not.toBe(content);
    const { said } = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(said[0]).toBe(
      `state ${snapshot}: it is of version 99, and 1 is what this one reads; set aside as ${snapshot}.damaged-1`,
    );
    expect(readFileSync(`${snapshot}.damaged-1`, "utf8")).toBe(line);
  });

  it("does not fill the disk, however often it happens", async () => {
    const directory = await withFinding();
    for (let time = 0; time < 8; time++) {
      appendFileSync(journalIn(directory), "x\nx\nx\n");
      await watch(directory, QUIET, PROBLEM_3.roles);
    }
    expect(readdirSync(directory).filter((file) => file.includes("damaged"))).toHaveLength(4);
  });

  it("steers no terminal: a sentence with control characters in it is none of ours", async () => {
    const directory = await withFinding();
    const journal = journalIn(directory);
    const forged = readFileSync(journal, "utf8")
      .split("\n")
      .filter((line) => line.includes('"what":"finding"'))
      .map((line) => line.replace(/^\S+ \S+ /, "").replace(/"summary":"/, '"summary":"\\u001b[2J'));
    appendFileSync(journal, forged.map(withChecksum).join(""));
    const { said, report } = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(said.some((line) => line.includes("damaged"))).toBe(true);
    expect(JSON.stringify(report)).not.toContain("\\u001b");
  });
});

function withChecksum(json: string): string {
  const { stdout } = spawnSync(process.execPath, [
    "-e",
    'const j=process.argv[1];process.stdout.write(require("zlib").crc32(j).toString(16).padStart(8,"0")+" "+Buffer.byteLength(j)+" "+j+"\\n")',
    json,
  ]);
  return stdout.toString();
}

function newerHeader(): string {
  return withChecksum('{"lvsPcapState":99,"generation":1}');
}

describe("what is remembered", () => {
  it("stays within bounds on disk, however long it is watched", async () => {
    const directory = freshDirectory();
    // The same few hosts again and again: the journal is folded into the snapshot.
    const frames = Array.from({ length: 40 }, (_, index) =>
      at(index, whoHas(`192.168.3.${index + 1}`, NEIGHBOUR)),
    );
    for (let run = 0; run < 5; run++) await watch(directory, frames);
    const bytes = readdirSync(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0);
    expect(bytes).toBeLessThan(100_000);
  });
});

describe.skipIf(NO_DISK !== null)(`a full disk${skippedFor(NO_DISK)}`, () => {
  it("is said once, watching goes on, and nothing is lost that was remembered before", async () => {
    const directory = join(DISK, "state");
    await watch(directory, PROBLEM_3.frames, PROBLEM_3.roles);
    const ballast = join(DISK, "ballast");
    writeFileSync(ballast, Buffer.alloc(32 << 10));
    spawnSync("sh", ["-c", `cat /dev/zero >> ${ballast}`]);
    const during = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(during.said).toEqual([expect.stringMatching(/: no space left on the disk; watching goes on, /)]);
    expect(during.report.findings.map(({ id }) => id)).toEqual(["F1"]);
    rmSync(ballast);
    const after = await watch(directory, QUIET, PROBLEM_3.roles);
    expect(after.said).toEqual([]);
    expect(told(after)).toEqual([]);
    expect(after.report.findings.map(({ id }) => id)).toEqual(["F1"]);
    expect(existsSync(join(directory, "lock"))).toBe(false);
    await until(() => true);
  });
});
