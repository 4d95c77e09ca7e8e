import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs the tests under every Node that package.json promises, each fetched from the npm registry for the purpose. */

const MAJORS = [20, 22, 24];
const ROOT = join(import.meta.dirname, "..");
const VITEST = ["node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts"];

interface Result {
  readonly node: string;
  readonly outcome: string;
  readonly passed: boolean;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The packages that npm's own `node` package is made of: the binary and nothing that runs at installation. */
function packageOfThisPlatform(): string {
  const system = process.platform === "win32" ? "win" : process.platform;
  return `node-${system}-${process.arch}`;
}

/** The path of the binary, or null where the registry has none. */
function fetchNode(major: number, folder: string): string | null {
  const name = packageOfThisPlatform();
  const options = ["--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
  const { status } = spawnSync("npm", ["install", ...options, `${name}@${major}`], { stdio: "inherit" });
  const binary = join(
    folder,
    "node_modules",
    name,
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  return status === 0 && existsSync(binary) ? binary : null;
}

function testUnder(major: number, scratch: string): Result {
  const node = fetchNode(major, join(scratch, String(major)));
  if (node === null) return { node: `Node ${major}`, outcome: "could not be fetched", passed: false };
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
  say(`\n=== Node ${version} ===`);
  const { status, signal } = spawnSync(node, VITEST, { cwd: ROOT, stdio: "inherit" });
  const outcome = status === 0 ? "passed" : `failed: ${signal ?? `exit status ${status}`}`;
  return { node: `Node ${version}`, outcome, passed: status === 0 };
}

const scratch = mkdtempSync(join(tmpdir(), "lvs-pcap-nodes-"));
try {
  const results = MAJORS.map((major) => testUnder(major, scratch));
  say("");
  for (const { node, outcome } of results) say(`${node}: ${outcome}`);
  if (!results.every(({ passed }) => passed)) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
