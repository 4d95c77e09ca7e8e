// @module-tag slow
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CODE_CACHE_FILE } from "../../src/cli/load-program.ts";

const ROOT = join(import.meta.dirname, "..", "..");
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
    codeCache = join(elsewhere, "dist/cli", CODE_CACHE_FILE);
  });
  afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

  it("is for the release of Node that made it: the others' patch releases take it, and fail", () => {
    const files = readdirSync(join(ROOT, "dist/cli")).filter((file) => file.endsWith(".code-cache"));
    expect(files).toEqual([expect.stringMatching(/^program\.v\d+\.\d+\.\d+-\w+\.code-cache$/)]);
    expect(CODE_CACHE_FILE).toBe(`program.${process.version}-${process.arch}.code-cache`);
  });

  it("is not needed: the command does without", () => {
    const withCache = table();
    rmSync(codeCache, { force: true });
    expect(table()).toBe(withCache);
  });

  it("does no harm where it is damaged", () => {
    const without = table();
    writeFileSync(codeCache, Buffer.alloc(1 << 16, 0x5a));
    expect(table()).toBe(without);
  });
});
