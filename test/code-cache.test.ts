import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
const CAPTURE = join(ROOT, "captures/problem-3/capture.pcap");

let elsewhere: string;
let codeCache: string;

/** The built command's table, as a process of its own prints it. */
function table(): string {
  const main = join(elsewhere, "dist/cli/main.js");
  return execFileSync(process.execPath, [main, "analyze", CAPTURE, "--fail-on", "never"], {
    encoding: "utf8",
  });
}

describe("the code that a build compiled beforehand", () => {
  beforeAll(() => {
    elsewhere = mkdtempSync(join(tmpdir(), "lvs-pcap-code-cache-"));
    cpSync(join(ROOT, "dist"), join(elsewhere, "dist"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(elsewhere, "package.json"));
    symlinkSync(join(ROOT, "node_modules"), join(elsewhere, "node_modules"));
    codeCache = join(elsewhere, "dist/cli/program.code-cache");
  });
  afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

  it("is not needed: the command does without", () => {
    const withCache = table();
    rmSync(codeCache);
    expect(table()).toBe(withCache);
  });

  it("does no harm where it is damaged, or another version's", () => {
    const without = table();
    writeFileSync(codeCache, Buffer.alloc(1 << 16, 0x5a));
    expect(table()).toBe(without);
  });
});
