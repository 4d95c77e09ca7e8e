import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const PROJECT = join(import.meta.dirname, "..");
const README = readFileSync(join(PROJECT, "README.md"), "utf8");
const MANIFEST: unknown = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));

describe("README", () => {
  it("shows what its first command prints", () => {
    const shown = /<!-- the output of `npm run demo`[^>]*-->\n```\n([\s\S]*?)```/.exec(README)?.[1];
    const analyze = /node (dist\S+ analyze .*)$/.exec(script("demo"))?.[1]?.split(" ") ?? [];
    const printed = execFileSync(process.execPath, analyze, { cwd: PROJECT, encoding: "utf8" });
    expect(shown).toBe(printed);
  });

  it("quotes figures of the page of results", () => {
    const results = readFileSync(join(PROJECT, "bench/RESULTS.md"), "utf8").split(/^## /m);
    const table = /<!-- figures of `npm run bench`[^>]*-->\n\n([\s\S]*?)\n\n<!--/.exec(README)?.[1] ?? "";
    const [, , ...rows] = table.split("\n").map((line) => line.slice(2, -2).split(" | "));
    expect(rows.length).toBeGreaterThan(5);
    for (const [title = "", ...cells] of rows) {
      const page = results.find((section) => section.startsWith(`${title}\n`));
      for (const cell of cells.slice(0, 3)) expect(page).toContain(`| ${cell} |`);
    }
  });

  it("names commands that exist", () => {
    const named = [...README.matchAll(/npm run ([a-z:]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => script(name) === "")).toEqual([]);
  });
});

function script(name: string): string {
  if (typeof MANIFEST !== "object" || MANIFEST === null || !("scripts" in MANIFEST)) return "";
  const { scripts } = MANIFEST;
  if (typeof scripts !== "object" || scripts === null) return "";
  return String(Object.entries(scripts).find(([key]) => key === name)?.[1] ?? "");
}
