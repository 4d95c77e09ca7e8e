import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "lvs-pcap-test-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A path in a folder that goes when the test file is done. */
export function scratchPath(name: string): string {
  return join(directory, name);
}

export function scratchFile(name: string, content: string | Uint8Array): string {
  const path = scratchPath(name);
  writeFileSync(path, content);
  return path;
}
