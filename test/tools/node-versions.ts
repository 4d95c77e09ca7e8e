import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs the tests under every Node that package.json promises, each fetched from the npm registry for the purpose. */

/** The oldest that package.json promises, which differs from Debian stable's by a patch; then the newest of each line. */
const VERSIONS = ["20.19.0", "20", "22", "24"];
const ROOT = join(import.meta.dirname, "..", "..");
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
function fetchNode(wanted: string, folder: string): string | null {
  const name = packageOfThisPlatform();
  const options = ["--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
  const { status } = spawnSync("npm", ["install", ...options, `${name}@${wanted}`], { stdio: "inherit" });
  const binary = join(
    folder,
    "node_modules",
    name,
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  return status === 0 && existsSync(binary) ? binary : null;
}

function testUnder(wanted: string, scratch: string): Result {
  const node = fetchNode(wanted, join(scratch, wanted));
  if (node === null) return { node: `Node ${wanted}`, outcome: "could not be fetched", passed: false };
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
  say(`\n=== Node ${version} ===`);
  const { status, signal } = spawnSync(node, VITEST, { cwd: ROOT, stdio: "inherit" });
  const outcome = status === 0 ? "passed" : `failed: ${signal ?? `exit status ${status}`}`;
  return { node: `Node ${version}`, outcome, passed: status === 0 };
}

const scratch = mkdtempSync(join(tmpdir(), "lvs-pcap-nodes-"));
try {
  const results = VERSIONS.map((version) => testUnder(version, scratch));
  say("");
  for (const { node, outcome } of results) say(`${node}: ${outcome}`);
  if (!results.every(({ passed }) => passed)) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
