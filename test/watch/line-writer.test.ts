import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, readSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { LineWriter } from "../../src/cli/line-writer.ts";
import { scratchPath } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";
import { smallDisk } from "../support/small-disk.ts";

const { path: DISK, unavailable: NO_DISK } = smallDisk();

function troubles() {
  const seen: string[] = [];
  return { seen, onGone: () => void seen.push("gone"), onTrouble: (code: string) => void seen.push(code) };
}

/** A pipe that holds 64 KiB and has a reader who reads when he is told to. */
function pipe(): { readonly reader: number; readonly writer: number } {
  const path = scratchPath(`pipe-${Math.random()}`);
  spawnSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

describe("lines", () => {
  it("are written in order", async () => {
    const path = scratchPath("lines.txt");
    const writer = new LineWriter({ fd: openSync(path, "a"), path }, troubles());
    for (let line = 0; line < 1_000; line++) writer.write(`${line}\n`);
    await writer.flushed();
    expect(readFileSync(path, "utf8")).toBe(Array.from({ length: 1_000 }, (_, line) => `${line}\n`).join(""));
  });

  it("go to the new file once somebody has moved the old one away", async () => {
    const path = scratchPath("rotated.txt");
    const writer = new LineWriter({ fd: openSync(path, "a"), path }, troubles());
    writer.write("old\n");
    await writer.flushed();
    renameSync(path, `${path}.1`);
    writer.reopen();
    await sleep(50);
    writer.write("new\n");
    await writer.flushed();
    expect([readFileSync(`${path}.1`, "utf8"), readFileSync(path, "utf8")]).toEqual(["old\n", "new\n"]);
  });

  it("wait for a reader who is slow, and nobody waits with them", async () => {
    const { reader, writer: fd } = pipe();
    const writer = new LineWriter({ fd }, troubles());
    const line = `${"x".repeat(999)}\n`;
    const startMs = performance.now();
    for (let count = 0; count < 500; count++) writer.write(line);
    expect(performance.now() - startMs).toBeLessThan(500);
    let received = 0;
    const buffer = Buffer.alloc(1 << 16);
    while (received < 500_000) {
      await sleep(1);
      try {
        received += readSync(reader, buffer);
      } catch {
        // Nothing there yet.
      }
    }
    expect([received, writer.dropped]).toEqual([500_000, 0]);
  });

  it("beyond what memory may hold are dropped, and counted", () => {
    const { writer: fd } = pipe();
    const writer = new LineWriter({ fd }, troubles());
    for (let count = 0; count < 20; count++) writer.write("x".repeat(1 << 20));
    expect(writer.dropped).toBeGreaterThan(0);
  });

  it("that nobody reads any more are said to be so once", async () => {
    const { reader, writer: fd } = pipe();
    closeSync(reader);
    const told = troubles();
    const writer = new LineWriter({ fd }, told);
    writer.write("a\n");
    writer.write("b\n");
    await writer.flushed();
    await sleep(20);
    expect(told.seen).toEqual(["gone"]);
  });

  it("for a disk that is full are given up, said once, and counted", async () => {
    const told = troubles();
    const writer = new LineWriter({ fd: openSync("/dev/full", "a"), path: "/dev/full" }, told);
    writer.write("a\n");
    writer.write("b\n");
    await writer.flushed();
    expect([told.seen, writer.dropped]).toEqual([["ENOSPC"], 2]);
  });
});

describe.skipIf(NO_DISK !== null)(`a line that a full disk cut short${skippedFor(NO_DISK)}`, () => {
  it.each([1, 2, 3])("is ended before the next one, when %i lines were given up meanwhile", async (lost) => {
    const path = join(DISK, `lines-${lost}`);
    const ballast = join(DISK, "ballast");
    const fd = openSync(path, "a");
    const writer = new LineWriter({ fd, path }, troubles());
    const long = `${"x".repeat(5_999)}\n`;
    writer.write(long);
    spawnSync("sh", ["-c", `cat /dev/zero > ${ballast} 2> /dev/null`]);
    for (let line = 0; line < lost; line++) {
      writer.write(long);
      await writer.flushed();
    }
    rmSync(ballast);
    writer.write("whole\n");
    writer.write("next\n");
    await writer.flushed();
    closeSync(fd);
    const lines = readFileSync(path, "utf8").split("\n");
    rmSync(path);
    expect([lines[0], ...lines.slice(2)]).toEqual([long.trimEnd(), "whole", "next", ""]);
    expect(lines[1]).toMatch(/^x+$/);
    expect(writer.hasFailed).toBe(true);
  });
});
