import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let directory: string | null = null;

/** The folder from here on; `scratch-setup.ts` gives every test file its own. */
export function beginScratch(): string {
  directory = mkdtempSync(join(tmpdir(), "lvs-pcap-test-"));
  return directory;
}

/** A path in a folder that goes when the test file is done. */
export function scratchPath(name: string): string {
  if (directory === null) throw new Error("no scratch folder outside of a test file");
  return join(directory, name);
}

export function scratchFile(name: string, content: string | Uint8Array): string {
  const path = scratchPath(name);
  writeFileSync(path, content);
  return path;
}
