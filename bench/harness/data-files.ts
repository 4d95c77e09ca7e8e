import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statfsSync, writeFileSync } from "node:fs";
import type { Kind } from "../traffic/kinds.ts";
import { type Capture, capturePath, generatorHash, provideCapture, sizeOf } from "./captures.ts";
import { numberAt, parseJson, textAt } from "./json.ts";
import { formatBytes } from "./sizes.ts";
import { notInstalled } from "./tools.ts";

/** A file that contenders read: a capture as it was made, or packed or converted by somebody else's tool. */
export interface DataFile {
  readonly path: string;
  /** For planning; it turns out smaller. */
  readonly mostBytes: number;
  /** Why it cannot be made; null where it can. */
  readonly missing: string | null;
  /** Makes it, unless it is there. @returns what is in it, under its own path and with its bytes unpacked */
  provide(): Capture;
}

const FORMS = {
  gzip: { suffix: ".gz", growth: 1, command: (from: string) => ["gzip", "-n", "-c", from] },
  zstd: { suffix: ".zst", growth: 1, command: (from: string) => ["zstd", "-q", "-c", from] },
  // A block has 32 bytes around a packet, a record 16 before it, and the smallest record is of 70 bytes.
  pcapng: { suffix: "ng", growth: 1.3, command: (from: string) => ["editcap", "-F", "pcapng", from, "-"] },
} as const;
export type Form = keyof typeof FORMS;

export function captureFile(kind: Kind, bytes: number, directory: string): DataFile {
  return {
    path: capturePath(kind, bytes, directory),
    mostBytes: bytes + 2000,
    missing: null,
    provide: () => provideCapture(kind, bytes, directory),
  };
}

/** The same traffic in another form. */
export function derivedFile(source: DataFile, form: Form): DataFile {
  const { suffix, growth, command } = FORMS[form];
  const path = `${source.path}${suffix}`;
  const [tool = "", ...args] = command(source.path);
  return {
    path,
    mostBytes: Math.ceil(source.mostBytes * growth),
    missing: source.missing ?? notInstalled(tool),
    provide() {
      const capture = source.provide();
      const generator = `${generatorHash()} ${form}`;
      const bytes = readDerived(path, generator) ?? derive(path, generator, tool, args);
      return { ...capture, path, bytes: form === "pcapng" ? bytes : capture.bytes };
    },
  };
}

function readDerived(path: string, generator: string): number | null {
  const manifest = `${path}.json`;
  if (sizeOf(manifest) === null) return null;
  const said = parseJson(readFileSync(manifest, "utf8"));
  const bytes = numberAt(said, "bytes");
  return textAt(said, "generator") === generator && sizeOf(path) === bytes ? bytes : null;
}

function derive(path: string, generator: string, tool: string, args: readonly string[]): number {
  const unfinished = `${path}.part`;
  const output = openSync(unfinished, "w");
  const { status, stderr, error } = spawnSync(tool, args, {
    stdio: ["ignore", output, "pipe"],
    encoding: "utf8",
  });
  closeSync(output);
  if (error !== undefined || status !== 0)
    throw new Error(`${tool}: ${error?.message ?? stderr.trim().split("\n", 1)[0]}`);
  renameSync(unfinished, path);
  const bytes = sizeOf(path) ?? 0;
  writeFileSync(`${path}.json`, `${JSON.stringify({ generator, bytes })}\n`);
  return bytes;
}

/**
 * What the files take on disk, in one line.
 *
 * @throws where that is more than allowed, or more than there is room for
 */
export function planDisk(files: readonly DataFile[], directory: string, allowedBytes: number): string {
  mkdirSync(directory, { recursive: true });
  const distinct = [...new Map(files.map((file) => [file.path, file])).values()];
  const all = distinct.reduce((sum, { mostBytes }) => sum + mostBytes, 0);
  const there = distinct.reduce((sum, { path }) => sum + (sizeOf(path) ?? 0), 0);
  const total = `${gigabytes(all)} at most`;
  if (all > allowedBytes) {
    const hint = "choose rows with --only, smaller files with --size, or allow more with --disk";
    throw new Error(`the captures take ${total}, of ${formatBytes(allowedBytes)} allowed: ${hint}`);
  }
  const { bavail, bsize } = statfsSync(directory);
  if (all - there > bavail * bsize)
    throw new Error(`the captures take ${total}, and ${directory} has room for ${gigabytes(bavail * bsize)}`);
  return `${distinct.length} captures, ${total}, of which ${gigabytes(there)} are there`;
}

function gigabytes(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
