import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** For what takes long to make and serves several test files; it goes when the last one is done. */
    sharedFolder: string;
  }
}

export default function provideSharedFolder(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "lvs-pcap-tests-"));
  project.provide("sharedFolder", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
