import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Kind, type Made, makeCapture } from "../traffic/kinds.ts";
import { PcapWriter } from "../traffic/pcap-writer.ts";
import { numberAt, parseJson, textAt } from "./json.ts";
import { formatBytes } from "./sizes.ts";

/** A made capture on disk, and what was put into it. */
export interface Capture {
  readonly path: string;
  readonly kind: Kind;
  readonly bytes: number;
  readonly made: Made;
}

export const DATA_DIRECTORY = join(import.meta.dirname, "../data");

export function capturePath(kind: Kind, bytes: number, directory: string): string {
  return join(directory, `${kind}-${formatBytes(bytes)}.pcap`);
}

/** Makes the capture, unless the same generator has left it there before. */
export function provideCapture(kind: Kind, bytes: number, directory: string = DATA_DIRECTORY): Capture {
  mkdirSync(directory, { recursive: true });
  const path = capturePath(kind, bytes, directory);
  const before = readManifest(path, generatorHash());
  if (before !== null) return { path, kind, ...before };
  const writer = new PcapWriter(path);
  const made = makeCapture(kind, bytes, writer);
  writer.close();
  const capture: Capture = { path, kind, bytes: writer.writtenBytes, made };
  writeManifest(capture, generatorHash());
  return capture;
}

function manifestOf(path: string): string {
  return `${path}.json`;
}

/** @param generator stands for the sources that decide about the bytes */
export function writeManifest(capture: Capture, generator: string): void {
  writeFileSync(manifestOf(capture.path), `${JSON.stringify({ generator, capture }, null, 2)}\n`);
}

/** Null where the file is not there, not whole, or not what the sources of today would make. */
export function readManifest(path: string, generator: string): Pick<Capture, "bytes" | "made"> | null {
  const manifest = readManifestText(manifestOf(path));
  const bytes = numberAt(manifest, "capture", "bytes");
  const frames = numberAt(manifest, "capture", "made", "frames");
  const arpFrames = numberAt(manifest, "capture", "made", "arpFrames");
  const bypassFrames = numberAt(manifest, "capture", "made", "bypassFrames");
  if (bytes === null || frames === null || arpFrames === null || bypassFrames === null) return null;
  if (textAt(manifest, "generator") !== generator || sizeOf(path) !== bytes) return null;
  return { bytes, made: { frames, arpFrames, bypassFrames } };
}

function readManifestText(path: string): unknown {
  return sizeOf(path) === null ? null : parseJson(readFileSync(path, "utf8"));
}

/** Null where there is no such file. */
export function sizeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null;
}

/** Of the sources that decide about the bytes. */
export function generatorHash(): string {
  const directory = join(import.meta.dirname, "../traffic");
  const hash = createHash("sha256");
  for (const name of readdirSync(directory).sort()) hash.update(readFileSync(join(directory, name)));
  return hash.digest("hex");
}
